"""The same few pictures for every way, and tables that say how many there were."""

import argparse
import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import few_pictures
from benchmarks.few_pictures import (
    NOTHING,
    WITH_EVAL,
    Few,
    from_nothing,
    lines,
    nothing,
    ours,
    regressions,
    series,
)
from benchmarks.logistic import PLAIN, WAYS, Features
from benchmarks.results import Rows
from benchmarks.runs import parser
from benchmarks.splits import Picture, Plain
from pipeline.config_file import SAMPLE_CONFIG, load_config

COUNTS = {"train": 30, "eval": 6, "test": 40}
PICTURES = sorted(
    Picture(split, label, f"{split}/{label}/{number:03}.jpg")
    for split, count in COUNTS.items()
    for label in ("cat", "dog")
    for number in range(count)
)


@pytest.fixture
def arguments() -> argparse.Namespace:
    parsed = parser("").parse_args(["--set", "data.share=0.5", "--set", "augment.views=1"])
    parsed.seen = 1000
    return parsed


@pytest.fixture
def plain(tmp_path: Path, arguments: argparse.Namespace) -> Plain:
    """Files that were written, features that were extracted."""
    written = Plain(tmp_path, arguments)
    written.__dict__["pictures"] = PICTURES
    draws = np.random.default_rng(5)
    values = draws.normal(size=(len(PICTURES), 4)) + np.array([p.label == "dog" for p in PICTURES])[:, None]
    Features([picture.path for picture in PICTURES], values).save(tmp_path / "features.npz")
    return written


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[str, ...], list[dict[str, str]]]]:
    """Settings and manifest of every run."""
    calls = []

    def run_afresh(*settings: str, data: str, config: Path) -> dict[str, Any]:
        assert config == SAMPLE_CONFIG
        with open(data, newline="") as file:
            calls.append((settings, list(csv.DictReader(file))))
        return {"accuracy": 0.8}

    monkeypatch.setattr(few_pictures, "run_afresh", run_afresh)
    return calls


def test_a_preset_sees_these_pictures_alone(
    plain: Plain, ran: list[Any], arguments: argparse.Namespace, tmp_path: Path
) -> None:
    table, few = Rows("one", folder=tmp_path), Few("5", 3, plain)
    assert ours(table, "fast", few, arguments)["accuracy"] == 0.8
    assert list(table.rows) == ["fast, 5 a class, seed 3"]
    ((settings, manifest),) = ran
    assert settings == ("preset=fast", "seed=3", "augment.views=1", "evaluator.slices=[]")
    assert sorted(row["path"] for row in manifest) == sorted(few.paths("train", "eval", "test"))
    assert len(few.paths("train")) == len(few.paths("eval")) == 10
    ours(table, "fast", Few("5", 3, plain), arguments)
    assert len(ran) == 1


def test_all_is_all(plain: Plain) -> None:
    assert Few("all", 3, plain).pictures == PICTURES


def test_regressions_know_what_ours_knows(
    plain: Plain, arguments: argparse.Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = []

    def regress(
        known: Features, train: list[str], evaluation: list[str], test: list[str], way: str
    ) -> dict[str, float]:
        fits.append((train, evaluation, test, way))
        return {"accuracy": 0.7}

    monkeypatch.setattr(few_pictures.logistic, "regress", regress)
    few = Few("3", 1, plain)
    rows = regressions(Rows("one", folder=tmp_path), few, arguments)
    assert list(rows) == [*WAYS, WITH_EVAL]
    train, evaluation, test = (few.paths(split) for split in ("train", "eval", "test"))
    assert fits == [
        *((train, evaluation, test, way) for way in WAYS),
        (few.paths("train", "eval"), evaluation, test, PLAIN),
    ]
    assert len(test) == 80


def test_regressions_are_fitted(plain: Plain, arguments: argparse.Namespace, tmp_path: Path) -> None:
    rows = regressions(Rows("one", folder=tmp_path), Few("all", 1, plain), arguments)
    assert all(0.7 < row["accuracy"] <= 1 for row in rows.values())


def test_training_from_nothing_sees_as_many_pictures_however_few_there_are(
    plain: Plain, ran: list[Any], arguments: argparse.Namespace, tmp_path: Path
) -> None:
    nothing(Rows("one", folder=tmp_path), Few("5", 3, plain), arguments)
    ((settings, _),) = ran
    assert settings == (*from_nothing(10, 1000), "seed=3", "evaluator.slices=[]")
    assert "epochs: 100," in " ".join(settings)


def test_settings_from_nothing_are_legal() -> None:
    config = load_config(None, None, from_nothing(300, 1000))
    (phase,) = config.trainer.phases
    assert (phase.epochs, phase.unfreeze) == (4, "100%")
    assert config.backbone.weights == "none"
    assert config.trainer.batch_norm == "adapts"


def test_a_line_for_each_way_and_a_gap_where_it_was_not_tried() -> None:
    reached = {
        "fast": {"1": [{"accuracy": 0.5}, {"accuracy": 0.7}], "all": [{"accuracy": 0.9}]},
        NOTHING: {"all": [{"accuracy": 0.6}]},
    }
    assert lines(reached, ["1", "all"], "accuracy") == [
        ["fast", "0.6000 ± 0.1414", "0.9000"],
        [NOTHING, "", "0.6000"],
    ]
    curves = series(reached, ["1", "all"])
    assert curves["fast"] == (pytest.approx([0.6, 0.9]), pytest.approx([math.sqrt(0.02), 0]))
    assert curves[NOTHING] == (
        pytest.approx([math.nan, 0.6], nan_ok=True),
        pytest.approx([math.nan, 0], nan_ok=True),
    )
