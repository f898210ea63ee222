"""`.keras` files from anywhere: what is not a plain picture model of Keras' own layers is refused, unread."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from components.backbone.archive import opened_weights, read_config
from pipeline.errors import InputError

CONV = {"module": "keras.layers", "class_name": "Conv2D", "config": {"name": "conv"}, "registered_name": None}


def model(*layers: dict[str, Any]) -> dict[str, Any]:
    config = {"name": "mine", "layers": [CONV, *layers]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def archive(path: Path, config: Any = None, compression: int = zipfile.ZIP_STORED, **more: bytes) -> Path:
    members = {"config.json": json.dumps(config or model()).encode(), "metadata.json": b"{}"}
    members |= {"model.weights.h5": b"weights"} | {name.replace("__", "/"): more[name] for name in more}
    with zipfile.ZipFile(path / "a.keras", "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path / "a.keras"


def test_config_of_a_plain_model(tmp_path: Path) -> None:
    assert read_config(archive(tmp_path)) == {"class_name": "Sequential", "config": model()["config"]}


def test_weights_are_read_at_any_place(tmp_path: Path) -> None:
    content = bytes(range(256)) * 40
    path = archive(tmp_path, **{"model.weights.h5": content})
    with opened_weights(path) as file:
        assert file.read() == content
        assert file.seek(-5, 2) == len(content) - 5
        assert file.read(100) == content[-5:]
        assert (file.seek(300), file.seek(10, 1), file.tell()) == (300, 310, 310)
        assert file.read(4) == content[310:314]
        assert (file.seek(len(content) + 9), file.read(1)) == (len(content) + 9, b"")


@pytest.mark.parametrize("read", [read_config, lambda path: opened_weights(path).__enter__()])
@pytest.mark.parametrize(
    "name", ["..__escaped", "__etc__passwd", "assets__vocabulary.txt", "model.weights.npz"]
)
def test_nothing_else_may_lie_in_it(tmp_path: Path, name: str, read: Any) -> None:
    with pytest.raises(
        InputError, match="must hold config.json, metadata.json, model.weights.h5 and nothing else"
    ):
        read(archive(tmp_path, **{name: b""}))
    assert [path.name for path in tmp_path.iterdir()] == ["a.keras"]


def test_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = archive(tmp_path, compression=zipfile.ZIP_DEFLATED, **{"config.json": b" " * 10**7})
    assert bomb.stat().st_size < 10**5
    with pytest.raises(InputError, match="is compressed, and Keras saves it uncompressed"):
        read_config(bomb)


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        ({"module": "keras.layers", "class_name": "Lambda", "config": {"name": "twice"}}, "Lambda `twice`"),
        (
            {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"name": "saved"}},
            "TFSMLayer `saved`",
        ),
        ({"module": "mine", "class_name": "Attention", "config": {"name": "a"}}, "Attention `a`"),
        ({"module": None, "class_name": "Swish", "config": {"name": "s"}}, "Swish `s`"),
        ({"module": "kerasish", "class_name": "Layer", "config": {"name": "k"}}, "Layer `k`"),
        (
            {
                **CONV,
                "config": {"activation": {"module": "builtins", "class_name": "function", "config": "f"}},
            },
            "`f`",
        ),
        (
            {**model(), "config": {"layers": [{"module": "os", "class_name": "System", "config": {}}]}},
            "System",
        ),
    ],
)
def test_layers_that_keras_does_not_have_are_named(tmp_path: Path, layer: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match="has layers that are not Keras' own") as caught:
        read_config(archive(tmp_path, model(layer)))
    assert name in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_model_of_the_users_own_class(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not Keras' own: Mine `mine`"):
        read_config(archive(tmp_path, {**model(), "module": "mine", "class_name": "Mine"}))


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b'{"class_name": 1}', b"{" * 10**5, b"[" * 10**6, b"\xff\xfe", b"1e999"],
)
def test_config_that_is_none(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match=r"is no whole \.keras file") as caught:
        read_config(archive(tmp_path, **{"config.json": content}))
    assert len(str(caught.value)) < 500


def test_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none.keras` cannot be read: No such file"):
        read_config(tmp_path / "none.keras")


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "a.keras").mkdir()
    with pytest.raises(InputError, match="a.keras` cannot be read: Is a directory"):
        read_config(tmp_path / "a.keras")


def test_encrypted_member(tmp_path: Path) -> None:
    path = archive(tmp_path)
    content = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no whole .keras file: RuntimeError, .* is encrypted"):
        read_config(path)
