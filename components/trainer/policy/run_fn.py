"""TFX's hook into learning by reward: the phases in order, then the export."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import keras
import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from components.backbone import choose_backbone
from components.trained_splits import write_splits
from components.trainer.arguments import checkpoint_folder, labels_of, split_folder
from components.trainer.model import TransferModel
from components.trainer.phases_file import WEIGHTS_FILE, write_phases
from components.trainer.policy.algorithm import algorithm_of
from components.trainer.policy.export import export
from components.trainer.policy.network import build_policy
from components.trainer.policy.phase import PolicyPhaseResult, World, train_phase
from components.trainer.policy.rates import optimizer_of
from components.trainer.policy.tasks import Task, task_of
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.environment import EnvironmentConfig
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig


def run_fn(fn_args: FnArgs) -> None:
    """Trains and exports. TFX calls it with the paths of the artifacts and our `custom_config`."""
    settings = fn_args.custom_config
    keras.utils.set_random_seed(int(settings["seed"]))
    policy = PolicyConfig.model_validate(settings["policy"])
    environment = EnvironmentConfig.model_validate(settings["environment"])
    backbone = choose_backbone(BackboneConfig.model_validate(settings["backbone"]))
    transform = tft.TFTransformOutput(fn_args.transform_output) if fn_args.transform_output else None
    classes = labels_of(transform) if transform else []
    files = (fn_args.train_files, fn_args.eval_files)
    folders = [split_folder(patterns) for patterns in files if patterns]
    task = task_of(environment, policy, folders, classes, backbone.size)
    model = build_policy(backbone, settings["cut"], len(task.actions), task.numbers, policy.hidden)
    checkpoints = checkpoint_folder(fn_args)
    results = _train(model, task, policy, fn_args, checkpoints)
    export(model, environment, transform, classes, task.actions, fn_args.serving_model_dir)
    write_splits(fn_args.serving_model_dir, settings["splits"])
    write_phases(results, fn_args.model_run_dir)
    model.whole.save_weights(os.path.join(fn_args.model_run_dir, WEIGHTS_FILE))
    shutil.rmtree(checkpoints.parent, ignore_errors=True)  # those of abandoned ones, too


def _train(
    model: TransferModel, task: Task, policy: PolicyConfig, fn_args: FnArgs, checkpoints: Path
) -> list[PolicyPhaseResult]:
    results: list[PolicyPhaseResult] = []
    for phase in policy.phases:
        if phase.steps:
            results.append(_train_phase(model, task, policy, phase, fn_args, checkpoints, results))
    return results


def _train_phase(
    model: TransferModel,
    task: Task,
    policy: PolicyConfig,
    phase: PolicyPhaseConfig,
    fn_args: FnArgs,
    checkpoints: Path,
    before: Sequence[PolicyPhaseResult],
) -> PolicyPhaseResult:
    model.freeze_all_but(phase.unfreeze)
    groups = model.layer_groups(phase.unfreeze, phase.head_rate, phase.trunk_rate, phase.depth_decay)
    world = World(
        train=lambda: task.envs(phase.unfreeze, is_held_out=False),
        held_out=lambda: task.envs(phase.unfreeze, is_held_out=True),
        encode=task.encode(model, fn_args.custom_config["cut"], phase.unfreeze),
        episodes=task.episodes,
        algorithm=algorithm_of(policy, task.is_one_step),
        scale=task.scale,
    )
    return train_phase(
        *(model.trained_by(phase.unfreeze), world, policy, phase, groups, optimizer_of(phase, groups)),
        seed=int(fn_args.custom_config["seed"]),
        checkpoint=checkpoints / f"{phase.name}.npz",
        logs=os.path.join(fn_args.model_run_dir, phase.name),
        observed=sum(result.steps for result in before),
    )
