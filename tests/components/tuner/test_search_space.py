"""What a search chooses from."""

import pytest

from components.tuner.search_space import search_space
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from pipeline.settings.tuner import Searched, TunerConfig

ALL = TunerConfig()
SKIPPED = PhaseConfig(name="skipped", epochs=0, head_rate=0.9)


def test_defaults_are_the_own_recipe() -> None:
    config = TrainerConfig(head="mlp", dropout=0.25, optimizer="adamw", weight_decay=0.02, mixup=1)
    values = search_space(config, ALL).values
    assert values == {
        "head": "mlp",
        "dropout": 0.25,
        "weight_decay": 0.02,
        "label_smoothing": 0.1,
        "mixup": 1.0,
        "head_rate": 3e-3,
    }


@pytest.mark.parametrize(
    ("name", "config", "choices"),
    [
        ("head", TrainerConfig(), ["linear", "root", "mlp", "cosine"]),
        ("dropout", TrainerConfig(), [0, 0.1, 0.2, 0.3, 0.5]),
        ("dropout", TrainerConfig(dropout=0.25), [0, 0.1, 0.2, 0.25, 0.3, 0.5]),
        ("head_rate", TrainerConfig(), pytest.approx([7.5e-4, 1.5e-3, 3e-3, 6e-3, 1.2e-2])),
        (
            "head_rate",
            TrainerConfig(phases=(SKIPPED, PhaseConfig(name="head", epochs=1, head_rate=0.4))),
            pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0]),
        ),
    ],
)
def test_choices(name: Searched, config: TrainerConfig, choices: list[object]) -> None:
    (choice,) = search_space(config, TunerConfig(search=(name, name, "unfreeze"))).space[name != "head" :]
    assert (choice.name, choice.values) == (name, choices)


def test_kind_of_head_is_named_in_any_case() -> None:
    space = search_space(TrainerConfig(head="cosine"), TunerConfig(search=("unfreeze",)))
    assert space.values == {"head": "cosine"}
