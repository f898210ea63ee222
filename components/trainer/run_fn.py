"""TFX's hook into training: the phases in order, then the export.

Where TF_CONFIG names several machines, the chief calls the others once it knows what to train.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict

import keras
import tensorflow as tf
import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from components.backbone import choose_backbone
from components.calibration import write_fields
from components.feature_store import FeatureStore, open_store
from components.recipe import apply
from components.temperature import Calibration, calibrate
from components.trained_splits import write_splits
from components.trainer.arguments import checkpoint_folder, labels_of, split_folder
from components.trainer.cluster import Cluster, cluster_of
from components.trainer.export import export
from components.trainer.logits import logits_of
from components.trainer.meeting import await_order, call_workers
from components.trainer.model import TransferModel, build_classifier
from components.trainer.phase import PhaseResult
from components.trainer.phases import prefix_of, train_phases
from components.trainer.phases_file import WEIGHTS_FILE, write_phases
from components.trainer.precision import replicas
from components.trainer.team import current_team, join
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.trainer import PhaseConfig, TrainerConfig

_ORDER = ("custom_config", "hyperparameters", "transform_output", "train_files", "eval_files")
"""Of TFX's arguments, those that a worker needs."""


def run_fn(fn_args: FnArgs) -> None:
    """Trains and exports. TFX calls it with the paths of the artifacts and our `custom_config`."""
    cluster = cluster_of(os.environ)
    if cluster.is_several:
        call_workers(cluster, {name: getattr(fn_args, name) for name in _ORDER})
    with join(cluster):
        model, results = train(fn_args)
    config = _config_of(fn_args)
    transform = tft.TFTransformOutput(fn_args.transform_output)
    calibration = _calibrate(model, config, fn_args.eval_files)
    labels = labels_of(transform)
    export(model, transform, labels, calibration, config.test_time_views, fn_args.serving_model_dir)
    write_splits(fn_args.serving_model_dir, fn_args.custom_config["splits"])
    write_phases(results, fn_args.model_run_dir)
    write_fields(asdict(calibration), fn_args.model_run_dir)
    model.whole.save_weights(os.path.join(fn_args.model_run_dir, WEIGHTS_FILE))
    shutil.rmtree(checkpoint_folder(fn_args).parent, ignore_errors=True)  # those of abandoned ones, too


def take_part(cluster: Cluster, is_over: Callable[[], bool]) -> None:
    """What a worker does in place of the whole node: it trains as the chief says, and leaves nothing behind.

    Args:
        cluster: with this process's place in it.
        is_over: whether the node is done already, so that the chief calls nobody.

    Raises:
        InputError: the chief did not call, or its paths lead nowhere on this machine.
        WorkerLostError: another machine was lost.
    """
    order = await_order(cluster, is_over)
    if order is None:
        return
    fn_args = FnArgs(**order)
    for folder in (fn_args.transform_output, *map(os.path.dirname, fn_args.train_files)):
        if not tf.io.gfile.isdir(folder):
            raise InputError(
                f"there is no `{folder}` on this machine: all that train together need the workspace at the "
                "same path."
            )
    with join(cluster):
        train(fn_args)


def train(fn_args: FnArgs) -> tuple[TransferModel, list[PhaseResult]]:
    """All phases; with the current team, of which the chief alone writes anything."""
    config, settings = _config_of(fn_args), fn_args.custom_config
    seed = int(settings["seed"])
    keras.utils.set_random_seed(seed)
    classes = len(labels_of(tft.TFTransformOutput(fn_args.transform_output)))
    backbone = choose_backbone(BackboneConfig.model_validate(settings["backbone"]))
    written = (fn_args.model_run_dir, checkpoint_folder(fn_args))
    with replicas().scope():
        model = build_classifier(backbone, settings["cut"], classes, config)
        current_team().align(model.whole.variables)
        results = train_phases(
            *(model, config, lambda phase: _stores(fn_args, phase), seed),
            *(written if current_team().is_chief else (None, None)),
        )
    return model, results


def _config_of(fn_args: FnArgs) -> TrainerConfig:
    """As configured, and as Tuner found it."""
    config = TrainerConfig.model_validate(fn_args.custom_config["trainer"])
    found = fn_args.hyperparameters
    return apply(config, found["values"]) if found else config


def _stores(fn_args: FnArgs, phase: PhaseConfig) -> tuple[FeatureStore, FeatureStore]:
    """What a phase trains from, and what it is judged on."""
    return _store(fn_args.train_files, phase), _store(fn_args.eval_files, phase)


def _store(patterns: list[str], phase: PhaseConfig) -> FeatureStore:
    """What a phase trains from, of one split."""
    return open_store(split_folder(patterns), prefix_of(phase))


def _calibrate(model: TransferModel, config: TrainerConfig, eval_files: list[str]) -> Calibration:
    """The temperature of what is exported, chosen on eval from the cache of the deepest phase."""
    phase, views = config.phases[-1], 1 + len(config.test_time_views)
    store = _store(eval_files, phase)
    logits = logits_of(model.trained_by(phase.unfreeze), store, views, phase.batch_size)
    return calibrate(logits, store.labels, store.weights, config.calibration == "temperature")
