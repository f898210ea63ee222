"""What Tuner found, put into the `trainer` section."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.backbone.cut import HEAD
from components.recipe import apply, deep_phases, head_phases
from pipeline.settings.trainer import PhaseConfig, TrainerConfig

FIRST = PhaseConfig(name="first", epochs=3, head_rate=3e-3, find_rate=True)
SECOND = PhaseConfig(name="second", epochs=2, head_rate=1e-3, find_rate=True)
TOP = PhaseConfig(name="top_down", epochs=4, unfreeze="top", gradual=True)
DEEP = PhaseConfig(name="deep", epochs=5, unfreeze="30%", head_rate=5e-4)
SKIPPED = PhaseConfig(name="skipped", epochs=0, unfreeze="100%")
CONFIG = TrainerConfig(phases=(FIRST, SECOND, TOP, DEEP), hidden=99)


def test_nothing_found_changes_nothing() -> None:
    assert apply(CONFIG, {}) == CONFIG


def test_plain_values_replace_those_of_the_same_name() -> None:
    found = apply(CONFIG, {"head": "mlp", "dropout": 0.5, "label_smoothing": 0.0, "mixup": 0.2})
    assert (found.head, found.dropout, found.label_smoothing, found.mixup) == ("mlp", 0.5, 0.0, 0.2)
    assert (found.hidden, found.phases) == (99, CONFIG.phases)


@pytest.mark.parametrize(("decay", "optimizer"), [(0.0, "sgd"), (0.1, "adamw")])
def test_weight_decay_brings_the_optimizer_that_takes_it(decay: float, optimizer: str) -> None:
    found = apply(TrainerConfig(optimizer="sgd"), {"weight_decay": decay})
    assert (found.weight_decay, found.optimizer) == (decay, optimizer)


def test_head_rate_is_that_of_the_first_phase_and_is_not_looked_for_again() -> None:
    found = apply(CONFIG, {"head_rate": 0.5})
    assert [phase.head_rate for phase in found.phases] == [0.5, 1e-3, 1e-3, 5e-4]
    assert [phase.find_rate for phase in found.phases] == [False, True, False, False]


@pytest.mark.parametrize(
    ("phases", "unfreeze", "expected"),
    [
        ((FIRST, SECOND, DEEP), "10%", [("first", HEAD), ("second", HEAD), ("deep", "10%")]),
        ((FIRST, TOP, DEEP), "10%", [("first", HEAD), ("top_down", "10%"), ("deep", "10%")]),
        ((FIRST, SKIPPED, DEEP), "10%", [("first", HEAD), ("deep", "10%")]),
        ((FIRST,), "10%", [("first", HEAD), ("fine_tune", "10%")]),
        ((FIRST, SKIPPED), "10%", [("first", HEAD), ("fine_tune", "10%")]),
        (
            (FIRST.model_copy(update={"name": "fine_tune"}),),
            "10%",
            [("fine_tune", HEAD), ("fine_tune_", "10%")],
        ),
    ],
)
def test_depth(phases: tuple[PhaseConfig, ...], unfreeze: str, expected: list[tuple[str, str]]) -> None:
    found = apply(TrainerConfig(phases=phases), {"unfreeze": unfreeze})
    assert [(phase.name, phase.unfreeze) for phase in found.phases] == expected


def test_depth_that_is_added_is_that_of_the_defaults() -> None:
    found = apply(TrainerConfig(phases=(FIRST,)), {"unfreeze": "10%"})
    assert found.phases[-1] == TrainerConfig().phases[-1].model_copy(update={"unfreeze": "10%"})


@pytest.mark.parametrize("values", [{"dropout": 2}, {"head": "cnn"}, {"droupout": 0.1}, {"head_rate": 0}])
def test_what_is_not_legal_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        apply(CONFIG, values)


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "head": st.sampled_from(["linear", "mlp", "cosine"]),
        "dropout": st.floats(0, 0.9),
        "weight_decay": st.floats(0, 0.9),
        "label_smoothing": st.floats(0, 0.9),
        "mixup": st.floats(0, 10),
        "head_rate": st.floats(1e-6, 1),
        "unfreeze": st.sampled_from(["top", "50%"]),
    },
)
PHASES = st.lists(st.sampled_from([SECOND, TOP, DEEP, SKIPPED]), unique=True, max_size=4)


@given(VALUES, PHASES)
def test_any_recipe_is_a_legal_config_that_trains_heads_first(
    values: dict[str, Any], more: list[PhaseConfig]
) -> None:
    heads_first = sorted(more, key=lambda phase: phase.unfreeze != HEAD)
    config = TrainerConfig(phases=(FIRST, *heads_first))
    found = apply(config, values)
    heads, deep = head_phases(found.phases), deep_phases(found.phases)
    assert [phase.name for phase in heads] == [phase.name for phase in head_phases(config.phases)]
    assert all(phase.epochs for phase in (*heads, *deep))
    if "unfreeze" in values:
        assert found.phases == (*heads, *deep)
        assert {phase.unfreeze for phase in deep} == {values["unfreeze"]}
    assert apply(found, values) == found
