"""What TFX hands over: names, folders, and where a killed training is found again."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from components import features
from components.trainer.arguments import checkpoint_folder, labels_of, split_folder
from tests.components.trainer.head_only import fn_args_of


def test_class_names_in_the_order_of_their_indices() -> None:
    words = {features.LABEL_VOCABULARY: [b"dog", "h\u00fchner".encode(), b"cat"]}
    transform: Any = SimpleNamespace(vocabulary_by_name=words.__getitem__)
    assert labels_of(transform) == ["dog", "h\u00fchner", "cat"]


def test_folder_of_a_split() -> None:
    assert split_folder(["gs://a/examples/7/Split-train/*"]) == "gs://a/examples/7/Split-train"


def test_checkpoint_folder_is_found_again(tmp_path: Path) -> None:
    one, other = (checkpoint_folder(fn_args_of(tmp_path, trainer="{}", cut="top")) for _ in range(2))
    assert one == other
    assert one.parent == tmp_path / "checkpoints"


@pytest.mark.parametrize("change", [{"trainer": "{1}"}, {"cut": "block_3"}, {"seed": 22}])
def test_checkpoint_folder_differs_by_config(tmp_path: Path, change: dict[str, Any]) -> None:
    settings = {"trainer": "{}", "cut": "top"}
    assert checkpoint_folder(fn_args_of(tmp_path, **settings)) != checkpoint_folder(
        fn_args_of(tmp_path, **{**settings, **change})
    )


def test_checkpoint_folder_differs_by_data(tmp_path: Path) -> None:
    fn_args = fn_args_of(tmp_path)
    before = checkpoint_folder(fn_args)
    fn_args.train_files = [str(tmp_path / "other" / "Split-train" / "*")]
    assert checkpoint_folder(fn_args) != before


def test_checkpoint_folder_differs_by_what_the_tuner_found(tmp_path: Path) -> None:
    fn_args = fn_args_of(tmp_path)
    before = checkpoint_folder(fn_args)
    fn_args.hyperparameters = {"values": {"dropout": 0.5}}
    assert checkpoint_folder(fn_args) != before


def test_checkpoint_folder_of_a_training_without_pictures(tmp_path: Path) -> None:
    fn_args = fn_args_of(tmp_path)
    fn_args.train_files = []
    assert checkpoint_folder(fn_args).parent == tmp_path / "checkpoints"
