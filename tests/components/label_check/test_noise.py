"""How many labels are wrong is estimated well, and nobody is suspected where none is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import softmax

from components.label_check import noise
from components.label_check.noise import doubt


def _drawn(
    count: int, classes: int, share: float, sureness: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits of a model that is as sure as it may be; labels, of which a share is replaced; which ones."""
    draws = np.random.default_rng(seed)
    logits = sureness * draws.normal(size=(count, classes))
    chances = softmax(logits, axis=1)
    truth = np.array([draws.choice(classes, p=row) for row in chances])
    is_wrong = draws.random(count) < share
    labels = np.where(is_wrong, (truth + draws.integers(1, classes, count)) % classes, truth)
    return logits, labels, is_wrong


@pytest.mark.parametrize("scale", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("seed", range(3))
def test_number_of_wrong_labels_is_about_right(scale: float, share: float, seed: int) -> None:
    logits, labels, is_wrong = _drawn(3000, 8, share, 6, seed)
    doubts = doubt(scale * logits, labels)
    assert doubts.count == pytest.approx(is_wrong.sum(), abs=40)


def test_probabilities_are_what_they_say() -> None:
    logits, labels, is_wrong = _drawn(20_000, 5, 0.1, 5, 1)
    wrong = doubt(logits, labels).wrong
    for low in (0.1, 0.4, 0.7):
        some = (wrong >= low) & (wrong < low + 0.3)
        assert is_wrong[some].mean() == pytest.approx(wrong[some].mean(), abs=0.06)


def test_suggestion_is_the_likeliest_other_class() -> None:
    logits = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [0.0, 0.0, 0.0]])
    assert doubt(logits, np.array([0, 2, 0])).suggested.tolist() == [1, 0, 1]


def test_one_odd_label_among_many_clear_ones() -> None:
    labels = np.arange(200) % 2
    logits = 8 * np.eye(2)[labels]
    labels[7] = 1 - labels[7]
    doubts = doubt(logits, labels)
    assert doubts.wrong.argmax() == 7
    assert doubts.wrong[7] > 0.9
    assert doubts.count == 1


def test_answers_that_know_nothing_doubt_nothing_more_than_anything_else() -> None:
    doubts = doubt(np.zeros((60, 3)), np.arange(60) % 3)
    assert np.ptp(doubts.wrong) == 0


def test_nobody_to_judge() -> None:
    doubts = doubt(np.zeros((0, 4)), np.zeros(0, np.int64))
    assert (len(doubts.wrong), len(doubts.suggested), doubts.count) == (0, 0, 0)


@st.composite
def _wild(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = draw(st.tuples(st.integers(1, 30), st.integers(2, 6)))
    values = st.sampled_from([0.0, 1.0, -1.0, 1e-9, 50.0, -700.0, 1e4])
    labels = draw(hnp.arrays(np.int64, shape[0], elements=st.integers(0, shape[1] - 1)))
    return draw(hnp.arrays(np.float64, shape, elements=values)), labels


@settings(max_examples=60, deadline=None)
@given(_wild())
def test_whatever_is_answered(case: tuple[np.ndarray, np.ndarray]) -> None:
    logits, labels = case
    doubts = doubt(logits, labels)
    assert np.isfinite(doubts.wrong).all()
    assert ((doubts.wrong >= 0) & (doubts.wrong <= 1)).all()
    assert (doubts.suggested != labels).all()
    assert 0 <= doubts.count <= len(labels)


def test_of_many_answers_some_tell_the_scale_and_all_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, labels, is_wrong = _drawn(20_003, 5, 0.1, 5, 1)
    whole = doubt(logits, labels)
    monkeypatch.setattr(noise, "_FITTED", 20_000)
    parts = doubt(logits, labels)
    assert np.array_equal(parts.suggested, whole.suggested)
    assert len(parts.wrong) == 20_003
    assert parts.count == pytest.approx(is_wrong.sum(), rel=0.1)
    np.testing.assert_allclose(parts.wrong, whole.wrong, atol=0.1)
