"""All phases of a training, in order: rates found where asked, stages unfrozen one by one where asked."""

import os
from collections.abc import Callable
from pathlib import Path

from components import progress
from components.backbone.cut import HEAD
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, FeatureStore
from components.trainer.gradual import steps_of
from components.trainer.model import TransferModel
from components.trainer.phase import PhaseResult, PhaseTrainer
from components.trainer.rate_finder import Sweep
from components.trainer.rate_plot import write_sweep
from pipeline.settings.trainer import PhaseConfig, TrainerConfig

Stores = Callable[[PhaseConfig], tuple[FeatureStore, FeatureStore]]


def prefix_of(phase: PhaseConfig) -> str:
    """Which of Augment's arrays a phase trains from: a head needs no more than pooled features."""
    return FEATURES_PREFIX if phase.unfreeze == HEAD else ACTIVATIONS_PREFIX


def train_phases(
    model: TransferModel,
    config: TrainerConfig,
    stores: Stores,
    seed: int,
    logs: str | None,
    checkpoints: Path | None,
) -> list[PhaseResult]:
    """Trains in place.

    Args:
        model: fresh, or as earlier phases left it.
        config: of all phases; those without epochs are skipped.
        stores: opens what a phase trains from, and what it is judged on.
        seed: draws the order of training.
        logs: a folder in it for each phase; `None` writes none.
        checkpoints: files in it for each phase, which a killed training goes on from; `None` writes none.

    Returns:
        One result a phase; of a gradual one, one for each of its steps.
    """
    results = []
    for phase in config.phases:
        if not phase.epochs:
            continue
        data = stores(phase)
        if phase.find_rate:
            saved = checkpoints / f"{phase.name}.rates.npz" if checkpoints else None
            sweep = PhaseTrainer(model, config, phase, *data, seed, None).sweep_rates(saved)
            phase = _with_found_rates(phase, sweep)
            if sweep.losses.size and logs:
                write_sweep(sweep, phase.name, phase.head_rate, os.path.join(logs, phase.name))
        for step in steps_of(phase, model.backbone):
            folder = os.path.join(logs, step.name) if logs else None
            trainer = PhaseTrainer(model, config, step, *data, seed, folder)
            results.append(trainer.run(checkpoints / f"{step.name}.npz" if checkpoints else None))
    return results


def _with_found_rates(phase: PhaseConfig, sweep: Sweep) -> PhaseConfig:
    """The phase at the rate that was found for the head; the trunk's keeps its ratio to it."""
    found = sweep.suggestion()
    if found is None:
        progress.announce(f"phase {phase.name}: no rate makes the loss fall; it keeps {phase.head_rate:.1e}")
        return phase
    progress.announce(f"phase {phase.name}: found rate {found:.1e}, in place of {phase.head_rate:.1e}")
    trunk_rate = found * phase.trunk_rate / phase.head_rate
    return phase.model_copy(update={"head_rate": found, "trunk_rate": trunk_rate})
