"""The table of answers: read as it was written, sorted, and without TensorFlow."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.answers import FOLDER, ROW, read_answers
from tests.components.evaluator.made import told


def row(image_id: str, label: str, probabilities: list[float], **changes: Any) -> dict[str, Any]:
    return {
        "image_id": image_id,
        "path": f"{image_id}.jpg",
        "label": label,
        "columns": [("site", "north"), ("year", "2024")],
        "probabilities": probabilities,
        "baseline": None,
        **changes,
    }


def write(root: Path, *files: list[dict[str, Any]]) -> str:
    (root / FOLDER).mkdir()
    for number, rows in enumerate(files):
        pq.write_table(pa.Table.from_pylist(rows, ROW), root / FOLDER / f"answers-{number}.parquet")
    return str(root)


def test_files_are_joined_and_sorted(tmp_path: Path) -> None:
    first = [row("c", "dog", [0.25, 0.75]), row("a", "cat", [0.5, 0.5])]
    answers = read_answers(write(tmp_path, first, [row("b", "hen", [1, 0])], []), ["cat", "dog"])
    assert answers.ids.tolist() == ["a", "b", "c"]
    assert answers.paths.tolist() == ["a.jpg", "b.jpg", "c.jpg"]
    assert answers.labels.tolist() == [0, 2, 1]  # nobody taught it hens
    assert answers.answered.tolist() == [0, 0, 1]
    np.testing.assert_array_equal(answers.probabilities, np.array([[0.5, 0.5], [1, 0], [0.25, 0.75]]))
    assert answers.probabilities.dtype == np.float32
    assert answers.columns["site"].tolist() == ["north"] * 3
    assert answers.columns["label"].tolist() == ["cat", "hen", "dog"]
    assert answers.baseline is None


def test_other_files_are_none_of_its_own_and_no_files_are_no_answers(tmp_path: Path) -> None:
    where = write(tmp_path, [row("a", "cat", [1, 0])])
    (tmp_path / FOLDER / "notes.txt").write_text("by hand")
    (tmp_path / FOLDER / "beam-temp").mkdir()
    assert len(read_answers(where, ["cat", "dog"])) == 1
    (tmp_path / FOLDER / "answers-0.parquet").unlink()
    assert len(read_answers(where, ["cat", "dog"])) == 0
    with pytest.raises(FileNotFoundError):
        read_answers(str(tmp_path / "gone"), ["cat", "dog"])


def test_baseline_by_name(tmp_path: Path) -> None:
    rows = [row("a", "cat", [1, 0], baseline="dog"), row("b", "cat", [1, 0], baseline="ape")]
    answers = read_answers(write(tmp_path, rows), ["cat", "dog"])
    assert answers.baseline is not None
    assert answers.baseline.tolist() == [1, 2]


def test_column_that_some_pictures_lack(tmp_path: Path) -> None:
    rows = [row("a", "cat", [1, 0]), row("b", "cat", [1, 0], columns=[("eye", "left")])]
    answers = read_answers(write(tmp_path, rows), ["cat", "dog"])
    assert {name: values.tolist() for name, values in answers.columns.items()} == {
        "eye": ["", "left"],
        "site": ["north", ""],
        "year": ["2024", ""],
        "label": ["cat", "cat"],
    }


@pytest.mark.parametrize("chosen", [np.array([True, False, True]), np.array([0, 2])])
def test_where(chosen: np.ndarray) -> None:
    answers = told([0, 1, 2], [0, 1, 1], baseline=[2, 1, 0], site=["n", "s", "w"])  # type: ignore[arg-type]
    some = answers.where(chosen)
    assert len(some) == 2
    assert some.paths.tolist() == ["0.jpg", "2.jpg"]
    assert some.labels.tolist() == [0, 2]
    assert some.answered.tolist() == [0, 1]
    assert some.columns["site"].tolist() == ["n", "w"]
    assert some.baseline is not None and some.baseline.tolist() == [2, 0]
    assert len(told([0], [0]).where(np.array([False]))) == 0


def test_a_thousand_classes_take_their_four_bytes(tmp_path: Path) -> None:
    names = [f"class {number}" for number in range(1000)]
    rows = [row(f"{number:04}", names[number], np.eye(1000)[number].tolist()) for number in range(1000)]
    where = write(tmp_path, rows[:600], rows[600:])
    tracemalloc.start()
    answers = read_answers(where, names)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.array_equal(answers.probabilities, np.eye(1000, dtype=np.float32))
    # Twice: sorted, and as they were. As Python's floats they would take 32 bytes each.
    assert peak < 3 * answers.probabilities.nbytes
