"""Where KFP runs no resolvers: what is served, and what was kept, is found on the volume."""

from pathlib import Path
from typing import Any

import pytest
from tfx import types
from tfx.types import artifact_utils, standard_artifacts

from pipeline.runners.kubeflow_artifacts import ABSENT
from pipeline.runners.kubeflow_nodes import KeepingExecutor, LatestKeptExecutor, LatestServedExecutor


def _artifact(kind: type[types.Artifact], folder: Path) -> types.Artifact:
    artifact = kind()
    artifact.uri = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return artifact


def _saved_model(folder: Path, *labels: str) -> None:
    (folder / "assets").mkdir(parents=True)
    (folder / "saved_model.pb").write_text(folder.name)
    (folder / "assets" / "labels.txt").write_text("\n".join(labels))


def _latest_served(root: Path) -> types.Artifact:
    candidate = _artifact(standard_artifacts.Model, root / "candidate")
    if not (root / "candidate" / "Format-Serving").exists():
        _saved_model(root / "candidate" / "Format-Serving", "cat", "dog")
    found = _artifact(standard_artifacts.Model, root / "found")
    properties: dict[str, Any] = {"folder": str(root / "serving")}
    LatestServedExecutor().Do({"candidate": [candidate]}, {"model": [found]}, properties)
    return found


def test_the_newest_served_model_is_the_baseline(tmp_path: Path) -> None:
    for version in ("9", "10", ".unfinished"):
        _saved_model(tmp_path / "serving" / version, "cat", "dog")
    found = _latest_served(tmp_path)
    assert (Path(found.uri) / "Format-Serving" / "saved_model.pb").read_text() == "10"
    assert not found.has_custom_property(ABSENT)


@pytest.mark.parametrize("labels", [None, ("cat", "bird")])
def test_none_is_served_or_none_that_compares(tmp_path: Path, labels: tuple[str, ...] | None) -> None:
    if labels:
        _saved_model(tmp_path / "serving" / "1", *labels)
    found = _latest_served(tmp_path)
    assert found.get_int_custom_property(ABSENT) == 1
    assert not (Path(found.uri) / "Format-Serving").exists()


def _keep(root: Path, text: str) -> None:
    for split in ("train", "eval"):
        folder = root / text / f"Split-{split}"
        folder.mkdir(parents=True)
        (folder / "FeatureStats.pb").write_text(text)
    statistics = _artifact(standard_artifacts.ExampleStatistics, root / text)
    KeepingExecutor().Do({"statistics": [statistics], "anomalies": []}, {}, {"folder": str(root / "kept")})


def _latest_kept(root: Path) -> types.Artifact:
    found = _artifact(standard_artifacts.ExampleStatistics, root / "found")
    LatestKeptExecutor().Do({}, {"previous": [found]}, {"folder": str(root / "kept")})
    return found


def test_what_was_kept_last_is_found_again(tmp_path: Path) -> None:
    _keep(tmp_path, "first")
    _keep(tmp_path, "second")
    found = _latest_kept(tmp_path)
    assert artifact_utils.decode_split_names(found.split_names) == ["eval", "train"]
    path = Path(artifact_utils.get_split_uri([found], "train")) / "FeatureStats.pb"
    assert path.read_text() == "second"
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_nothing_was_kept_yet(tmp_path: Path) -> None:
    assert _latest_kept(tmp_path).get_int_custom_property(ABSENT) == 1
