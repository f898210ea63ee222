"""One recipe, trained as Trainer would train it, and what it is worth on eval.

The loss is that of what would be served: plain cross-entropy, whatever the recipe trains with, of the mean
over its test-time views, after temperature scaling where the recipe has it. So label smoothing and focal
loss are neither favoured nor punished.
"""

from typing import cast

import keras

from components import progress
from components.backbone import Backbone
from components.feature_store import FeatureStore
from components.recipe import Phases, deep_phases, head_phases
from components.temperature import calibrate
from components.trainer.logits import logits_of
from components.trainer.model import TransferModel, build_classifier
from components.trainer.phases import Stores, train_phases
from components.trainer.precision import replicas
from components.tuner.subset import some
from components.tuner.trunk import ReusedTrunk
from pipeline.settings.trainer import PhaseConfig, TrainerConfig

_DEEP_EPOCHS, _DEEP_STEPS = 3, 150
"""Of fine-tuning in a trial, at most, with a whole schedule over them: the first epoch of nine is often worse
than its start. Fewer do not show what a depth is worth: docs/decisions.md, 50."""


class Trials:
    """Trains recipes on cached features, one after another, always from the same start."""

    def __init__(
        self,
        backbone: Backbone,
        cut: str,
        classes: int,
        stores: Stores,
        pictures: int,
        seed: int,
    ) -> None:
        """
        Args:
            backbone: the trunk.
            cut: where Augment cached its activations.
            classes: how many the head tells apart.
            stores: opens what a phase trains from, and what it is judged on.
            pictures: of each, at most, on which a depth is tried.
            seed: draws initial weights, order and pictures; the same for all trials.
        """
        self._backbone = cast(Backbone, ReusedTrunk(backbone))
        self._cut, self._classes, self._stores = cut, classes, stores
        self._pictures, self._seed = pictures, seed
        self._heads: dict[TrainerConfig, float] = {}

    def loss(self, recipe: TrainerConfig, is_deep: bool) -> float:
        """What a recipe is worth.

        Fine-tuning is tried on a few pictures, where a head on all of them is out of its reach. So it is held
        against the same head on those few, and what it gains there is taken off the head's loss on all; where
        the few are all, that is its loss itself.

        Args:
            recipe: with phases of the head, trained as they are, and deeper ones, of which only the last is
                tried, for three epochs or a few steps more.
            is_deep: whether the deeper ones matter.

        Returns:
            Mean negative log-likelihood on eval, nats.

        Raises:
            InputError: training diverged.
        """
        heads = head_phases(recipe.phases)
        head_recipe = recipe.model_copy(update={"phases": heads})
        if head_recipe not in self._heads:
            (self._heads[head_recipe],) = self._train(recipe, [heads], self._stores)
        if not is_deep:
            return self._heads[head_recipe]
        before, after = self._train(recipe, [heads, _shortened(recipe.phases)], self._few)
        return self._heads[head_recipe] - (before - after)

    def _train(self, recipe: TrainerConfig, stages: list[Phases], stores: Stores) -> list[float]:
        """The losses after each of the stages."""
        keras.utils.set_random_seed(self._seed)
        losses: list[float] = []
        with progress.silence(), replicas().scope():
            model = build_classifier(self._backbone, self._cut, self._classes, recipe)
            for phases in stages:
                part = recipe.model_copy(update={"phases": phases})
                results = train_phases(model, part, stores, self._seed, logs=None, checkpoints=None)
                # Weights that stayed as they were have the same loss, whatever they are run on.
                is_better = not losses or results[-1].kept_epoch
                losses.append(self._loss(model, part, stores) if is_better else losses[-1])
        return losses

    def _loss(self, model: TransferModel, recipe: TrainerConfig, stores: Stores) -> float:
        phase = recipe.phases[-1]
        _, evaluation = stores(phase)
        views = 1 + len(recipe.test_time_views)
        logits = logits_of(model.trained_by(phase.unfreeze), evaluation, views, phase.batch_size)
        is_scaled = recipe.calibration == "temperature"
        return calibrate(logits, evaluation.labels, evaluation.weights, is_scaled).nll

    def _few(self, phase: PhaseConfig) -> tuple[FeatureStore, FeatureStore]:
        """The same pictures whatever the phase trains from: stores are sorted by id."""
        train, evaluation = (some(store, self._pictures, self._seed) for store in self._stores(phase))
        return train, evaluation


def _shortened(phases: Phases) -> Phases:
    """The deepest one, for a few epochs, at the rates that it has."""
    phase = deep_phases(phases)[-1]
    change = {
        "epochs": min(phase.epochs, _DEEP_EPOCHS),
        "min_steps": min(phase.min_steps, _DEEP_STEPS),
        "gradual": False,
        "find_rate": False,
    }
    return (phase.model_copy(update=change),)
