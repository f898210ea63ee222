"""Episodes of an environment that brings its own pictures, played by an exported policy."""

import io

import numpy as np
from PIL import Image

from components.environments import make_envs
from components.environments.judging import judge
from components.evaluator.returns.episodes import Episode
from components.evaluator.returns.playing import Answer
from pipeline.settings.environment import EnvironmentConfig

EPISODES = 100
_FIRST_SEED = 1_000_000
"""Training is judged on episodes from 0 on: these nobody has seen."""


def act_out(
    config: EnvironmentConfig, served: Answer, names: list[str], episodes: int = EPISODES
) -> list[Episode]:
    """So many episodes, each from a seed of its own.

    Args:
        config: of the environment.
        served: takes a picture, and gives the action.
        names: of the actions.
        episodes: how many.
    """
    envs = make_envs(config, min(config.count, episodes), is_held_out=True)

    def choose(observations: np.ndarray) -> np.ndarray:
        return served([_encoded(picture) for picture in observations])["action"]

    try:
        found = judge(envs, choose, episodes, _FIRST_SEED)
    finally:
        envs.close()
    return [
        Episode(f"seed {each.seed}", "", {}, names[each.actions[-1]], None, each.reward, each.length)
        for each in found
    ]


def _encoded(picture: np.ndarray) -> bytes:
    """As PNG, which loses nothing."""
    content = io.BytesIO()
    Image.fromarray(picture.squeeze()).save(content, "png")
    return content.getvalue()
