"""However an environment misbehaves, one line says what, where, and how to mend it."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.environments.guarded import Guarded
from pipeline.errors import InputError
from tests.components.environments.wild import FLOATS, SPACE, Wild, picture

_OBSERVATIONS: list[tuple[Any, str]] = [
    (picture()[:3], "an observation that is uint8 [3, 6, 3], not uint8 [4, 6, 3] as its space says"),
    (picture().astype(np.float32), "an observation that is float32 [4, 6, 3], not uint8"),
    (picture().tolist(), "an observation that is list, not a numpy array"),
    (None, "an observation that is NoneType, not a numpy array"),
]
_RETURNED_BY_RESET = [
    *[((observation, {}), said) for observation, said in _OBSERVATIONS],
    (picture(), "returned ndarray, not (observation, info)"),
    ((picture(),), "returned tuple of 1, not (observation, info)"),
    ((picture(), 5), "returned int as info, not a dict"),
    (ZeroDivisionError("by\nzero"), "raised ZeroDivisionError (by\\nzero)"),
    (AssertionError(), "raised AssertionError, at"),
    (SystemExit(2), "raised SystemExit (2)"),
]
_RETURNED_BY_STEP = [
    *[((observation, 1.0, False, False, {}), said) for observation, said in _OBSERVATIONS],
    ((picture(), float("nan"), False, False, {}), "returned the reward nan"),
    ((picture(), np.float32("inf"), False, False, {}), "returned the reward inf"),
    ((picture(), None, False, False, {}), "a reward that is no number, but NoneType"),
    ((picture(), np.zeros(2), False, False, {}), "a reward that is no number, but ndarray"),
    ((picture(), 1.0, None, False, {}), "says None where True or False must stand"),
    ((picture(), 1.0, False, "no", {}), "says 'no' where True or False must stand"),
    ((picture(), 1.0, False, False, None), "returned NoneType as info, not a dict"),
    ((picture(), 1.0, False, {}), "returned tuple of 4, not (observation, reward, terminated"),
    (KeyError("x"), "raised KeyError ('x')"),
]


def _message(call: Any) -> str:
    with pytest.raises(InputError) as raised:
        call()
    text = str(raised.value)
    assert "\n" not in text
    assert text.startswith("environment `wild-v0` ")
    assert text.endswith("Mend the environment, or choose another environment.id.")
    return text


@pytest.mark.parametrize(("returned", "said"), _RETURNED_BY_RESET)
def test_reset_is_guarded(returned: Any, said: str) -> None:
    text = _message(lambda: Guarded(Wild(reset=returned), "wild-v0").reset(seed=7))
    assert said in text and "at reset(seed=7)" in text


@pytest.mark.parametrize(("returned", "said"), _RETURNED_BY_STEP)
def test_step_is_guarded(returned: Any, said: str) -> None:
    env = Guarded(Wild(step=returned, late=2), "wild-v0")
    for _ in range(2):
        env.reset(seed=8)
    for _ in range(2):
        env.step(0)
    text = _message(lambda: env.step(0))
    assert said in text and "at step 3 after reset(seed=8)" in text


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_numbers_must_be_finite(wrong: float) -> None:
    space = gymnasium.spaces.Dict({"image": SPACE, "numbers": FLOATS})
    numbers = np.zeros(3, np.float32)
    returned = ({"image": picture(), "numbers": numbers}, {})
    env = Guarded(Wild(reset=returned, observations=space), "graft/Glimpse-v0")
    env.reset()
    numbers[1] = wrong
    with pytest.raises(InputError, match="whose `numbers` is one that holds NaN or infinity"):
        env.reset()
    returned[0].pop("numbers")
    with pytest.raises(InputError, match="that is not a dict of image, numbers"):
        env.reset()


def test_what_behaves_is_passed_on() -> None:
    wild = Wild(actions=gymnasium.spaces.Discrete(3, start=5))
    env = Guarded(wild, "wild-v0")
    assert env.action_space == gymnasium.spaces.Discrete(3)
    observation, info = env.reset(seed=1)
    assert (observation.shape, info) == ((4, 6, 3), {})
    wild._step = (observation, np.float32(0.5), np.bool_(True), False, {"a": 1})
    returned = env.step(np.int64(2))
    assert returned[0] is observation
    # What others say may have another shape each time, and nobody reads it.
    assert returned[1:] == (0.5, True, False, {})
    assert [type(each) for each in returned[1:4]] == [float, bool, bool]
    assert wild.actions == [7]


def test_an_error_of_ours_is_told_as_it_is() -> None:
    with pytest.raises(InputError, match="^told$"):
        Guarded(Wild(reset=InputError("told")), "wild-v0").reset()


def test_nothing_is_lost_to_an_environment_that_cannot_be_closed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Wild, "close", lambda self: 1 / 0)
    Guarded(Wild(), "wild-v0").close()
    assert "wild-v0 cannot be closed: ZeroDivisionError" in caplog.text


_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.just({}),
    st.just([]),
    st.sampled_from([picture(), picture()[0], np.float32(np.nan), np.zeros((4, 6, 3)), np.array(None)]),
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(_ANYTHING, st.tuples(_ANYTHING, _ANYTHING), st.tuples(*[_ANYTHING] * 5)))
def test_what_comes_through_can_be_learnt_from(returned: Any) -> None:
    for call in (
        lambda: Guarded(Wild(reset=returned), "wild-v0").reset(seed=3),
        lambda: Guarded(Wild(step=returned), "wild-v0").step(0),
    ):
        try:
            observation, *rest = call()
        except InputError as error:
            assert "\n" not in str(error)
            continue
        assert observation in SPACE
        if len(rest) == 4:
            assert isinstance(rest[0], float) and np.isfinite(rest[0])
            assert isinstance(rest[1], bool) and isinstance(rest[2], bool)
        assert isinstance(rest[-1], dict)
