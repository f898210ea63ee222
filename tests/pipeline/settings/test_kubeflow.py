"""The `kubeflow` section: what is legal, and what a mistake is told."""

from pathlib import Path

import pytest

from pipeline.config_file import load_config
from pipeline.errors import InputError


def test_settings_of_one_node_go_over_its_defaults() -> None:
    nodes = load_config(None, overrides=["kubeflow.nodes.Trainer.gpus=1"]).kubeflow.nodes
    assert (nodes["Trainer"].gpus, nodes["Trainer"].cpus, nodes["Trainer"].memory_gib) == (1, 4, 8)


@pytest.mark.parametrize(("given", "version"), [("7", "7"), ("2026-11-26", "2026-11-26"), ("v1", "v1")])
def test_a_version_is_text_whatever_yaml_takes_it_for(given: str, version: str) -> None:
    assert load_config(None, overrides=[f"kubeflow.data_version={given}"]).kubeflow.data_version == version


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("kubeflow.pipeline_root=file:///tmp", "kubeflow.pipeline_root"),
        ("kubeflow.pipeline_root=s3://bucket/", "must not end in /"),
        ("kubeflow.mount=graft", "kubeflow.mount"),
        ("kubeflow.volume=My Volume", "kubeflow.volume"),
        ("kubeflow.image=''", "kubeflow.image"),
        ("kubeflow.nodes.Trainer.gpu=1", "Did you mean `gpus`?"),
        ("kubeflow.nodes.Trainer.memory_gib=0", "kubeflow.nodes.Trainer.memory_gib"),
    ],
)
def test_a_mistake_is_named(setting: str, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("?", r"\?")):
        load_config(None, overrides=[setting])


def test_other_sections_tell_of_a_wrong_key_as_before(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean `epochs`"):
        load_config(None, overrides=["trainer.phases.0.epoch=3"])
