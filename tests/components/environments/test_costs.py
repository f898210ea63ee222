"""What answers cost: every table that is whole is taken, every other one is told what it lacks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.environments.costs import cost_table
from pipeline.errors import InputError
from pipeline.settings.environment import ASK, DecisionConfig

CLASSES = ["cat", "dog", "cow"]


def test_without_costs_every_wrong_answer_costs_one() -> None:
    table = cost_table(DecisionConfig(ask=0.25), CLASSES)
    expected = [[0, 1, 1, 0.25], [1, 0, 1, 0.25], [1, 1, 0, 0.25]]
    np.testing.assert_array_equal(table, expected)
    assert table.dtype == np.float64


def test_costs_stand_by_name() -> None:
    costs = {
        "cow": {"dog": 7, "cat": 6},
        "cat": {"dog": 1, "cow": 2, "cat": 0.5},
        "dog": {"cat": 3, "cow": 4, ASK: 9},
    }
    table = cost_table(DecisionConfig(costs=costs, ask=5), CLASSES)
    np.testing.assert_array_equal(table, [[0.5, 1, 2, 5], [3, 0, 4, 9], [6, 7, 0, 5]])


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        ({"cat": {"dog": 1, "cow": 1}}, "costs says nothing of the class `dog`. Add `dog: "),
        ({"cats": {}}, "names the class `cats`, which there is not. Did you mean `cat`?"),
        ({"zzz": {}}, "names the class `zzz`, which there is not. Take one of: cat, dog, cow."),
        ({"cat": {"dgo": 1}}, "costs.cat names the answer `dgo`, which there is not. Did you mean `dog`?"),
        ({"cat": {"ask a persn": 1}}, f"Did you mean `{ASK}`?"),
        ({"cat": {"dog": 1}}, "costs.cat does not say what the answer `cow` costs. Add `cow: <cost>`."),
    ],
)
def test_what_is_wrong_is_told(costs: dict[str, dict[str, float]], said: str) -> None:
    with pytest.raises(InputError) as raised:
        cost_table(DecisionConfig(costs=costs), CLASSES)
    assert said in str(raised.value)
    assert str(raised.value).startswith("environment.decision.costs")


def test_no_class_is_called_as_the_action() -> None:
    with pytest.raises(InputError, match="Rename the class"):
        cost_table(DecisionConfig(), ["cat", ASK])


_NAMES = st.sampled_from([*CLASSES, ASK, "horse", ""])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(_NAMES, st.dictionaries(_NAMES, st.floats(0, 1e6))))
def test_a_table_is_whole_or_refused(costs: dict[str, dict[str, float]]) -> None:
    is_whole = not costs or (
        costs.keys() == set(CLASSES)
        and all({*CLASSES} - {truth} <= row.keys() <= {*CLASSES, ASK} for truth, row in costs.items())
    )
    try:
        table = cost_table(DecisionConfig(costs=costs), CLASSES)
    except InputError as error:
        assert not is_whole
        assert "\n" not in str(error)
        return
    assert is_whole
    assert table.shape == (3, 4) and (table >= 0).all() and np.isfinite(table).all()
    for truth, row in costs.items():
        for answer, cost in row.items():
            assert table[CLASSES.index(truth), [*CLASSES, ASK].index(answer)] == cost
