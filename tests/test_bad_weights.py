"""Weights and models that cannot be had or do not fit: one line each, before any data is read."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.cli import check_one_clear_line, run_cli

Prepare = Callable[[Path], list[str]]


def backbone(*settings: str) -> Prepare:
    """A run on data that is not there, which would be the next complaint."""

    def prepare(root: Path) -> list[str]:
        pairs = [text.replace("{root}", str(root)) for text in settings]
        return [
            "run",
            "--data",
            str(root / "no such data"),
            *(part for pair in pairs for part in ("--set", pair)),
        ]

    return prepare


def file(name: str, content: bytes, *settings: str) -> Prepare:
    """... and a file."""

    def prepare(root: Path) -> list[str]:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
        return backbone(*settings)(root)

    return prepare


def weights(parameters: int, *settings: str) -> Prepare:
    """... and a whole weights file of so many numbers, all 0, in bytes."""

    def prepare(root: Path) -> list[str]:
        with h5py.File(root / "a.weights.h5", "w") as target:
            target.create_dataset("layers/conv2d/vars/0", data=np.zeros(parameters, np.uint8))
        return backbone("backbone.weights={root}/a.weights.h5", *settings)(root)

    return prepare


def model(layer: dict[str, object], *settings: str) -> Prepare:
    """... and a `.keras` file of one layer."""

    def prepare(root: Path) -> list[str]:
        config = {
            "class_name": "Sequential",
            "module": "keras",
            "config": {"name": "mine", "layers": [layer]},
        }
        with zipfile.ZipFile(root / "a.keras", "w") as archive:
            archive.writestr("config.json", json.dumps(config))
            archive.writestr("metadata.json", "{}")
            archive.writestr("model.weights.h5", b"")
        return backbone("backbone.model={root}/a.keras", *settings)(root)

    return prepare


LAMBDA: dict[str, object] = {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "twice"}}
CUSTOM: dict[str, object] = {"module": "mine", "class_name": "Swish", "config": {"name": "mine_1"}}
DENSE: dict[str, object] = {
    "module": "keras.layers",
    "class_name": "Dense",
    "config": {"name": "dense", "units": 2},
}
TRUNCATED_HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(40)

MISTAKES: dict[str, tuple[Prepare, tuple[str, ...]]] = {
    "weights that are not here": (
        backbone("backbone.name=resnet50"),
        (
            "`resnet50` must lie in Keras' cache",
            "nothing is downloaded",
            "efficientnet_lite0, efficientnet_lite1",
        ),
    ),
    "weights of another family": (
        weights(14_714_688, "backbone.name=resnet50"),
        ("hold 14,714,688 numbers, backbone `resnet50` has 23,587,712", "those of `vgg16`"),
    ),
    "weights with a head": (
        weights(5_000_000),
        ("backbone `efficientnet_lite0` has 3,413,024", "include_top=False"),
    ),
    "truncated weights": (
        file("a.weights.h5", TRUNCATED_HDF5, "backbone.weights={root}/a.weights.h5"),
        ("a.weights.h5` are no whole Keras file, cut off or of another kind",),
    ),
    "empty weights": (file("a.h5", b"", "backbone.weights={root}/a.h5"), ("a.h5` are no whole Keras file",)),
    "weights that are a picture": (
        file("a.h5", b"\x89PNG\r\n\x1a\n", "backbone.weights={root}/a.h5"),
        ("a.h5` are no whole Keras file",),
    ),
    "missing weights": (
        backbone("backbone.weights={root}/none.h5"),
        ("none.h5` cannot be read: No such file",),
    ),
    "weights of PyTorch": (
        file("a.pth", b"", "backbone.weights={root}/a.pth"),
        ("that ends in one of .weights.h5, .keras, .h5, .hdf5",),
    ),
    "size below the smallest": (
        backbone("backbone.name=xception", "backbone.size=64", "backbone.weights=none"),
        ("`xception` takes pictures of 71 px or more", "backbone.size=64"),
    ),
    "weights of an ensemble's second trunk": (
        backbone("ensemble.backbones=[vgg16]"),
        ("`vgg16` must lie in Keras' cache",),
    ),
    "trunk that stands twice": (
        backbone("ensemble.backbones=[efficientnet_lite0]"),
        ("other trunks than backbone.name. Received: efficientnet_lite0 twice",),
    ),
    "trunk that is none": (
        backbone("ensemble.backbones=[vgg99]"),
        ("`ensemble.backbones` must be one of", "'vgg99'"),
    ),
    "model with a Lambda": (model(LAMBDA), ("not Keras' own: Lambda `twice`",)),
    "model with an unknown layer": (model(CUSTOM), ("not Keras' own: Swish `mine_1`",)),
    "model without a feature map": (model(DENSE), ("a.keras` must take square pictures",)),
    "model that is no archive": (
        file("a.keras", b"PK not really", "backbone.model={root}/a.keras"),
        ("a.keras` is no whole .keras file",),
    ),
    "missing model": (
        backbone("backbone.model={root}/none.keras"),
        ("none.keras` cannot be read: No such file",),
    ),
    "model that is a folder of nothing": (
        backbone("backbone.model={root}"),
        ("must be a .keras file or the folder of a SavedModel",),
    ),
    "truncated SavedModel": (
        file("saved/saved_model.pb", b"\x08\x01\x12\xff", "backbone.model={root}/saved"),
        ("saved` is no whole SavedModel",),
    ),
    "pushed model with a broken description": (
        file("assets.extra/backbone.json", b"{}", "backbone.model={root}"),
        ("backbone.json` does not describe a trunk",),
    ),
    "model and name": (
        backbone("backbone.model={root}/a.keras", "backbone.name=vgg16"),
        ("`backbone`", "name goes without model"),
    ),
    "depth of the tuner": (
        backbone("tuner.trials=20", "tuner.unfreeze=[head, block_99]"),
        ("`tuner.unfreeze` must be head", "Received: 'block_99'"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_bad_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "cache"))
    prepare, words = MISTAKES[mistake]
    done = run_cli(*prepare(tmp_path), "--workspace", str(tmp_path / "workspace"))
    check_one_clear_line(done, words)
    assert not (tmp_path / "workspace").exists()
