"""TFX's hook into training: the phases in order, then the export.

Each phase is one `compile` and one `fit` on what Augment cached; `compile` stands in one place. The
first phase trains the head on pooled features and never runs the trunk; later ones run only what lies
above the cut.
"""

import hashlib
import json
import logging
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from components import features, progress
from components.backbone import get_backbone
from components.backbone.cut import HEAD
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, FeatureStore
from components.trainer.batches import Batches, balanced_weights
from components.trainer.export import export
from components.trainer.keeper import Keeper
from components.trainer.model import LayerGroup, TransferModel
from components.trainer.optimizer import build_optimizer
from pipeline.config import PhaseConfig, TrainerConfig

PHASES_FILE = "phases.json"
WEIGHTS_FILE = "model.weights.h5"
"""Keras weights of the whole model, to go on from."""


@dataclass(frozen=True)
class PhaseResult:
    """What a phase reached on eval.

    Attributes:
        name: of the phase.
        epochs: trained, early stopping included.
        kept_epoch: whose weights were kept, from 1; 0: no epoch was better on eval than the phase's start.
        eval_loss: of the kept epoch.
        eval_accuracy: of the kept epoch.
    """

    name: str
    epochs: int
    kept_epoch: int
    eval_loss: float
    eval_accuracy: float


def run_fn(fn_args: FnArgs) -> None:
    """Trains and exports. TFX calls it with the paths of the artifacts and our `custom_config`."""
    settings = fn_args.custom_config
    config = TrainerConfig.model_validate_json(settings["trainer"])
    seed = int(settings["seed"])
    keras.utils.set_random_seed(seed)
    transform = tft.TFTransformOutput(fn_args.transform_output)
    labels = [name.decode() for name in transform.vocabulary_by_name(features.LABEL_VOCABULARY)]
    model = TransferModel(get_backbone(settings["backbone"]), settings["cut"], len(labels), config.dropout)
    checkpoints = _checkpoint_folder(fn_args)
    results = []
    for phase in config.phases:
        if phase.epochs:
            trainer = _PhaseTrainer(fn_args, model, config, phase, seed, len(labels))
            results.append(trainer.run(checkpoints / f"{phase.name}.npz"))
    export(model, transform, labels, fn_args.serving_model_dir)
    _write_results(results, fn_args.model_run_dir)
    model.whole.save_weights(os.path.join(fn_args.model_run_dir, WEIGHTS_FILE))
    shutil.rmtree(checkpoints, ignore_errors=True)


