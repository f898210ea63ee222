"""The table of labels: nothing is lost in it, and it goes back in as a manifest."""

import csv
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from components.example_gen.sources import list_rows
from components.features import SPLITS, THOUGHTS
from components.label_check.suspects import (
    FILE,
    Label,
    from_csv,
    overview,
    read_labels,
    suspects_of,
    to_csv,
    write_labels,
)
from pipeline.settings.data import DataConfig
from tests import pictures

LABELS = [
    Label("a/1.jpg", "cat", "train", 1.0, 0.25, "dog", columns={"sender": "x"}),
    Label("a/2.jpg", "cat", "test", 0.5, 0.75, "hen", 2, {"sender": 'y, "z"'}),
    Label("b/3.jpg", "dog", "eval", 1.0, None, "", columns={"sender": "x"}),
    Label("b/4.jpg", "dog", "train", 1.0, 0.875, "cat", 1, {"sender": ""}),
]


def test_most_doubtful_first_and_the_same_again(tmp_path: Path) -> None:
    write_labels(LABELS, str(tmp_path))
    found = read_labels(str(tmp_path))
    assert [label.path for label in found] == ["b/4.jpg", "a/2.jpg", "a/1.jpg", "b/3.jpg"]
    assert sorted(found, key=lambda label: label.path) == LABELS


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_SHARES = st.none() | st.sampled_from([0.0, 0.5, 1.0])


@given(
    st.lists(
        st.builds(
            Label,
            *(_TEXT, _TEXT, st.sampled_from(SPLITS), st.sampled_from([0.0, 1.0, 2.5]), _SHARES, _TEXT),
            rank=st.integers(0, 9),
            columns=st.fixed_dictionaries(
                dict.fromkeys(("one", 'a "b", c', "split", "split_", "label"), _TEXT)
            ),
        ),
        max_size=6,
    )
)
def test_any_text_survives(labels: list[Label]) -> None:
    def by_text(label: Label) -> str:
        return str([{**vars(label), "columns": sorted(label.columns.items())}])

    assert sorted(from_csv(to_csv(labels)), key=by_text) == sorted(labels, key=by_text)
    with TemporaryDirectory() as folder:
        write_labels(labels, folder)
        assert sorted(read_labels(folder), key=by_text) == sorted(labels, key=by_text)


def test_own_column_that_is_called_split_is_no_split() -> None:
    label = Label("a.jpg", "cat", "train", columns={"split": "left", "site": "north"})
    (header,) = csv.reader(to_csv([label]).splitlines()[:1])
    assert header == ["path", "label", "split", "weight", "site", "split_", *THOUGHTS]
    (found,) = from_csv(to_csv([label]))
    assert (found.split, found.columns) == ("train", {"split": "left", "site": "north"})


def test_name_that_is_no_utf8_survives(tmp_path: Path) -> None:
    label = Label(os.fsdecode(b"odd\xff.jpg"), "cat", "train")
    write_labels([label], str(tmp_path))
    assert read_labels(str(tmp_path)) == [label]


def test_line_breaks_survive(tmp_path: Path) -> None:
    for end in ("\r", "\n", "\r\n"):
        label = Label(f"Icon{end}x.jpg", "cat", "train", columns={"note": f"first{end}second"})
        write_labels([label], str(tmp_path))
        assert read_labels(str(tmp_path)) == [label]


def test_overview() -> None:
    found = overview(LABELS)
    assert (found["judged"], found["suspects"]) == (3, 2)
    assert found["splits"] == {"train": 1, "eval": 0, "test": 1}
    assert [each["path"] for each in found["first"]] == ["b/4.jpg", "a/2.jpg"]
    assert overview([])["first"] == []


def test_corrected_table_goes_back_in_as_a_manifest(tmp_path: Path) -> None:
    write_labels(LABELS, str(tmp_path))
    for label in LABELS:
        (tmp_path / "data" / label.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / label.path).write_bytes(pictures.jpeg())
    table = tmp_path / FILE
    for suspect in suspects_of(read_labels(str(tmp_path))):
        before = f"{suspect.path},{suspect.label},"
        table.write_text(table.read_text().replace(before, f"{suspect.path},{suspect.suggested},"))
    rows = {row.path: row for row in list_rows(DataConfig(path=str(table), root=str(tmp_path / "data")))}
    assert {path: row.label for path, row in rows.items()} == {
        "a/1.jpg": "cat",
        "a/2.jpg": "hen",
        "b/3.jpg": "dog",
        "b/4.jpg": "cat",
    }
    for label in LABELS:
        row = rows[label.path]
        assert row.columns == label.columns  # and nothing of what was thought
        assert row.weight == label.weight
        assert row.split == label.split


def test_own_columns_that_bear_names_of_the_tables_go_back_in_beside_them(tmp_path: Path) -> None:
    labels = [
        Label(f"{name}.jpg", name, "train", columns={"split": "odd", "split_": "even"})
        for name in ("cat", "do\rg")
    ]
    write_labels(labels, str(tmp_path))
    assert read_labels(str(tmp_path)) == labels
    for label in labels:
        (tmp_path / label.path).write_bytes(pictures.jpeg())
    table = tmp_path / FILE
    table.write_bytes(table.read_bytes().replace(b'"do\rg",train', b"dog,train"))
    rows = list_rows(DataConfig(path=str(table), root=str(tmp_path)))
    assert [(row.path, row.label, row.split) for row in rows] == [
        ("cat.jpg", "cat", "train"),
        ("do\rg.jpg", "dog", "train"),
    ]
    assert all(row.columns == {"split_": "odd", "split__": "even"} for row in rows)
