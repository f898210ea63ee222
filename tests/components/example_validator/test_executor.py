"""The gate: which anomalies stop a run, and what the user reads."""

import logging

import pytest

from components.example_validator.anomalies import Anomaly
from components.example_validator.executor import judge
from pipeline.errors import InputError

WARNING = Anomaly("eval", "site", "warning", "vanished", "no picture has `x`, which other splits have")
NEW = [
    Anomaly(split, "label", "error", "new values", f"new in {split}") for split in ("train", "eval", "test")
]
OTHERS = [Anomaly("train", name, "error", "drift", f"{name} is off") for name in ("a", "b", "c")]


@pytest.mark.parametrize(
    ("anomalies", "stop_at"), [([], "error"), ([WARNING], "error"), ([*NEW, WARNING], "never")]
)
def test_judge_lets_pass(anomalies: list[Anomaly], stop_at: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        judge(anomalies, stop_at)
    assert len(caplog.records) == len(anomalies)


def test_judge_stops_and_logs_all(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        with pytest.raises(InputError) as caught:
            judge([*NEW[:1], WARNING], "error")
    assert str(caught.value) == (
        "the data is not as the reviewed schema says: train: label: new in train. Mend the data; or, if it "
        "is right as it is, freeze the schema anew with `pipeline_runner.py schema --force` and review it."
    )
    assert any("eval: site: no picture has `x`" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("errors", "shown", "more"),
    [
        (NEW, ["train: label: new in train"], "and 2 more"),  # the same in each split is shown once
        (OTHERS, ["train: a: a is off", "train: b: b is off", "train: c: c is off"], ""),
        (NEW + OTHERS, ["new in train", "a is off", "b is off"], "and 3 more"),
    ],
)
def test_judge_shows_a_few(errors: list[Anomaly], shown: list[str], more: str) -> None:
    with pytest.raises(InputError) as caught:
        judge(errors, "error")
    text = str(caught.value)
    assert all(part in text for part in shown)
    assert text.count(": ") == 1 + 2 * len(shown)
    assert f"; {more} in the run's log.txt" in text if more else "more" not in text.replace("any more", "")
    assert len(text.splitlines()) == 1
