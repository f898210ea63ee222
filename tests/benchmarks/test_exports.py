"""The benchmark of the formats beside a pushed model."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.exports import MANY, ONE, SAVED_MODEL, Way, judged, rate, report, summarised, timed

SURE, UNSURE = np.array([0.9, 0.1], np.float32), np.array([0.4, 0.6], np.float32)


def _always(*answers: np.ndarray) -> Any:
    return lambda pixels: np.stack([answers[int(pixel)] for pixel in pixels])


def _model(answers: Any) -> Any:
    def pixels(contents: list[bytes]) -> np.ndarray:
        return np.array([int(content) for content in contents])

    return SimpleNamespace(
        labels=["cat", "dog"], pixels=pixels, served=lambda contents: answers(pixels(contents))
    )


def test_formats_are_held_against_what_is_served_and_against_the_truth() -> None:
    exact, off = _always(SURE, UNSURE), _always(SURE, SURE)
    ways = {SAVED_MODEL: Way(exact, 1), "tflite": Way(off, 1)}
    contents = [b"0", b"1"] * 25  # more than one batch
    rows = judged(_model(exact), ways, contents, ["cat", "dog"] * 25)
    same = {"pictures": 50, "agreement": 1.0, "largest_difference": 0.0, "accuracy": 1.0}
    assert rows[SAVED_MODEL] == same
    halved = {"pictures": 50, "agreement": 0.5, "largest_difference": 0.5, "accuracy": 0.5}
    assert rows["tflite"] == pytest.approx(halved)


def test_rate_asks_for_every_picture_once() -> None:
    asked: list[int] = []

    def answers(pixels: np.ndarray) -> np.ndarray:
        asked.append(len(pixels))
        return pixels

    assert rate(answers, np.zeros(70), 32) > 0
    assert asked == [32, 32, 6]


def test_ways_take_turns_and_the_first_turn_does_not_count() -> None:
    first, second = (Way(lambda pixels: pixels, 1) for _ in range(2))
    order: list[tuple[Any, int]] = []

    def measure(answers: Any, pixels: np.ndarray, at_a_time: int) -> float:
        order.append((answers, at_a_time))
        return float(len(order))

    rates = timed({SAVED_MODEL: first, "onnx": second}, np.zeros(1), 2, measure)
    assert order[:3] == [(first.answers, ONE), (second.answers, ONE), (first.answers, MANY)]
    assert rates == {SAVED_MODEL: {ONE: [5, 9], MANY: [7, 11]}, "onnx": {ONE: [6, 10], MANY: [8, 12]}}


def test_ratios_are_those_of_the_same_turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rates = {
        SAVED_MODEL: {ONE: [10.0, 20.0, 5.0], MANY: [100.0, 100.0, 100.0]},
        "onnx": {ONE: [20.0, 40.0, 20.0], MANY: [50.0, 50.0, 80.0]},
    }
    rows = summarised(rates)
    assert rows["onnx"] == {"per_second_1": 20.0, "ratio_1": 2.0, "per_second_32": 50.0, "ratio_32": 0.5}
    about = {"pictures": 8, "agreement": 0.75, "largest_difference": 0.0123, "accuracy": 0.5, "bytes": 2.5e6}
    report({"onnx": {**about, **rows["onnx"]}}, "Formats", tmp_path / "plot.png")
    cells = [cell.strip() for cell in capsys.readouterr().out.splitlines()[2].split("|")[1:-1]]
    assert cells == ["onnx", "6 of 8", "0.01", "0.5000", "2.5", "20.0 (2.00)", "50.0 (0.50)"]
    assert (tmp_path / "plot.png").stat().st_size
