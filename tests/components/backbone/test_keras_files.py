"""Keras' weight files: judged by their content alone, loaded strictly."""

import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from components.backbone.keras_files import check_weights_file, count_weights, load_weights_file
from pipeline.errors import InputError
from tests.components.backbone.small_models import randomised

COUNT = 3 * 3 * 3 * 4 + 4 + 4 * 4
"""Of `trunk`."""


def trunk() -> keras.Model:
    images = keras.Input((8, 8, 3))
    x = layers.Dropout(0.1)(layers.Conv2D(4, 3, name="conv")(images))
    return randomised(keras.Model(images, layers.BatchNormalization(name="norm")(x)))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The weights of a trained trunk in every kind of file, its optimizer's beside them."""
    folder = tmp_path_factory.mktemp("weights")
    model = trunk()
    model.compile("adam", "mse")
    model.train_on_batch(np.zeros((1, 8, 8, 3)), np.zeros((1, 6, 6, 4)))
    paths = {kind: folder / f"trunk{kind}" for kind in (".weights.h5", ".h5", ".keras")}
    model.save_weights(paths[".weights.h5"])
    model.save(paths[".h5"])
    model.save(paths[".keras"])
    expected = folder / "expected.npz"
    np.savez(expected, *model.get_weights())
    return paths | {"expected": expected}


@pytest.mark.parametrize("kind", [".weights.h5", ".h5", ".keras"])
def test_every_kind_is_counted_and_loaded(files: dict[str, Path], kind: str) -> None:
    assert count_weights(files[kind]) == COUNT
    check_weights_file("mine", files[kind], COUNT)
    model = trunk()
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    load_weights_file("mine", files[kind], model)
    expected = np.load(files["expected"])
    for name, weight in zip(expected.files, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected[name])


def _empty(path: Path, *shapes: tuple[int, ...]) -> Path:
    """A file of Keras 3 with arrays of zeros, in bytes: it takes little room."""
    with h5py.File(path, "w") as file:
        for index, shape in enumerate(shapes):
            file.create_dataset(f"layers/conv2d_{index}/vars/0", data=np.zeros(shape, np.uint8))
    return path


def test_weights_of_another_family_are_named(tmp_path: Path) -> None:
    file = _empty(tmp_path / "a.weights.h5", (14_714_688,))
    with pytest.raises(InputError) as caught:
        check_weights_file("resnet50", file, 23_587_712)
    text = str(caught.value)
    assert "hold 14,714,688 numbers, backbone `resnet50` has 23,587,712" in text
    assert "They are those of `vgg16`." in text


def test_weights_with_a_head(tmp_path: Path) -> None:
    file = _empty(tmp_path / "a.weights.h5", (14_714_688,), (512, 10), (10,))
    with pytest.raises(
        InputError, match=r"14,719,818 numbers.* Give those of the trunk alone \(include_top=False"
    ):
        check_weights_file("vgg16", file, 14_714_688)


@pytest.mark.parametrize("kind", [".weights.h5", ".h5", ".keras"])
@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_truncated(files: dict[str, Path], tmp_path: Path, kind: str, share: float) -> None:
    content = files[kind].read_bytes()
    cut = tmp_path / f"cut{kind}"
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match="no whole|none of pictures") as caught:
        check_weights_file("mine", cut, COUNT)
    assert f"`{cut}`" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["a.weights.h5", "a.h5", "a.hdf5", "a.keras"])
def test_no_hdf5_at_all(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG not weights" * 100)
    with pytest.raises(InputError, match="no whole"):
        count_weights(tmp_path / name)


@pytest.mark.parametrize("name", ["a.pth", "a.ckpt", "weights", "a.npz"])
def test_other_endings(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="that ends in one of .weights.h5, .keras, .h5, .hdf5"):
        count_weights(tmp_path / name)


@pytest.mark.parametrize("name", ["none.weights.h5", "none.h5", "none.keras"])
def test_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"{name}` cannot be read: No such file"):
        count_weights(tmp_path / name)


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "a.weights.h5").mkdir()
    with pytest.raises(InputError, match="a.weights.h5` cannot be read: Is a directory"):
        count_weights(tmp_path / "a.weights.h5")


