"""A SavedModel from elsewhere: features of pictures, and nothing trains."""

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from components.augment.extractor import Extractor
from components.augment.trunk import frozen_halves
from components.augment.views import View
from components.backbone import choose_backbone
from components.backbone.cut import HEAD, PIXELS, check_order, cut_for, split_trunk
from components.backbone.fold import fold_batch_norm
from components.backbone.saved_model import read_signature
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig
from tests.components.backbone.small_models import headless, pictures, randomised


def _pooled() -> keras.Model:
    images = keras.Input((None, None, 3))
    return randomised(keras.Model(images, layers.GlobalAveragePooling2D()(layers.Conv2D(16, 3)(images))))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, keras.Model]]:
    """A feature map of a fixed size, and pooled features of any size."""
    found = {}
    for name, model in {"map": headless(), "vector": _pooled()}.items():
        path = tmp_path_factory.mktemp("saved") / name
        model.export(path, verbose=False)
        found[name] = (path, model)
    return found


@pytest.mark.parametrize(("name", "size", "width"), [("map", None, 20), ("vector", 40, 16)])
def test_trunk(
    exported: dict[str, tuple[Path, keras.Model]], tmp_path: Path, name: str, size: int | None, width: int
) -> None:
    path, model = exported[name]
    backbone = choose_backbone(BackboneConfig(model=str(path), size=size, pixels="-1..1"))
    assert (backbone.name, backbone.size, backbone.width, backbone.trains) == (name, size or 32, width, False)
    backbone.check_weights()
    trunk = backbone.build_pretrained()
    images = pictures(backbone.size)
    expected = model(images / 127.5 - 1, training=False).numpy()
    whole = trunk(images, training=False)
    np.testing.assert_allclose(np.reshape(whole, expected.shape), expected, rtol=1e-5, atol=1e-5)
    lower, upper = (fold_batch_norm(half) for half in split_trunk(trunk, cut_for(backbone, [HEAD])))
    np.testing.assert_allclose(upper(lower(images)), whole, rtol=1e-6)
    assert trunk.trainable_variables == []
    _check_export(trunk, tmp_path / "served", images)


def _check_export(trunk: keras.Model, path: Path, images: np.ndarray) -> None:
    """A whole model around it can be served."""
    served = tf.Module()
    served.model = fold_batch_norm(keras.Model(trunk.input, keras.ops.mean(trunk.output, axis=(1, 2))))
    shape = [None, *images.shape[1:]]
    signature = [tf.TensorSpec(shape, tf.float32)]
    served.answer = tf.function(
        lambda pixels: served.model(pixels, training=False), input_signature=signature
    )
    tf.saved_model.save(served, str(path))
    loaded = tf.saved_model.load(str(path))
    np.testing.assert_allclose(loaded.answer(images), np.mean(trunk(images), axis=(1, 2)), rtol=1e-5)


def test_it_never_trains(exported: dict[str, tuple[Path, keras.Model]]) -> None:
    backbone = choose_backbone(BackboneConfig(model=str(exported["map"][0])))
    check_order(backbone, [HEAD, HEAD])
    for unfreeze in ("30%", "features", PIXELS):
        with pytest.raises(InputError, match="`map` is a SavedModel, which never trains: .* must be head"):
            check_order(backbone, [HEAD, unfreeze])


def test_size(exported: dict[str, tuple[Path, keras.Model]]) -> None:
    with pytest.raises(InputError, match="any size. Set backbone.size"):
        choose_backbone(BackboneConfig(model=str(exported["vector"][0])))
    with pytest.raises(InputError, match="takes pictures of 32 px. Received: backbone.size=64"):
        choose_backbone(BackboneConfig(model=str(exported["map"][0]), size=64))


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.9])
def test_truncated(exported: dict[str, tuple[Path, keras.Model]], tmp_path: Path, share: float) -> None:
    content = (exported["map"][0] / "saved_model.pb").read_bytes()
    (tmp_path / "saved_model.pb").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match="is no whole SavedModel: `saved_model.pb` cannot be read"):
        choose_backbone(BackboneConfig(model=str(tmp_path)))


def _module(specification: tf.TensorSpec, answer: Any, path: Path) -> Path:
    module = tf.Module()
    module.answer = tf.function(answer, input_signature=[specification])
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.answer})
    return path


@pytest.mark.parametrize(
    ("specification", "answer", "told"),
    [
        (
            tf.TensorSpec([None], tf.string),
            lambda x: {"n": tf.strings.length(x)},
            r"string \[any\] to int32 \[any\]",
        ),
        (
            tf.TensorSpec([None, 8, 4, 3]),
            lambda x: {"y": tf.reduce_mean(x, (1, 2))},
            r"float \[any, 8, 4, 3\] to",
        ),
        (tf.TensorSpec([None, 8, 8, 1]), lambda x: {"y": x}, "float"),
        (tf.TensorSpec([None, 8, 8, 3]), lambda x: {"y": x, "z": x}, r"to float .*, float "),
    ],
)
def test_signatures_that_make_no_features(tmp_path: Path, specification: Any, answer: Any, told: str) -> None:
    with pytest.raises(InputError, match=f"has no signature from pictures.* It has: .*{told}") as caught:
        read_signature(_module(specification, answer, tmp_path))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("lost", ["variables.index", "variables.data-00000-of-00001"])
def test_variables_that_were_not_copied(
    exported: dict[str, tuple[Path, keras.Model]], tmp_path: Path, lost: str
) -> None:
    path = shutil.copytree(exported["map"][0], tmp_path / "copy")
    (path / "variables" / lost).unlink()
    with pytest.raises(InputError, match="no whole SavedModel: `variables/` lacks files"):
        choose_backbone(BackboneConfig(model=str(path)))


def test_variables_that_are_cut_off(exported: dict[str, tuple[Path, keras.Model]], tmp_path: Path) -> None:
    path = shutil.copytree(exported["map"][0], tmp_path / "copy")
    file = path / "variables" / "variables.data-00000-of-00001"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InputError, match="cannot be loaded: "):
        choose_backbone(BackboneConfig(model=str(path))).build_pretrained()


def test_views_follow_the_program_and_not_its_path_alone(tmp_path: Path) -> None:
    digests = []
    for scale in (1.0, 2.0):  # a constant of the graph: no variable tells them apart
        images = keras.Input((32, 32, 3))
        model = keras.Model(images, layers.GlobalAveragePooling2D()(layers.Rescaling(scale)(images)))
        shutil.rmtree(tmp_path / "own", ignore_errors=True)
        model.export(tmp_path / "own", verbose=False)
        extractor = object.__new__(Extractor)
        extractor._backbone = choose_backbone(BackboneConfig(model=str(tmp_path / "own")))
        extractor._lower, extractor._upper = frozen_halves(extractor._backbone, "features", "float32")
        extractor._cut, extractor._seed, extractor._ops = "features", 1, ()
        extractor.decode = lambda _: tf.zeros(1)  # type: ignore[method-assign]
        digests.append(extractor.digest(View("plain")))
    assert digests[0] != digests[1]
