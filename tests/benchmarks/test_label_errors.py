"""What is planted is counted right: the same for a seed, and never the label that was there."""

from pathlib import Path

import pytest

from benchmarks.label_errors import mislabelled, score, write_manifest
from components.example_gen.files import Place
from components.example_gen.rows import Row
from components.label_check.suspects import Label


def test_planted_labels_are_others_and_as_many_as_asked() -> None:
    labels = ["cat", "dog", "hen", "cat"] * 50
    planted = mislabelled(labels, 0.05, seed=3)
    assert planted == mislabelled(labels, 0.05, seed=3) != mislabelled(labels, 0.05, seed=4)
    assert len(planted) == 10
    assert all(labels[place] != label for place, label in planted.items())
    assert set(mislabelled(labels, 1.0, 0).values()) == {"cat", "dog", "hen"}
    assert mislabelled(labels, 0.0, 0) == {}


def test_score() -> None:
    labels = [
        Label("a", "cat", "train", wrong=0.9, rank=1),
        Label("b", "cat", "train", wrong=0.8, rank=2),
        Label("c", "cat", "test", wrong=0.3),
        Label("d", "cat", "test", wrong=0.2),
    ]
    found = score(labels, {"a", "c", "gone"})
    assert found == {"planted": 2, "suspects": 2, "precision": 0.5, "recall": 0.5, "at_planted": 0.5}
    assert score(labels[2:], set()) == {
        "planted": 0,
        "suspects": 0,
        "precision": 0.0,
        "recall": 0.0,
        "at_planted": 0.0,
    }


@pytest.mark.parametrize("split", [None, "test"])
def test_manifest_keeps_splits_and_columns(tmp_path: Path, split: str | None) -> None:
    rows = [Row(Place("/data", "a.jpg"), "a.jpg", "cat", split, columns={"sender": "7"})]
    write_manifest(rows, ["dog"], tmp_path / "manifest.csv")
    assert (tmp_path / "manifest.csv").read_text().splitlines() == [
        "path,label,split,sender",
        f"a.jpg,dog,{split or ''},7",
    ]
