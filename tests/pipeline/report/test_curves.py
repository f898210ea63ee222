"""Curves of a training."""

from typing import Any

from pipeline.report.curves import curve_charts


def phase(name: str, losses: list[float | None], kept: int) -> dict[str, Any]:
    figures = [
        {"train_loss": loss, "train_accuracy": 0.5, "eval_loss": loss, "eval_accuracy": 0.25}
        for loss in losses
    ]
    return {"name": name, "kept_epoch": kept, "history": figures}


def test_loss_and_accuracy_are_drawn_and_told() -> None:
    loss, accuracy = curve_charts([phase("head", [0.9, 0.5], 2), phase("fine", [0.4], 0)], "t")
    assert "Loss on eval by epoch; phase head: 2 epochs, from 0.900 to 0.500; phase fine: 1 epochs" in loss
    assert "Accuracy on eval" in accuracy
    for text in ("head", "fine", "kept", "train", "eval"):
        assert f">{text}</text>" in loss


def test_epochs_without_a_number_are_left_out() -> None:
    loss, _ = curve_charts([phase("head", [None, 0.5, None], 2)], "t")
    assert "from 0.500 to 0.500" in loss
    assert "nan" not in loss.lower()


def test_trainings_of_old_have_no_charts() -> None:
    assert curve_charts([{"name": "head", "kept_epoch": 1, "history": []}], "t") == []
    assert curve_charts([], "t") == []