@pytest.mark.parametrize(("kind", "wrong"), [(".weights.h5", ".h5"), (".h5", ".weights.h5")])
def test_name_that_hides_the_format(files: dict[str, Path], tmp_path: Path, kind: str, wrong: str) -> None:
    lying = tmp_path / f"lying{wrong}"
    lying.write_bytes(files[kind].read_bytes())
    with pytest.raises(InputError, match=f"their name must end in {kind}"):
        count_weights(lying)


def _misshapen(path: Path) -> Path:
    """As many numbers, in other shapes."""
    with h5py.File(path, "r+") as file:
        kernel = file["layers/conv2d/vars/0"][()]
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = kernel.reshape(3, 9, 1, 4)
    return path


def test_wrong_shape_is_one_line(files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "a.weights.h5"
    path.write_bytes(files[".weights.h5"].read_bytes())
    _misshapen(path)
    check_weights_file("mine", path, COUNT)
    with pytest.raises(InputError, match="do not fit backbone `mine`: ") as caught:
        load_weights_file("mine", path, trunk())
    assert len(str(caught.value).splitlines()) == 1


def test_archive_with_more_in_it(files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    path.write_bytes(files[".keras"].read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../escaped", b"")
    with pytest.raises(
        InputError, match="must hold config.json, metadata.json, model.weights.h5 and nothing"
    ):
        count_weights(path)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_damaged_files_are_input_errors(files: dict[str, Path], tmp_path: Path, data: Any) -> None:
    kind = data.draw(st.sampled_from([".weights.h5", ".h5", ".keras"]))
    content = bytearray(files[kind].read_bytes())
    start = data.draw(st.integers(0, len(content) - 1))
    content[start : start + 64] = data.draw(st.binary(min_size=64, max_size=64))
    damaged = tmp_path / f"damaged{kind}"
    damaged.write_bytes(content)
    try:
        count_weights(damaged)
    except InputError as error:
        assert str(damaged) in str(error)


def _normalized(variance: Any) -> tuple[keras.Model, layers.Normalization]:
    images = keras.Input((4, 4, 3))
    layer = layers.Normalization(name="normalization")
    model = keras.Model(images, layer(images))
    layer.set_weights([np.array((0.485, 0.456, 0.406)), np.array(variance), np.array(0)])
    return model, layer


@pytest.mark.parametrize(
    ("in_file", "loaded"),
    [
        (
            (0.229, 0.224, 0.225),
            (0.229**2, 0.224**2, 0.225**2),
        ),  # the deviation, as Keras' ImageNet files have it
        ((0.229**2, 0.224**2, 0.225**2), (0.229**2, 0.224**2, 0.225**2)),
        ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    ],
)
def test_normalization_of_efficientnet_is_mended(tmp_path: Path, in_file: Any, loaded: Any) -> None:
    _normalized(in_file)[0].save_weights(tmp_path / "a.weights.h5")
    model, layer = _normalized((1.0, 1.0, 1.0))
    load_weights_file("efficientnet_b0", tmp_path / "a.weights.h5", model)
    np.testing.assert_allclose(layer.adapt_variance, loaded, rtol=1e-6)
    expected = (0.7 - np.array((0.485, 0.456, 0.406))) / np.sqrt(loaded)
    np.testing.assert_allclose(model(np.full((1, 4, 4, 3), 0.7))[0, 0, 0], expected, rtol=1e-4)


def test_weights_that_are_declared_and_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/conv/vars/0", shape=(10**6, 10**6), chunks=(1000, 1000), dtype="float32")
    assert path.stat().st_size < 10**5
    with pytest.raises(InputError, match="declares 4,000,000,000,000 bytes and does not hold them"):
        count_weights(path)
