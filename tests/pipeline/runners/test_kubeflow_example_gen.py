"""ImageExampleGen without its driver: the run's own pictures, fingerprint and span."""

import json
from pathlib import Path
from typing import Any

import pytest
from tfx.types import standard_artifacts

from components.example_gen.executor import ImageExampleGenExecutor
from pipeline.runners.kubeflow_example_gen import DriverlessExampleGenExecutor
from pipeline.settings.data import DataConfig
from tests import pictures


def _run(monkeypatch: pytest.MonkeyPatch, data: DataConfig, data_path: str) -> tuple[Any, dict[str, Any]]:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(ImageExampleGenExecutor, "Do", lambda *arguments: seen.update(arguments[3]))
    examples = standard_artifacts.Examples()
    properties = {"data": data.model_dump_json(), "data_path": data_path, "data_version": ""}
    DriverlessExampleGenExecutor().Do({}, {"examples": [examples]}, properties)
    return examples, json.loads(seen["data"])


def test_fingerprint_and_span_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures.class_folders(tmp_path, ["cat", "dog"], 20)
    examples, data = _run(monkeypatch, DataConfig(path=str(tmp_path)), "")
    assert examples.get_string_custom_property("input_fingerprint")
    assert examples.get_int_custom_property("span") == 0
    assert data["path"] == str(tmp_path)


def test_a_run_may_have_pictures_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures.class_folders(tmp_path, ["cat", "dog"], 20)
    _, data = _run(monkeypatch, DataConfig(source="solar_cells", share=0.5), str(tmp_path))
    assert (data["source"], data["path"], data["share"]) == ("auto", str(tmp_path), 0.5)
