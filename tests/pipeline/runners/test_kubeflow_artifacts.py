"""Titles, names and places that the compiled file and the pods agree on."""

import pytest
from tfx import types
from tfx.types import standard_artifacts
from tfx.utils import import_utils

from components.example_gen.quarantine import Quarantine
from components.label_check.component import Suspects
from pipeline.runners.kubeflow_artifacts import LAUNCHER_ROOT, joined, local_path, title_of


@pytest.mark.parametrize("kind", [Quarantine, Suspects])
def test_our_own_types_are_found_by_their_titles(kind: type[types.Artifact]) -> None:
    assert import_utils.import_class_by_path(title_of(kind)) is kind


def test_types_of_tfx_bear_titles_that_its_entrypoint_knows() -> None:
    from tfx.orchestration.kubeflow.v2.compiler_utils import TITLE_TO_CLASS_PATH

    for kind in (standard_artifacts.Examples, standard_artifacts.ModelRun, standard_artifacts.TransformCache):
        assert import_utils.import_class_by_path(TITLE_TO_CLASS_PATH[title_of(kind)]) is kind


@pytest.mark.parametrize(
    ("name", "whole"),
    [("models__0", "models"), ("models__12", "models"), ("a__b", "a__b"), ("model", "model")],
)
def test_parts_of_an_input_know_their_whole(name: str, whole: str) -> None:
    assert joined(name) == whole


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("minio://mlpipeline/v2/x", "/minio/mlpipeline/v2/x"),
        ("gs://bucket/x", "/gcs/bucket/x"),
        ("s3://bucket/x", "/s3/bucket/x"),
        ("/graft/x", "/graft/x"),
        ("https://host/x", "https://host/x"),
    ],
)
def test_uris_lie_where_the_launcher_puts_them(uri: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LAUNCHER_ROOT, raising=False)
    assert local_path(uri) == place


def test_tests_move_the_launchers_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LAUNCHER_ROOT, "/tmp/pod")
    assert local_path("minio://mlpipeline/x") == "/tmp/pod/minio/mlpipeline/x"
