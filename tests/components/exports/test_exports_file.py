"""What is told of the formats beside a model."""

import json
from dataclasses import asdict
from pathlib import Path

from components.exports.exports_file import FILE, FOLDER, Export, read_exports, write_exports

EXPORT = Export("tflite_int8", "model_int8.tflite", 12, 43, 0.95, 0.15, 26)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    write_exports([EXPORT], ["chien", "café"], 224, folder)
    assert read_exports(tmp_path) == [asdict(EXPORT)]
    told = json.loads((folder / FILE).read_text(encoding="utf-8"))
    assert (told["input"]["name"], told["input"]["shape"]) == ("pixels", [None, 224, 224, 3])
    assert (told["input"]["dtype"], told["input"]["range"]) == ("float32", [0, 255])
    assert told["output"] == {
        "name": "probabilities",
        "dtype": "float32",
        "shape": [None, 2],
        "labels": ["chien", "café"],
    }


def test_a_model_without_other_formats_has_none(tmp_path: Path) -> None:
    assert read_exports(tmp_path) == []


def test_servers_do_not_look_where_they_lie() -> None:
    assert FOLDER.startswith("assets.extra/")
