"""Episodes of an environment that brings its own pictures, played by an exported policy."""

import io

import numpy as np
from PIL import Image

from components.environments import make_envs
from components.evaluator.returns.episodes import Episode
from components.evaluator.returns.playing import Served
from pipeline.environment_config import EnvironmentConfig

EPISODES = 100
_FIRST_SEED = 1_000_000
"""Training is judged on episodes from 0 on: these nobody has seen."""


def act_out(config: EnvironmentConfig, served: Served, episodes: int = EPISODES) -> list[Episode]:
    """So many episodes, each from a seed of its own.

    Args:
        config: of the environment.
        served: takes a picture, and gives the action.
        episodes: how many.
    """
    count = min(config.count, episodes)
    envs = make_envs(config, count, is_held_out=True)
    try:
        found: list[Episode] = []
        for start in range(0, episodes, count):
            seeds = [_FIRST_SEED + start + place for place in range(count)]
            found += _together(envs, served, seeds)
    finally:
        envs.close()
    return found[:episodes]


def _together(envs, served: Served, seeds: list[int]) -> list[Episode]:  # type: ignore[no-untyped-def]
    observations, _ = envs.reset(seed=seeds)
    is_over = np.zeros(len(seeds), bool)
    rewards, steps = np.zeros(len(seeds)), np.zeros(len(seeds), np.int64)
    last: list[tuple[str, float]] = [("", 0.0)] * len(seeds)
    while not is_over.all():
        answers = served([_encoded(picture) for picture in observations])
        observations, reward, terminated, truncated, _ = envs.step(answers["action"])
        rewards += np.where(is_over, 0, reward)
        steps += ~is_over
        for place in np.flatnonzero(~is_over):
            last[place] = (answers["label"][place].decode(), float(answers["probability"][place]))
        is_over |= terminated | truncated
    return [
        Episode(f"seed {seed}", "", {}, *last[place], float(rewards[place]), int(steps[place]))
        for place, seed in enumerate(seeds)
    ]


def _encoded(picture: np.ndarray) -> bytes:
    """As PNG, which loses nothing."""
    content = io.BytesIO()
    Image.fromarray(picture.squeeze()).save(content, "png")
    return content.getvalue()
