"""Copies are found whatever was done to their encoding, size and light; other pictures are left alone."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from components.example_gen.judging.near_copies import find_near_copies
from components.example_gen.measures import measure
from tests import pictures

Change = Callable[[Image.Image], Image.Image]


def scene(seed: int, channels: int = 3) -> Image.Image:
    """A picture with structure at several scales, unlike any other."""
    draws = np.random.default_rng(seed)
    size = (int(draws.integers(160, 400)), int(draws.integers(160, 400)))
    pixels = np.zeros((size[1], size[0], channels))
    for cells, weight in ((3, 1.0), (9, 0.6), (40, 0.3)):
        grid = draws.integers(0, 256, (cells, cells, channels), dtype=np.uint8).squeeze()
        layer = np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC), np.float64)
        pixels += weight * layer.reshape(pixels.shape)
    return Image.fromarray((pixels * 255 / pixels.max()).astype(np.uint8).squeeze())


def encoded(image: Image.Image, quality: int) -> Image.Image:
    return Image.fromarray(pictures.decode(pictures.encode(image, "JPEG", quality=quality)))


def resized(image: Image.Image, share: float) -> Image.Image:
    return image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.BICUBIC)


def hashed(images: list[Image.Image]) -> tuple[np.ndarray, np.ndarray]:
    measures = [measure(np.asarray(image)) for image in images]
    thumbnails = np.array([np.frombuffer(one.thumbnail, np.uint8) for one in measures])
    return np.array([one.phash for one in measures], np.uint64), thumbnails


def drawn(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Hashes and thumbnails of pictures that have nothing in common."""
    draws = np.random.default_rng(seed)
    hashes = draws.integers(1, 2**64, count, dtype=np.uint64)
    return hashes, draws.integers(0, 256, (count, 256), dtype=np.uint8)


def families(pairs: np.ndarray, count: int) -> list[int]:
    """The smallest number that each is connected with: done the slow way."""
    numbers = list(range(count))
    for one, other in pairs.tolist():
        low, high = sorted((numbers[one], numbers[other]))
        numbers = [low if number == high else number for number in numbers]
    return numbers


CHANGES: dict[str, Change] = {
    "none": lambda image: image,
    "quality_30": lambda image: encoded(image, 30),
    "quality_95": lambda image: encoded(image, 95),
    "quarter": lambda image: resized(image, 0.25),
    "half_then_quality_60": lambda image: encoded(resized(image, 0.5), 60),
    "double": lambda image: resized(image, 2.0),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.08),
    "less_contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.8),
    "grey": lambda image: image.convert("L"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_changed_copy_is_found_and_nothing_else(change: str, channels: int) -> None:
    originals = [scene(seed, channels) for seed in range(40)]
    pairs = find_near_copies(*hashed([*originals, *map(CHANGES[change], originals)]))
    assert pairs.tolist() == [[number, number + 40] for number in range(40)]
    assert pairs.dtype == np.int64


@pytest.mark.parametrize("turn", Image.Transpose)
def test_turned_or_mirrored_is_another_picture(turn: Image.Transpose) -> None:
    original = scene(0).resize((200, 200))
    assert not len(find_near_copies(*hashed([original, original.transpose(turn)])))


def test_same_form_in_another_light_is_another_picture() -> None:
    form = Image.new("L", (200, 200), 20)
    form.paste(90, (30, 50, 120, 170))
    lighter = form.point(lambda level: level * 2.5)
    hashes, thumbnails = hashed([form, lighter])
    assert hashes[0] == hashes[1]
    assert not len(find_near_copies(hashes, thumbnails))


@pytest.mark.parametrize(("bits", "found"), [(0, 1), (1, 1), (7, 1), (8, 1), (9, 0), (12, 0)])
def test_bound_on_the_hash_is_exact(bits: int, found: int) -> None:
    hashes, thumbnails = drawn(200)
    thumbnails[150] = thumbnails[20]
    for seed in range(30):
        flipped = np.random.default_rng(seed).choice(64, bits, replace=False)
        hashes[150] = hashes[20] ^ np.uint64(sum(1 << int(bit) for bit in flipped))
        assert find_near_copies(hashes, thumbnails).tolist() == [[20, 150]] * found


def test_no_hash_pairs_with_nothing() -> None:
    hashes, thumbnails = np.zeros(50, np.uint64), np.zeros((50, 256), np.uint8)
    assert find_near_copies(hashes, thumbnails).shape == (0, 2)


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_to_pair(count: int) -> None:
    assert find_near_copies(*drawn(count)).shape == (0, 2)
    assert find_near_copies(np.array([], np.uint64), np.array([])).shape == (0, 2)


def test_thousands_of_the_same_give_a_span_not_all_pairs() -> None:
    hashes, thumbnails = drawn(6000)
    hashes[:5000], thumbnails[:5000] = hashes[0], thumbnails[0]
    pairs = find_near_copies(hashes, thumbnails)
    assert len(pairs) == 4999
    assert families(pairs, 6000) == [0] * 5000 + list(range(5000, 6000))


def test_chain_is_one_family() -> None:
    """The ends differ in more bits than a pair may; each step is small."""
    hashes, thumbnails = drawn(4)
    thumbnails[:] = thumbnails[0]
    for number in range(1, 4):
        hashes[number] = hashes[number - 1] ^ np.uint64(0b111111 << (8 * number))
    assert set(families(find_near_copies(hashes, thumbnails), 4)) == {0}


def test_crowded_hash_still_finds_copies() -> None:
    """Three thousand different pictures with one hash, and copies among them, beyond the neighbourhood."""
    hashes, thumbnails = drawn(3100)
    hashes[:] = hashes[0]
    thumbnails[3000:] = thumbnails[:100]
    pairs = find_near_copies(hashes, thumbnails)
    assert pairs.tolist() == [[number, number + 3000] for number in range(100)]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_same_families_as_comparing_all(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 40))
    hashes, thumbnails = drawn(count, data.draw(st.integers(0, 99)))
    thumbnails[:] = thumbnails[0]
    for number in range(1, count):
        parent = data.draw(st.integers(0, number))
        flips = data.draw(st.sets(st.integers(0, 63), max_size=12))
        hashes[number] = hashes[parent] ^ np.uint64(sum(1 << bit for bit in flips))
    all_pairs = [
        (one, other)
        for one in range(count)
        for other in range(one + 1, count)
        if int(hashes[one] ^ hashes[other]).bit_count() <= 8
    ]
    expected = families(np.array(all_pairs, dtype=int).reshape(-1, 2), count)
    assert families(find_near_copies(hashes, thumbnails), count) == expected
