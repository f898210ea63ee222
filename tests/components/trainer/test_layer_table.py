"""The table of a phase: a line for each rate, and one for all that is frozen."""

import keras
import numpy as np
import pytest

from components.trainer.layer_table import layer_table
from components.trainer.model import LayerGroup


def _group(name: str, parameters: int, rate: float | None) -> LayerGroup:
    return LayerGroup(name, (keras.Variable(np.zeros(parameters), name="any"),), (), rate)


def test_layer_table_one_line_a_rate_and_one_for_the_frozen() -> None:
    groups = [
        _group("head", 3843, 1e-3),
        _group("top", 1200, 3e-4),
        _group("block_15", 1000, None),
        _group("stem", 34, None),
    ]
    assert layer_table("fine_tune", groups).splitlines() == [
        "phase fine_tune",
        "  layers                    parameters  rate",
        "  head                           3,843  1.0e-03",
        "  top                            1,200  3.0e-04",
        "  stem .. block_15               1,034  frozen",
    ]


@pytest.mark.parametrize(
    ("rates", "last"),
    [((1e-3, None), "  stem                               5  frozen"), ((1e-3, 1e-4), "  stem  5  1.0e-04")],
)
def test_layer_table_short(rates: tuple[float, float | None], last: str) -> None:
    groups = [_group("head", 3, rates[0]), _group("stem", 5, rates[1])]
    lines = layer_table("any", groups).splitlines()
    assert len(lines) == 4
    assert lines[-1].split() == last.split()
