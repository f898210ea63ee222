"""Calibration of some pictures' answers, as served and before scaling."""

import json

import numpy as np
import pytest
from scipy.special import softmax

from components.calibration import expected_calibration_error, perfect_band, reliability
from components.evaluator.calibration import calibration_of
from tests.components.evaluator.made import answers_of

TEMPERATURE = 2.5


def test_calibration_as_served_and_before_scaling() -> None:
    generator = np.random.default_rng(3)
    logits = generator.normal(size=(300, 3)) * 4
    answers = answers_of(generator.integers(0, 4, 300), softmax(logits / TEMPERATURE, axis=1))
    found = calibration_of(answers, TEMPERATURE)
    served = reliability(answers.probabilities, answers.labels)
    uncalibrated = reliability(softmax(logits, axis=1), answers.labels)
    assert found["temperature"] == TEMPERATURE
    assert found["ece"] == expected_calibration_error(served)
    assert found["ece_uncalibrated"] == pytest.approx(expected_calibration_error(uncalibrated), abs=1e-5)
    assert found["ece_uncalibrated"] != found["ece"]
    assert found["band_95"] == perfect_band(served)
    assert sum(each["count"] for each in found["bins"]) == 300
    gaps = (each["count"] * abs(each["accuracy"] - each["confidence"]) for each in found["bins"])
    assert sum(gaps) / 300 == pytest.approx(found["ece"])
    for each in found["bins"]:
        assert each["up_to"] - 1 / 15 <= each["confidence"] <= each["up_to"]
    json.dumps(found, allow_nan=False)
