"""What all sources share: what is refused, which share is used, and when the fingerprint changes."""

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from components.example_gen.files import Place
from components.example_gen.rows import Row
from components.example_gen.sources import column_names, fingerprint, list_rows
from components.features import RAW_FEATURES
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig
from tests.components.example_gen.sources.makers import folders, message, rows_of, tfrecord


def test_share_of_nothing_says_so(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    with pytest.raises(InputError, match="data.share .1e-09. of .* is not one picture"):
        list_rows(DataConfig(path=str(tmp_path), share=1e-9))


def test_no_data_set() -> None:
    with pytest.raises(InputError, match="brings its own pictures .*: there is no data set to judge"):
        list_rows(DataConfig(source="none"))


def test_solar_cells() -> None:
    rows = list_rows(DataConfig(source="solar_cells"))
    assert len(rows) == 2624
    assert {row.label for row in rows} == {"defective", "functional"}
    assert {row.columns["cell_type"] for row in rows} == {"mono", "poly"}
    assert all((Path(row.place.root) / row.path).is_file() for row in rows)
    assert column_names(rows) == ["cell_type"]


def test_solar_cells_by_group() -> None:
    rows = list_rows(DataConfig.model_validate({"source": "solar_cells", "columns": {"group": "cell_type"}}))
    assert all(row.group == row.columns["cell_type"] for row in rows)


def test_solar_cells_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="`elpv-dataset` is not installed"):
        list_rows(DataConfig(source="solar_cells"))


def test_one_class(tmp_path: Path) -> None:
    assert "holds one class only (`cat`)" in message(folders(tmp_path, cat=9))


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_files_than_splits(tmp_path: Path, count: int) -> None:
    text = message(folders(tmp_path, cat=3, dog=count))
    assert f"class `dog` in `{tmp_path}` has {count} file(s), fewer than the 3 splits" in text


@pytest.mark.parametrize("name", RAW_FEATURES)
def test_column_with_a_name_of_ours(name: str) -> None:
    with pytest.raises(InputError, match=f"column `{name}` bears the name"):
        column_names([Row(Place("/", "a"), "a", "cat", columns={name: "x"})])


def test_share_is_stable_and_about_right(tmp_path: Path) -> None:
    folders(tmp_path, cat=400, dog=400)
    some = rows_of(tmp_path, share=0.25)
    assert 150 < len(some) < 250
    assert set(map(repr, some)) < set(map(repr, rows_of(tmp_path, share=0.5)))
    folders(tmp_path, owl=400)
    assert [row for row in rows_of(tmp_path, share=0.25) if row.label != "owl"] == some


# --------------------------------------------------------------------------------------------------
# The fingerprint
# --------------------------------------------------------------------------------------------------


def test_fingerprint_changes_with_what_changes(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    file = tmp_path / "cat" / "0.jpg"
    os.utime(file, ns=(10**18, 10**18))
    seen = [fingerprint(rows_of(tmp_path))]
    file.write_text("other")  # another content, of the same size or not, is another time
    seen.append(fingerprint(rows_of(tmp_path)))
    os.utime(file, ns=(10**18, 10**18))
    seen.append(fingerprint(rows_of(tmp_path)))
    os.utime(file, ns=(10**18, 10**18 + 1))
    seen.append(fingerprint(rows_of(tmp_path)))
    file.rename(tmp_path / "cat" / "zero.jpg")
    seen.append(fingerprint(rows_of(tmp_path)))
    (tmp_path / "cat" / "zero.jpg").rename(tmp_path / "dog" / "zero.jpg")
    (tmp_path / "cat" / "3.jpg").touch()
    seen.append(fingerprint(rows_of(tmp_path)))
    assert len(set(seen)) == len(seen)


def test_fingerprint_stays(tmp_path: Path) -> None:
    folders(tmp_path / "data", cat=3, dog=3)
    (tmp_path / "data" / "cat" / "nowhere.jpg").symlink_to("gone.jpg")
    before = fingerprint(rows_of(tmp_path / "data"))
    (tmp_path / "data" / "cat" / "0.jpg").read_text()
    (tmp_path / "data" / ".DS_Store").touch()
    assert fingerprint(rows_of(tmp_path / "data")) == before
    shutil.copytree(tmp_path / "data", tmp_path / "moved", symlinks=True)
    assert fingerprint(rows_of(tmp_path / "moved")) == before


def test_fingerprint_of_all_that_is_known(tmp_path: Path) -> None:
    def row(offset: int = 0, path: str = "a", label: str = "cat", **known: Any) -> Row:
        return Row(Place(str(tmp_path), "a", offset), path, label, **known)

    others = [
        row(),
        row(offset=1),
        row(path="b"),
        row(label="dog"),
        row(split="train"),
        row(group="1"),
        row(weight=2.0),
        row(columns={"kind": "x"}),
        row(columns={"kind": "y"}),
        row(span=1),
    ]
    assert len({fingerprint([other]) for other in others}) == len(others)
    assert fingerprint([row(columns={"a": "1", "b": "2"})]) == fingerprint(
        [row(columns={"b": "2", "a": "1"})]
    )


def test_fingerprint_of_shards_asks_each_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = [{"image": b"x", "label": label} for label in ("cat", "dog") * 3]
    rows = rows_of(tfrecord(tmp_path / "a.tfrecord", examples))
    asked = []
    monkeypatch.setattr("components.example_gen.files.stamp", lambda place: asked.append(place) or "1")
    fingerprint(rows)
    assert len(asked) == 1
