"""Decoding and resizing: every kind of picture in, one shape and range out."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.transform import decode_images


def encoded(pixels: np.ndarray, kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def _picture(height: int, width: int, grey: bool) -> np.ndarray:
    shape = (height, width) if grey else (height, width, 3)
    return np.random.default_rng(8).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("grey", [True, False])
@pytest.mark.parametrize("shape", [(8, 8), (40, 20), (1, 1), (3, 90)])
def test_decode_images_shape_and_range(kind: str, grey: bool, shape: tuple[int, int]) -> None:
    images = decode_images(tf.constant([encoded(_picture(*shape, grey), kind)] * 2), 16).numpy()
    assert images.shape == (2, 16, 16, 3)
    assert images.dtype == np.float32
    assert images.min() >= 0 and images.max() <= 255
    assert images.max() > 1
    if grey:
        np.testing.assert_array_equal(images[..., 0], images[..., 2])


@pytest.mark.parametrize("grey", [True, False])
def test_decode_images_keeps_a_picture_of_the_right_size(grey: bool) -> None:
    pixels = _picture(16, 16, grey)
    (image,) = decode_images(tf.constant([encoded(pixels, "PNG")]), 16).numpy()
    expected = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    np.testing.assert_allclose(image, expected, atol=1e-3)


def test_decode_images_mixes_kinds_and_sizes_in_order() -> None:
    flat = [(30, 20, 10, "PNG"), (7, 50, 200, "JPEG")]
    contents = [
        encoded(np.full((height, width, 3), value, np.uint8), kind) for height, width, value, kind in flat
    ]
    images = decode_images(tf.constant(contents), 8).numpy()
    np.testing.assert_allclose(images[0], 10, atol=1e-3)
    np.testing.assert_allclose(images[1], 200, atol=1.5)


def test_decode_images_shrinks_with_antialiasing() -> None:
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::2] = 255
    (image,) = decode_images(tf.constant([encoded(stripes, "PNG")]), 16).numpy()
    np.testing.assert_allclose(image[2:-2, 2:-2], 127.5, atol=8)


def test_decode_images_keeps_the_whole_picture() -> None:
    pixels = np.zeros((10, 100, 3), np.uint8)
    pixels[:, 50:] = 240
    (image,) = decode_images(tf.constant([encoded(pixels, "PNG")]), 20).numpy()
    np.testing.assert_allclose(image[:, :8], 0, atol=1)
    np.testing.assert_allclose(image[:, 12:], 240, atol=1)


def test_decode_images_of_an_empty_batch() -> None:
    images = decode_images(tf.constant([], tf.string), 16)
    assert images.shape == (0, 16, 16, 3)


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", encoded(_picture(20, 20, False), "PNG")[:60]]
)
def test_decode_images_undecodable(content: bytes) -> None:
    good = encoded(_picture(4, 4, False), "PNG")
    with pytest.raises(tf.errors.InvalidArgumentError):
        decode_images(tf.constant([good, content]), 8)


def test_decode_images_the_same_in_a_function() -> None:
    contents = tf.constant([encoded(_picture(30, 20, False), "JPEG")] * 3)
    compiled = tf.function(lambda contents: decode_images(contents, 12))
    np.testing.assert_allclose(compiled(contents), decode_images(contents, 12), atol=1e-3)
    assert compiled(contents[:0]).shape == (0, 12, 12, 3)
