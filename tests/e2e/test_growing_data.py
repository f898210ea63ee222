"""Next week's pictures: the old ones stay in place, and a frozen schema stops what should not be there."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests import pictures
from tests.cli import run_cli
from tests.e2e import sample

pytestmark = pytest.mark.e2e


def _span(root: Path, number: int, classes: list[str], per_class: int = 20) -> None:
    pictures.class_folders(root / f"span-{number}", classes, per_class, seed=number)


def _run(root: Path, *more: str) -> Any:
    data = ["--data", str(root / "span-{SPAN}"), "--set", "data.split.near_copies=true"]
    return sample.run(root / "workspace", *data, *more, settings=())


def _placed(root: Path) -> dict[str, str]:
    """The split of each picture, of the newest execution of ImageExampleGen."""
    import tensorflow as tf

    folders = (root / "workspace" / "artifacts" / "ImageExampleGen" / "examples").iterdir()
    newest = max(folders, key=lambda folder: int(folder.name))
    return {
        tf.train.Example.FromString(record).features.feature["path"].bytes_list.value[0].decode(): split.name
        for split in newest.glob("Split-*")
        for file in split.iterdir()
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator()
    }


def test_next_weeks_pictures(tmp_path: Path) -> None:
    _span(tmp_path, 1, ["cat", "dog"])
    first = _run(tmp_path, "--to", "ExampleValidator")
    assert first.returncode == 0, first.stderr
    before = _placed(tmp_path)
    schema = tmp_path / "schema.pbtxt"
    frozen = run_cli("schema", "--workspace", tmp_path / "workspace", "--output", schema)
    assert frozen.returncode == 0, frozen.stderr
    assert "label: 2 values: cat, dog" in frozen.stdout

    # Promise 3: the old pictures stay; a near-copy of one joins it.
    _span(tmp_path, 2, ["cat", "dog"])
    shutil.copy(tmp_path / "span-1/cat/0000.png", tmp_path / "span-2/cat/again.png")
    held = ("--set", f"schema_gen.file={schema}")
    second = _run(tmp_path, *held, "--to", "ExampleValidator")
    assert second.returncode == 0, second.stderr
    after = _placed(tmp_path)
    assert {path: after[path] for path in before} == before
    assert len(after) == 81
    assert after["span-2/cat/again.png"] == before["span-1/cat/0000.png"]

    # A class that the reviewed schema does not know stops the run before anything is made of it.
    _span(tmp_path, 3, ["cat", "dog", "owl"])
    third = _run(tmp_path, *held, "--to", "Transform")
    assert third.returncode == 2, third.stderr
    assert "`owl`" in third.stderr
    assert "Traceback" not in third.stderr
    summary = max((tmp_path / "workspace" / "runs").glob("*/summary.json"))
    states = sample.states(json.loads(summary.read_text()))
    assert states["ExampleValidator"] == "failed"
    assert states.get("Transform", "skipped") == "skipped"
