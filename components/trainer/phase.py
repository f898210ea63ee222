"""One phase: its frozen layers, its optimizer, its `fit` on what Augment cached.

`compile` stands in one place. A phase of the head trains on pooled features and never runs the trunk;
others run only what lies above the cut.
"""

import logging
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from components import progress
from components.backbone.cut import HEAD
from components.feature_store import FeatureStore
from components.temperature import effective_pictures
from components.trainer.averaging import Averager
from components.trainer.batches import Batches, balanced_weights
from components.trainer.keeper import Curves, Keeper
from components.trainer.layer_table import layer_table
from components.trainer.losses import build_loss
from components.trainer.model import LayerGroup, TransferModel
from components.trainer.optimizer import build_optimizer
from components.trainer.precision import computing_in, resolve_precision
from components.trainer.rate_finder import Sweep, schedule_of, sweep
from components.trainer.rate_log import RateLog
from components.trainer.schedules import Schedule, momentum_schedule, rate_schedule
from components.trainer.team import current_team
from components.trainer.trained_model import TrainedModel
from pipeline.settings.trainer import PhaseConfig, TrainerConfig


@dataclass(frozen=True)
class PhaseResult:
    """What a phase reached on eval.

    Attributes:
        name: of the phase.
        epochs: trained, early stopping included.
        kept_epoch: whose weights were kept, from 1; 0: all were worse on eval than the phase's start.
        eval_loss: of the kept epoch.
        eval_accuracy: of the kept epoch.
        head_rate: peak rate of the head, as configured or as found.
        history: the curves, an epoch each: `train_loss`, `train_accuracy` (over an epoch in which the
            weights moved, with dropout and mixing), `eval_loss`, `eval_accuracy`.
        layers: the groups of the model from the top, each with `name`, `parameters`, and `rate`, which is
            `None` where it was frozen.
    """

    name: str
    epochs: int
    kept_epoch: int
    eval_loss: float
    eval_accuracy: float
    head_rate: float
    history: tuple[Curves, ...]
    layers: tuple[dict[str, Any], ...]


