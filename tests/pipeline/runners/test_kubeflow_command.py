"""`compile kubeflow`: what is asked before anything heavy is loaded."""

import importlib.util
from pathlib import Path

import pytest

from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.runners.kubeflow_command import check_compiles
from tests.cli import check_one_clear_line, run_cli

OUTPUT = Path("graft.yaml")


def test_the_sample_compiles() -> None:
    check_compiles(load_config(None), OUTPUT)


def test_pictures_need_not_be_here() -> None:
    check_compiles(load_config(None, "/graft/pictures"), OUTPUT)
    check_compiles(load_config(None, "gs://bucket/pictures"), OUTPUT)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["data.source=auto", "data.path=pictures"], "data.path is a path of this machine: `pictures`"),
        (["backbone.weights=mine.h5"], "backbone.weights is a path of this machine"),
        (["environment.classifier=mine"], "environment.classifier is a path of this machine: `mine`"),
        (["kubeflow.nodes.Trayner.gpus=1"], "no node `Trayner`"),
        (["backbone.name=vgg99"], "vgg99"),
        (["backbone.weights=/none/mine.h5"], "/none/mine.h5"),
    ],
)
def test_a_mistake_is_named(settings: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_compiles(load_config(None, overrides=settings), OUTPUT)


def test_the_file_is_yaml() -> None:
    with pytest.raises(InputError, match=r"must end in \.yaml"):
        check_compiles(load_config(None), Path("graft.json"))


def test_without_kfp_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="needs the package `kfp`"):
        check_compiles(load_config(None), OUTPUT)


def test_the_command_line_is_one_clear_line(tmp_path: Path) -> None:
    done = run_cli("compile", "kubeflow", "--output", tmp_path / "graft.txt")
    check_one_clear_line(done, ["--output", ".yaml", "graft.txt"])


@pytest.mark.slow
def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    done = run_cli("compile", "kubeflow", "--output", tmp_path / "none" / "graft.yaml", timeout=240)
    check_one_clear_line(done, ["cannot be written", "graft.yaml"])
