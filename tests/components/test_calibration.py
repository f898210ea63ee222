"""Reliability tables: the error by hand, the band by simulation, the way back from a temperature."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from components import calibration
from components.calibration import (
    expected_calibration_error,
    perfect_band,
    reliability,
    without_temperature,
)


def test_error_by_hand() -> None:
    # Two answers given with 0.9, one right; three with 0.6, two right, one of no class that is known.
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.6, 0.4], [0.6, 0.4]])
    table = reliability(probabilities, np.array([0, 1, 1, 0, -1]))
    assert expected_calibration_error(table) == pytest.approx((abs(1 - 1.8) + abs(2 - 1.8)) / 5)
    count, right, confidence = table
    assert {place: count[place] for place in np.flatnonzero(count)} == {8: 3, 13: 2}
    assert (right[8], right[13]) == (2, 1)
    assert (confidence[8], confidence[13]) == pytest.approx((1.8, 1.8))


def test_error_equals_the_formula_on_the_answers_themselves() -> None:
    generator = np.random.default_rng(3)
    probabilities = softmax(generator.normal(size=(500, 4)) * 2, axis=1)
    labels = generator.integers(4, size=500)
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    expected = 0.0
    for low in np.arange(15) / 15:
        members = (low < confidence) & (confidence <= low + 1 / 15)
        if members.any():
            gap = abs(is_right[members].mean() - confidence[members].mean())
            expected += members.mean() * gap
    assert expected_calibration_error(reliability(probabilities, labels)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("confidence", "place"), [(1e-9, 0), (1 / 15, 0), (0.0667, 1), (0.5, 7), (1.0, 14), (1.0001, 14)]
)
def test_every_confidence_has_a_bin(confidence: float, place: int) -> None:
    table = reliability(np.array([[confidence]]), np.zeros(1, int))
    assert np.flatnonzero(table[0]).tolist() == [place]


def test_tables_of_parts_add_up() -> None:
    generator = np.random.default_rng(5)
    probabilities, labels = softmax(generator.normal(size=(60, 3)), axis=1), generator.integers(3, size=60)
    parts = [reliability(probabilities[place::3], labels[place::3]) for place in range(3)]
    np.testing.assert_allclose(sum(parts), reliability(probabilities, labels))


NOTHING = reliability(np.zeros((0, 3)), np.zeros(0, int))


def test_nothing_has_no_error() -> None:
    assert expected_calibration_error(NOTHING) == 0
    assert perfect_band(NOTHING, draws=10) == (0, 0)


def _answers(generator: np.random.Generator, count: int, sureness: float = 1) -> np.ndarray:
    """The table of a model that is right as often as it says if `sureness` is 1, and less often above."""
    logits = generator.normal(size=(count, 3)) * 2
    true = softmax(logits, axis=1).cumsum(axis=1)
    labels = (generator.uniform(size=(count, 1)) > true[:, :2]).sum(axis=1)
    return reliability(softmax(logits * sureness, axis=1), labels)


@pytest.mark.parametrize("count", [40, 150])
def test_band_holds_95_of_100_perfectly_calibrated_models(count: int) -> None:
    generator = np.random.default_rng(7)
    below = above = 0
    for seed in range(300):
        table = _answers(generator, count)
        low, high = perfect_band(table, draws=400, seed=seed)
        below += expected_calibration_error(table) < low
        above += expected_calibration_error(table) > high
    # Each side is 2.5 %, and 7.5 of 300; four standard errors of it are 11.
    assert 1 <= below <= 18
    assert 1 <= above <= 18


@pytest.mark.parametrize("sureness", [0.4, 2.5])
def test_model_that_is_too_modest_or_too_sure_lies_above_the_band(sureness: float) -> None:
    table = _answers(np.random.default_rng(9), 500, sureness)
    assert expected_calibration_error(table) > perfect_band(table)[1]


def test_band_follows_from_the_seed() -> None:
    table = _answers(np.random.default_rng(9), 50)
    assert perfect_band(table, draws=50) == perfect_band(table, draws=50)
    assert perfect_band(table, draws=50) != perfect_band(table, draws=50, seed=1)


@given(
    logits=st.lists(st.floats(-30, 30), min_size=2, max_size=8),
    temperature=st.floats(0.3, 20),
)
def test_way_back_from_a_temperature(logits: list[float], temperature: float) -> None:
    scaled = softmax(np.array(logits, np.float32) / temperature)
    np.testing.assert_allclose(without_temperature(scaled, temperature), softmax(logits), atol=1e-4)


def test_way_back_keeps_a_probability_of_zero_and_takes_batches() -> None:
    back = without_temperature(np.array([[0.0, 1.0], [0.5, 0.5]], np.float32), 3.0)
    np.testing.assert_array_equal(back, [[0, 1], [0.5, 0.5]])


def test_temperature_is_read_from_a_saved_model(tmp_path: Path) -> None:
    folder = tmp_path / "assets.extra"
    calibration.write_fields({"temperature": 1.75, "ece": 0.25}, str(folder))
    assert json.loads((folder / "calibration.json").read_text()) == {"temperature": 1.75, "ece": 0.25}
    assert calibration.read_temperature(str(tmp_path)) == 1.75