class PhaseTrainer:
    """One phase: its data, its frozen layers, its optimizer, its fit."""

    def __init__(
        self,
        model: TransferModel,
        config: TrainerConfig,
        phase: PhaseConfig,
        train: FeatureStore,
        evaluation: FeatureStore,
        seed: int,
        logs: str | None,
    ) -> None:
        """
        Args:
            model: trains in place.
            config: of all phases.
            phase: this one.
            train: pooled features for a phase of the head, else activations at the cut.
            evaluation: the same of eval.
            seed: draws the order of training.
            logs: folder for TensorBoard; `None` writes nothing for it.
        """
        self._model, self._config, self._phase = model, config, phase
        self._train, self._eval = train, evaluation
        # Phases of the same number of epochs must not all see the same views in the same order.
        self._seed = (seed, *phase.name.encode())
        self._rounds = rounds_of(phase, len(train))
        self._ones = np.ones(model.head.output.shape[-1], np.float32)
        # Balanced draws weigh the classes already.
        is_weighted = config.class_weights == "balanced" and config.sampling == "natural"
        self._weights = balanced_weights(train.labels, len(self._ones)) if is_weighted else self._ones
        self._policy = "float32" if phase.unfreeze == HEAD else resolve_precision(config.precision)
        self._logs = logs

    def run(self, checkpoint: Path | None) -> PhaseResult:
        """Trains, and leaves the kept epoch's weights in the model.

        Args:
            checkpoint: replaced after each epoch; a phase that was killed goes on from it. `None` for none.
        """
        phase = self._phase
        groups = self._unfrozen()
        epoch = self._steps_per_epoch()
        steps = epoch * phase.epochs
        progress.announce(layer_table(phase.name, groups))
        trained = TrainedModel.of(self._model.trained_by(phase.unfreeze))
        momentum = momentum_schedule(steps) if phase.schedule == "one_cycle" else None
        with self._computing():
            # Keras' own work to begin each of a head's small steps was a quarter of its training.
            # Inside of such a loop TensorFlow cannot sum over processes.
            at_once = epoch if phase.unfreeze == HEAD and current_team().count == 1 else 1
            self._compile(trained, groups, lambda peak: rate_schedule(phase, peak, steps), momentum, at_once)
            evaluation = Batches(self._eval, phase.batch_size, self._ones, share=current_team().share)
            averager = Averager(self._config.averaging, trained, phase.epochs)
            keeper = self._keeper(checkpoint, trained, averager, evaluation)
            if keeper.epochs_done < phase.epochs and not keeper.should_stop():
                self._fit(trained, evaluation, averager, keeper, RateLog(phase, groups, steps))
            keeper.keep(trained)
            reached = trained.evaluate(evaluation, verbose=0, return_dict=True)
        logging.info("phase %s keeps epoch %d: %s", phase.name, keeper.kept_epoch, reached)
        return PhaseResult(
            *(phase.name, keeper.epochs_done, keeper.kept_epoch),
            *(reached["loss"], reached["accuracy"], phase.head_rate),
            keeper.history(),
            tuple(
                {"name": group.name, "parameters": group.parameters, "rate": group.rate} for group in groups
            ),
        )

    def sweep_rates(self, saved: Path | None) -> Sweep:
        """Tries the rates from low to high on a model that is left as it was.

        Args:
            saved: where the sweep of a phase that was killed is found again; `None` for nowhere.
        """
        groups = self._unfrozen()
        trained = TrainedModel.of(self._model.trained_by(self._phase.unfreeze))
        with self._computing():
            self._compile(trained, groups, partial(schedule_of, head_rate=self._phase.head_rate))
            return sweep(trained, self._batches, f"{self._phase.name} rates", saved)

    def _unfrozen(self) -> list[LayerGroup]:
        phase = self._phase
        self._model.freeze_all_but(phase.unfreeze)
        return self._model.layer_groups(phase.unfreeze, phase.head_rate, phase.trunk_rate, phase.depth_decay)

    def _computing(self) -> AbstractContextManager[None]:
        return computing_in(self._policy, self._model.trunk_layers())

    def _steps_per_epoch(self) -> int:
        return len(self._batches(0))

    def _batches(self, epoch: int) -> Batches:
        return Batches(
            *(self._train, self._phase.batch_size, self._weights, self._seed, epoch, self._rounds),
            is_balanced=self._config.sampling == "balanced",
            mixup=self._config.mixup,
            cutmix=self._config.cutmix,
            share=current_team().share,
        )

    def _fit(
        self,
        trained: keras.Model,
        evaluation: Batches,
        averager: Averager,
        keeper: Keeper,
        rate_log: RateLog,
    ) -> None:
        callbacks = [averager, keeper, _Reporter(self._phase, self._steps_per_epoch(), keeper.epochs_done)]
        if self._logs is not None:
            callbacks += [rate_log, keras.callbacks.TensorBoard(self._logs, write_graph=False)]
        trained.fit(
            self._batches(keeper.epochs_done),
            validation_data=evaluation,
            initial_epoch=keeper.epochs_done,
            epochs=self._phase.epochs,
            steps_per_epoch=self._steps_per_epoch(),
            validation_steps=len(evaluation),
            verbose=0,
            shuffle=False,  # Batches draws the order; Keras would shuffle the batches once more
            callbacks=callbacks,
        )

    def _keeper(
        self, checkpoint: Path | None, trained: TrainedModel, averager: Averager, evaluation: Batches
    ) -> Keeper:
        """Where a killed training left it, or at the start of the phase."""
        keeper = Keeper(checkpoint, self._phase, averager, effective_pictures(self._eval.weights))
        if keeper.restore(trained):
            logging.info("phase %s goes on after epoch %d", self._phase.name, keeper.epochs_done)
        else:
            # The same loss, label smoothing included, that the epochs are judged by.
            start = trained.evaluate(evaluation, verbose=0, return_dict=True)
            logging.info("phase %s starts at: %s", self._phase.name, start)
            keeper.begin(trained, start["loss"])
        trained.spread_seeds()
        return keeper

    def _compile(
        self,
        trained: keras.Model,
        groups: list[LayerGroup],
        schedule: Callable[[float], Schedule],
        momentum: Schedule | None = None,
        at_once: int = 1,
    ) -> None:
        """The only `compile` there is: all phases share loss and metric, and differ in rates."""
        self._model.penalise(self._config.penalty / len(self._train))
        optimizer = build_optimizer(groups, self._config, schedule, momentum)
        if self._policy == "mixed_float16":
            # Small gradients would vanish in half precision: Micikevicius et al., "Mixed Precision
            # Training" (2018), section 3.2.
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        trained.compile(
            optimizer=optimizer,
            loss=build_loss(self._config),
            metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
            steps_per_execution=at_once,
        )
        trained.optimizer.build(trained.trainable_variables)


def rounds_of(phase: PhaseConfig, pictures: int) -> int:
    """How often an epoch shows each picture: once, or as often as the phase's least number of steps takes."""
    return max(1, math.ceil(phase.min_steps * phase.batch_size / (phase.epochs * pictures)))


class _Reporter(keras.callbacks.Callback):
    """Tells the runner's view which batch of how many is done, over the whole phase."""

    def __init__(self, phase: PhaseConfig, steps_per_epoch: int, epochs_done: int) -> None:
        super().__init__()
        self._phase = phase
        self._total = steps_per_epoch * phase.epochs
        self._before = steps_per_epoch * epochs_done
        self._steps_per_epoch = steps_per_epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        progress.report(self._phase.name, self._before + batch + 1, self._total)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._before += self._steps_per_epoch
        logging.info("%s epoch %d/%d: %s", self._phase.name, epoch + 1, self._phase.epochs, logs)
