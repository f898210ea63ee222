"""The trunk looks once at each picture, whoever shows it, and says what it always says."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.policy.eyes import Eyes, fitted
from tests.components.trainer.tiny import SIZE, TinyBackbone


class Watched:
    """A trunk that notes what goes through it; what fills a batch up is black."""

    def __init__(self) -> None:
        self.trunk = TinyBackbone().build_pretrained()
        self.input, self.output = self.trunk.input, self.trunk.output
        self.seen: list[bytes] = []
        self.batches: set[int] = set()

    def __call__(self, pictures: tf.Tensor, training: bool) -> tf.Tensor:
        assert training is False
        noted = tf.numpy_function(self._note, [pictures], tf.float32)
        return self.trunk(tf.ensure_shape(noted, pictures.shape), training=training)

    def _note(self, pictures: np.ndarray) -> np.ndarray:
        self.batches.add(len(pictures))
        self.seen += [each.astype(np.uint8).tobytes() for each in pictures if each.any()]
        return pictures

    def said(self, pictures: np.ndarray) -> np.ndarray:
        return np.array(self.trunk(pictures.astype(np.float32), training=False))


@pytest.fixture
def trunk() -> Watched:
    return Watched()


def _pictures(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 256, (count, SIZE, SIZE, 3), np.uint8)


@pytest.mark.parametrize("count", [1, 31, 32, 33, 70])
def test_says_what_the_trunk_says(trunk: Watched, count: int) -> None:
    eyes, pictures = Eyes(trunk), _pictures(count)  # type: ignore[arg-type]
    for shown in (pictures, pictures[::-1], pictures[[0, 0, count // 2]]):
        seen = eyes(shown)
        assert seen.dtype == np.float32
        np.testing.assert_allclose(seen, trunk.said(shown), atol=1e-5)
    assert np.ptp(trunk.said(pictures), axis=0).max() > 0.01 or count == 1
    assert sorted(trunk.seen) == sorted(each.tobytes() for each in pictures)
    assert trunk.batches == {32}, "one graph for any number of pictures"


def test_looks_at_each_different_picture_once(trunk: Watched) -> None:
    eyes, pictures = Eyes(trunk), _pictures(40)  # type: ignore[arg-type]
    draws = np.random.default_rng(6)
    shown = 0
    for _ in range(30):
        rows = draws.integers(40, size=draws.integers(1, 50))  # some twice in one batch, too
        np.testing.assert_allclose(eyes(pictures[rows]), trunk.said(pictures[rows]), atol=1e-5)
        shown += len(rows)
    assert len(trunk.seen) == len(set(trunk.seen)) == 40
    assert (eyes.passes, eyes.observations) == (40, shown)


def test_pictures_that_differ_in_one_pixel_are_two(trunk: Watched) -> None:
    eyes, pictures = Eyes(trunk), np.repeat(_pictures(1), 2, axis=0)  # type: ignore[arg-type]
    pictures[1, -1, -1, -1] ^= 1
    np.testing.assert_allclose(eyes(pictures), trunk.said(pictures), atol=1e-6)
    assert eyes.passes == 2


def test_forgets_what_it_has_not_seen_for_longest(trunk: Watched) -> None:
    bytes_each = 4 * int(np.prod(trunk.output.shape[1:]))
    eyes, pictures = Eyes(trunk, 40 * bytes_each), _pictures(42)  # type: ignore[arg-type]
    eyes(pictures[:40])
    eyes(pictures[:1])  # seen again: 1 is now what was not seen for longest
    eyes(pictures[40:])  # in the place of 1 and 2
    trunk.seen.clear()
    eyes(pictures[[0, *range(3, 42)]])
    assert trunk.seen == []
    eyes(pictures[[1, 2]])
    assert trunk.seen == [pictures[1].tobytes(), pictures[2].tobytes()]


def test_holds_a_batch_however_little_it_may_hold(trunk: Watched) -> None:
    eyes, pictures = Eyes(trunk, 0), _pictures(100)  # type: ignore[arg-type]
    eyes(pictures)
    eyes(pictures[-32:])
    assert len(trunk.seen) == 100
    np.testing.assert_allclose(eyes(pictures), trunk.said(pictures), atol=1e-5)
    assert len(trunk.seen) == 168


def test_a_picture_is_known_again_in_an_array_of_any_layout(trunk: Watched) -> None:
    eyes, pictures = Eyes(trunk), _pictures(3)  # type: ignore[arg-type]
    eyes(pictures)
    turned = np.asfortranarray(pictures)
    np.testing.assert_array_equal(eyes(turned), eyes(pictures))
    assert eyes.passes == 3


@pytest.mark.parametrize("shape", [(20, 12, 3), (20, 12, 1), (20, 12), (SIZE, SIZE), (5, 5, 3)])
def test_pictures_of_any_size_grey_or_not(trunk: Watched, shape: tuple[int, ...]) -> None:
    eyes = Eyes(trunk)  # type: ignore[arg-type]
    pictures = np.random.default_rng(3).integers(1, 256, (4, *shape), np.uint8)
    np.testing.assert_allclose(eyes(pictures), trunk.said(fitted(pictures, SIZE).numpy()), atol=1e-5)
    eyes(pictures)
    assert eyes.passes == 4


@pytest.mark.parametrize("channels", [(), (1,)])
def test_grey_is_all_three_colours(channels: Any) -> None:
    grey = np.random.default_rng(3).integers(0, 256, (2, 9, 7), np.uint8)
    colours = np.repeat(grey[..., None], 3, axis=3)
    for size in (7, 12):
        found = fitted(grey.reshape(2, 9, 7, *channels), size)
        assert (found.dtype, found.shape) == (tf.float32, (2, size, size, 3))
        np.testing.assert_array_equal(found, fitted(colours, size))


def test_a_picture_that_fits_stays_as_it_is() -> None:
    pictures = _pictures(2)
    np.testing.assert_array_equal(fitted(pictures, SIZE), pictures)


def test_a_smaller_picture_is_the_mean_of_what_it_shows() -> None:
    stripes = np.zeros((1, 256, 64, 3), np.uint8)
    stripes[:, ::4] = 255
    stripes[:, :, 32:] = 40
    found = fitted(stripes, 8).numpy()[0]
    np.testing.assert_allclose(found[1:-1, :3], 63.75, atol=4)
    np.testing.assert_allclose(found[:, 5:], 40, atol=1e-3)
