"""The recipe: what is legal in it, and what contradicts itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.settings.trainer import PhaseConfig, TrainerConfig


@pytest.mark.parametrize(
    ("section", "key", "legal", "illegal"),
    [
        (TrainerConfig, "head", ("linear", "root", "mlp", "cosine"), "deep"),
        (TrainerConfig, "loss", ("cross_entropy", "focal"), "hinge"),
        (TrainerConfig, "sampling", ("natural", "balanced"), "random"),
        (TrainerConfig, "optimizer", ("adam", "adamw", "rmsprop", "sgd"), "lion"),
        (TrainerConfig, "averaging", ("none", "ema", "swa"), "mean"),
        (TrainerConfig, "batch_norm", ("frozen", "adapts"), "off"),
        (TrainerConfig, "precision", ("auto", "float32", "mixed_bfloat16", "mixed_float16"), "float16"),
        (PhaseConfig, "schedule", ("cosine", "one_cycle", "constant"), "linear"),
    ],
)
def test_choices(section: Any, key: str, legal: tuple[str, ...], illegal: str) -> None:
    needed = {"name": "any", "epochs": 1} if section is PhaseConfig else {}
    for value in legal:
        assert getattr(section(**needed, **{key: value}), key) == value
    with pytest.raises(ValidationError, match=key):
        section(**needed, **{key: illegal})


@pytest.mark.parametrize(
    ("key", "low", "high", "below", "above"),
    [
        ("hidden", 1, 8192, 0, 8193),
        ("focal_gamma", 0, 10, -0.1, 10.1),
        ("mixup", 0, 10, -0.1, 10.1),
        ("cutmix", 0, 10, -0.1, 10.1),
    ],
)
def test_ranges(key: str, low: float, high: float, below: float, above: float) -> None:
    for value in (low, high):
        assert getattr(TrainerConfig.model_validate({key: value}), key) == value
    for value in (below, above, float("nan")):
        with pytest.raises(ValidationError, match=key):
            TrainerConfig.model_validate({key: value})


def test_gradual_needs_stages() -> None:
    phases = (PhaseConfig(name="a", epochs=1), PhaseConfig(name="b", epochs=1, gradual=True))
    with pytest.raises(
        ValidationError, match=r"needs stages to unfreeze. Received: unfreeze head in \['b'\]"
    ):
        TrainerConfig(phases=phases)
    deep = PhaseConfig(name="b", epochs=1, gradual=True, unfreeze="30%")
    assert TrainerConfig(phases=(phases[0], deep)).phases[1].gradual


def test_recipe_survives_its_way_through_json() -> None:
    phase = PhaseConfig(
        name="b", epochs=1, unfreeze="top", gradual=True, find_rate=True, schedule="one_cycle"
    )
    recipe = TrainerConfig(head="cosine", averaging="swa", test_time_views=("half_turn",), phases=(phase,))
    assert TrainerConfig.model_validate_json(recipe.model_dump_json()) == recipe
