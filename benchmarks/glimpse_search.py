"""One policy of `benchmarks.glimpse`, from its first glimpse until it is right often enough: a line of JSON.

BatchNorm of a trunk from nothing gets the statistics of 256 windows at the start: without them such a trunk
tells no two pictures apart. Its scales and offsets learn.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks.glimpse import ENVIRONMENT, NOTHING, POLICY, SIZE, TRUNK_RATES, UNFREEZES, WAYS
from components import features
from components.backbone import choose_backbone
from components.backbone.cut import PIXELS, cut_for
from components.environments.judging import Played
from components.environments.stepping import begin_episodes
from components.trainer.model import TransferModel
from components.trainer.policy.network import policy_head
from components.trainer.policy.phase import World, train_phase
from components.trainer.policy.rates import optimizer_of
from components.trainer.policy.tasks import Windowed
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.policy import PolicyPhaseConfig

_WINDOWS = 256


def search(arguments: argparse.Namespace) -> dict[str, Any]:
    """Trains until the policy is right often enough, or has seen as many glimpses as it may."""
    keras.utils.set_random_seed(arguments.seed)
    is_new, unfreeze = arguments.way == NOTHING, UNFREEZES[arguments.way]
    weights = "none" if is_new else "imagenet"
    backbone = choose_backbone(BackboneConfig(size=arguments.size, weights=weights))
    folders = [str(arguments.examples / f"Split-{split}") for split in (features.TRAIN, features.EVAL)]
    task = Windowed(ENVIRONMENT, folders, arguments.classes, backbone.size)
    cut = PIXELS if is_new else cut_for(backbone, [unfreeze])
    actions = len(task.actions)
    model = TransferModel(
        *(backbone, cut, lambda width: policy_head(width, actions, task.numbers, POLICY.hidden)),
        norms_adapt=is_new,
    )
    if is_new:
        _settle(model, task)
    phase = PolicyPhaseConfig(
        name="search",
        steps=arguments.most,
        unfreeze=unfreeze,
        trunk_rate=TRUNK_RATES[arguments.way],
        depth_decay=1.0 if is_new else 0.7,
        schedule="constant",
    )
    model.freeze_all_but(unfreeze)
    groups = model.layer_groups(unfreeze, phase.head_rate, phase.trunk_rate, phase.depth_decay)
    world = World(
        train=lambda: task.envs(unfreeze, is_held_out=False),
        held_out=lambda: task.envs(unfreeze, is_held_out=True),
        encode=task.encode(model, cut, unfreeze),
        episodes=task.episodes,
        algorithm="ppo",
        score=_right,
    )
    result = train_phase(
        *(model.trained_by(unfreeze), world, POLICY, phase, groups, optimizer_of(phase, groups)),
        seed=arguments.seed,
        until=arguments.rate,
    )
    curve = [[int(point["steps"] or 0), float(point["score"] or 0)] for point in result.curve]
    return {"glimpses": result.steps, "is_reached": result.score >= arguments.rate, "curve": curve}


def _right(episodes: Sequence[Played]) -> float:
    """The share of pictures that were answered rightly."""
    return float(np.mean([bool(episode.infos["is_right"]) for episode in episodes]))


def _settle(model: TransferModel, task: Windowed) -> None:
    """Gives every BatchNorm the statistics of the first windows of some pictures."""
    envs = task.envs("100%", is_held_out=False)
    is_due = np.ones(envs.num_envs, bool)
    first = [
        begin_episodes(envs, list(range(start, start + envs.num_envs)), is_due)["image"]
        for start in range(0, _WINDOWS, envs.num_envs)
    ]
    envs.close()
    windows = np.concatenate(first).astype(np.float32)
    norms = [layer for layer in model.trunk_layers() if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    model.trunk(windows, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def main() -> None:
    """Prints what was reached."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("examples", type=Path, help="folder of ImageExampleGen's examples")
    options.add_argument("way", choices=WAYS)
    options.add_argument("--classes", nargs="+", required=True)
    options.add_argument("--size", type=int, default=SIZE)
    options.add_argument("--seed", type=int, default=17)
    options.add_argument("--rate", type=float, default=0.8)
    options.add_argument("--most", type=int, default=16_384)
    print(json.dumps(search(options.parse_args())))


if __name__ == "__main__":
    main()