class _PhaseTrainer:
    """One phase: its data, its frozen layers, its optimizer, its fit."""

    def __init__(
        self,
        fn_args: FnArgs,
        model: TransferModel,
        config: TrainerConfig,
        phase: PhaseConfig,
        seed: int,
        classes: int,
    ) -> None:
        prefix = FEATURES_PREFIX if phase.unfreeze == HEAD else ACTIVATIONS_PREFIX
        self._train = FeatureStore(_files(fn_args.train_files, prefix))
        self._eval = FeatureStore(_files(fn_args.eval_files, prefix))
        self._model, self._config, self._phase, self._seed = model, config, phase, seed
        balanced = balanced_weights(self._train.labels, classes)
        self._weights = balanced if config.class_weights == "balanced" else np.ones(classes, np.float32)
        self._logs = os.path.join(fn_args.model_run_dir, phase.name)

    def run(self, checkpoint: Path) -> PhaseResult:
        phase = self._phase
        self._model.freeze_all_but(phase.unfreeze)
        groups = self._model.layer_groups(
            phase.unfreeze, phase.head_rate, phase.trunk_rate, phase.depth_decay
        )
        steps_per_epoch = -(-len(self._train) // phase.batch_size)
        progress.announce(layer_table(phase.name, groups))
        trained = self._model.trained_by(phase.unfreeze)
        self._compile(trained, groups, steps_per_epoch * phase.epochs)
        eval_batches = Batches(self._eval, phase.batch_size, np.ones_like(self._weights))
        keeper = self._keeper(checkpoint, trained, eval_batches)
        if keeper.epochs_done < phase.epochs and not keeper.should_stop():
            trained.fit(
                Batches(self._train, phase.batch_size, self._weights, self._seed, keeper.epochs_done),
                validation_data=eval_batches,
                initial_epoch=keeper.epochs_done,
                epochs=phase.epochs,
                verbose=0,
                shuffle=False,  # Batches draws the order; Keras would shuffle the batches once more
                callbacks=[
                    keeper,
                    _Reporter(phase, steps_per_epoch, keeper.epochs_done),
                    keras.callbacks.TensorBoard(self._logs, write_graph=False),
                ],
            )
        keeper.keep_best(trained)
        reached = trained.evaluate(eval_batches, verbose=0, return_dict=True)
        logging.info("phase %s keeps epoch %d: %s", phase.name, keeper.best_epoch, reached)
        return PhaseResult(
            phase.name, keeper.epochs_done, keeper.best_epoch, reached["loss"], reached["accuracy"]
        )

    def _keeper(self, checkpoint: Path, trained: keras.Model, eval_batches: Batches) -> Keeper:
        """Where a killed training left it, or at the start of the phase."""
        keeper = Keeper(checkpoint, self._phase.patience)
        if keeper.restore(trained):
            logging.info("phase %s goes on after epoch %d", self._phase.name, keeper.epochs_done)
        else:
            # The same loss, label smoothing included, that the epochs are judged by.
            start = trained.evaluate(eval_batches, verbose=0, return_dict=True)
            logging.info("phase %s starts at: %s", self._phase.name, start)
            keeper.begin(trained, start["loss"])
        return keeper

    def _compile(self, trained: keras.Model, groups: list[LayerGroup], steps: int) -> None:
        """The only `compile` there is: all phases share loss and metric, and differ in rates."""
        trained.compile(
            optimizer=build_optimizer(groups, self._config, self._phase, steps),
            loss=keras.losses.CategoricalCrossentropy(
                from_logits=True, label_smoothing=self._config.label_smoothing
            ),
            metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        )
        trained.optimizer.build(trained.trainable_variables)


class _Reporter(keras.callbacks.Callback):
    """Tells the runner's view which batch of how many is done, over the whole phase."""

    def __init__(self, phase: PhaseConfig, steps_per_epoch: int, epochs_done: int) -> None:
        super().__init__()
        self._phase = phase
        self._total = steps_per_epoch * phase.epochs
        self._done = steps_per_epoch * epochs_done

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._done += 1
        progress.report(self._phase.name, self._done, self._total)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logging.info("%s epoch %d/%d: %s", self._phase.name, epoch + 1, self._phase.epochs, logs)


def layer_table(phase: str, groups: list[LayerGroup]) -> str:
    """The groups of a phase as text: name, parameters, and the rate or `frozen`.

    Frozen groups that follow one another share a line.
    """
    lines = [f"phase {phase}", f"  {'layers':<24}{'parameters':>12}  rate"]
    frozen: list[LayerGroup] = []
    for group in groups:
        if group.rate is None:
            frozen.append(group)
        else:
            lines.append(f"  {group.name:<24}{group.parameters:>12,}  {group.rate:.1e}")
    if frozen:
        name = f"{frozen[-1].name} .. {frozen[0].name}" if len(frozen) > 1 else frozen[0].name
        lines.append(f"  {name:<24}{sum(group.parameters for group in frozen):>12,}  frozen")
    return "\n".join(lines)


def _files(patterns: list[str], prefix: str) -> list[str]:
    """The store's files among those of a split: TFX hands over `Split-train/*`."""
    return [
        path for pattern in patterns for path in tf.io.gfile.glob(os.path.dirname(pattern) + f"/{prefix}*")
    ]


def _checkpoint_folder(fn_args: FnArgs) -> Path:
    """A folder that the same training finds again after a kill, and no other one does."""
    key = json.dumps([fn_args.custom_config, sorted(fn_args.train_files)], sort_keys=True)
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return Path(fn_args.custom_config["checkpoints"]) / f"training-{digest}"


def _write_results(results: list[PhaseResult], directory: str) -> None:
    tf.io.gfile.makedirs(directory)
    with tf.io.gfile.GFile(os.path.join(directory, PHASES_FILE), "w") as file:
        file.write(json.dumps([asdict(result) for result in results], indent=2))
