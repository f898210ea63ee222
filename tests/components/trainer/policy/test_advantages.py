"""Generalised advantages equal the sum that defines them, wherever episodes end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from components.trainer.policy.advantages import advantages

NUMBERS = st.floats(-10, 10)
SHAPE = (7, 3)
SHARES = st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0])


@given(
    numbers=arrays(np.float64, (3, *SHAPE), elements=NUMBERS),
    ends=arrays(np.bool_, (2, *SHAPE)),
    discount=SHARES,
    smoothing=SHARES,
)
def test_equals_the_double_sum(
    numbers: np.ndarray, ends: np.ndarray, discount: float, smoothing: float
) -> None:
    rewards, values, next_values = numbers
    terminated, truncated = ends
    expected = np.zeros(SHAPE)
    for env in range(SHAPE[1]):
        for start in range(SHAPE[0]):
            for step in range(start, SHAPE[0]):
                to_come = 0.0 if terminated[step, env] else next_values[step, env]
                surprise = rewards[step, env] + discount * to_come - values[step, env]
                expected[start, env] += (discount * smoothing) ** (step - start) * surprise
                if terminated[step, env] or truncated[step, env]:
                    break
    found = advantages(*numbers, *ends, discount, smoothing)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def _one(terminated: bool, truncated: bool, last: float = 5.0) -> float:
    ends = np.array([[terminated]]), np.array([[truncated]])
    return float(advantages(*(np.array([[each]]) for each in (1.0, 2.0, last)), *ends, 0.5, 0.9)[0, 0])


def test_what_terminated_is_worth_nothing_more_and_what_was_cut_off_is() -> None:
    assert _one(terminated=True, truncated=False) == 1 - 2
    assert _one(terminated=False, truncated=True) == 1 + 0.5 * 5 - 2
    assert _one(terminated=True, truncated=True) == 1 - 2
    assert _one(terminated=True, truncated=False, last=np.nan) == 1 - 2


@pytest.mark.parametrize("smoothing", [0.0, 1.0])
def test_ends_of_smoothing(smoothing: float) -> None:
    rewards, values = np.array([[1.0], [2.0], [4.0]]), np.array([[10.0], [20.0], [30.0]])
    never = np.zeros((3, 1), bool)
    following = np.array([[20.0], [30.0], [40.0]])
    found = advantages(rewards, values, following, never, never, 0.5, smoothing)[0, 0]
    assert found == (1 + 0.5 * 20 - 10 if smoothing == 0 else 1 + 0.5 * 2 + 0.25 * 4 + 0.125 * 40 - 10)
