"""Pusher's other formats: with their version or not at all, and made once."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from tfx.types import Channel, standard_artifacts

from components import pusher
from components.exports import exporter
from components.exports.exports_file import FOLDER, Export, read_exports, write_exports
from components.pusher import ensure_served
from pipeline.settings.pusher import ExportFormat, PusherConfig
from tests.components.pushes import Push, contents

FORMATS = ["tflite", "onnx"]


def _export(folder: str, _: Any, formats: list[Any]) -> None:
    """In place of the real one, which takes TensorFlow and a model."""
    target = Path(folder) / FOLDER
    target.mkdir(parents=True)
    rows = [Export(name, f"{name}.bin", 1, 1, 1.0, 0.0, 0) for name in formats]
    for row in rows:
        (target / row.file).write_bytes(row.format.encode())
    write_exports(rows, ["a", "b"], 224, target)


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The formats of each call."""
    calls: list[list[Any]] = []

    def export(folder: str, examples: Any, formats: list[Any]) -> None:
        calls.append(formats)
        _export(folder, examples, formats)

    monkeypatch.setattr(exporter, "export", export)
    return calls


def _names(folder: Path) -> list[str]:
    return [each["format"] for each in read_exports(folder)]


def test_formats_appear_with_their_version_and_lie_in_its_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exported: list[list[Any]]
) -> None:
    push, replace, seen = Push(tmp_path, "first", formats=FORMATS), os.replace, []

    def watched(source: Path, target: Path) -> None:
        assert push.versions == []
        seen.append(_names(Path(source)))
        replace(source, target)

    monkeypatch.setattr(pusher.os, "replace", watched)
    push.run()
    (version,) = push.versions
    assert seen == [FORMATS] == exported
    assert (version / FOLDER / "onnx.bin").read_bytes() == b"onnx"
    assert contents(Path(push.pushed.uri)) == contents(version)
    assert list(push.serving.iterdir()) == [version]
    shutil.rmtree(version)
    assert _names(ensure_served(push.pushed)) == FORMATS


def test_a_format_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: str, *_: Any) -> None:
        (Path(folder) / "half").write_bytes(b"half")
        raise RuntimeError("onnx is not the model")

    monkeypatch.setattr(exporter, "export", fail)
    push = Push(tmp_path, "first", formats=FORMATS)
    with pytest.raises(RuntimeError, match="onnx is not the model"):
        push.run()
    assert list(push.serving.iterdir()) == []


@pytest.mark.parametrize("formats", [FORMATS, FORMATS[:1], []])
def test_formats_that_are_there_are_not_made_again(
    tmp_path: Path, exported: list[list[Any]], formats: list[str]
) -> None:
    Push(tmp_path, "first", formats=FORMATS).run()
    again = Push(tmp_path, "second", formats=formats)
    again.run()
    (version,) = again.versions
    assert exported == [FORMATS]
    assert again.pushed.get_string_custom_property("pushed_destination") == str(version)
    assert _names(Path(again.pushed.uri)) == FORMATS


def test_a_further_format_makes_a_new_version(tmp_path: Path, exported: list[list[Any]]) -> None:
    for name, formats in (("first", []), ("second", FORMATS[:1]), ("third", FORMATS)):
        push = Push(tmp_path, name, formats=formats)
        push.run()
    versions = sorted(push.versions, key=lambda path: int(path.name))
    assert [_names(version) for version in versions] == [[], FORMATS[:1], FORMATS]
    assert exported == [FORMATS[:1], FORMATS]


def test_a_model_that_is_not_blessed_is_not_exported(tmp_path: Path, exported: list[list[Any]]) -> None:
    push = Push(tmp_path, "first", is_blessed=False, formats=FORMATS)
    push.run()
    assert exported == push.versions == []


@pytest.mark.parametrize(
    ("formats", "inputs", "custom"),
    [
        # As before there were formats, so that an earlier run's push is still the one of this config.
        ((), {"model", "model_blessing"}, "null"),
        (("onnx",), {"model", "model_blessing", "examples"}, '{"formats": ["onnx"]}'),
    ],
)
def test_node_is_another_one_only_where_formats_are_asked_for(
    formats: tuple[ExportFormat, ...], inputs: set[str], custom: str
) -> None:
    kinds = (standard_artifacts.Model, standard_artifacts.ModelBlessing, standard_artifacts.Examples)
    model, blessing, examples = (Channel(type=kind) for kind in kinds)
    node = pusher.build(model, blessing, "serving", examples, PusherConfig(formats=formats))
    assert set(node.inputs) == inputs
    assert node.exec_properties["custom_config"] == custom
    assert node.id == "Pusher"
