"""What can be measured in a picture's pixels, and what that says about the picture.

Everything is judged on a grey reduction with a long side of 256 pixels, about what a model sees, so
that no photo is called sharp or blurred for its size. Bounds were set on the clothing photos, the
solar cells, scikit-image's photos, and blurred versions of all of them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from components import features
from components.example_gen.entry import THUMBNAIL_SIDE
from pipeline.settings.data import ChecksConfig

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Rec. 601, as in Pillow's and JPEG's own conversion to grey."""
_JUDGED_SIDE = 256
_LARGEST_BOX = 256
"""Rows of bytes whose sum still fits 16 bits."""
_HASHED_SIDE = 32
_HASH_BITS = 64
_DEAD_ZONE = 3.0
"""A pattern fainter than this counts as absent: symmetric pictures and flat graphics have many
coefficients of nearly 0, whose signs a re-encoding would throw at random."""
_WIDE_STEP = 9
_STEPS_PER_LEVEL = 8
_STRONGEST = 0.999
_BLANK_DEVIATION = 3 / 255
_BLANK_RANGE = 3
"""Grey levels between the cells of the thumbnail, which averages a sensor's noise away."""
_JUDGED_CONTRAST = 12 / 255
_BLURRED_SHARPNESS = 0.17
"""A Gaussian blur of 4 pixels at 256 gives 0.11 to 0.16, solar cells 0.18, clothing photos 0.33 and more."""
_LOW_DETAIL = 0.06
"""Bits; two flat halves have 0.02, a drawn circle 0.07, drawings 0.3 and photos 0.6 and more."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured.

    Attributes:
        width: in pixels.
        height: in pixels.
        channels: 1 or 3.
        brightness: mean luminance, 0..1.
        deviation: standard deviation of luminance, 0..0.5.
        contrast: of the strongest edges, over 9 pixels, 0..1.
        sharpness: share of that contrast which the strongest edges reach from one pixel to the next,
            about 0..1; 0.11 is a ramp.
        detail: bits to tell one pixel from the next, to four grey levels.
        phash: 64 bits, alike for pictures that look alike; 0: blank, or too faint to have one.
        thumbnail: uint8 grey pixels [16 * 16].
    """

    width: int
    height: int
    channels: int
    brightness: float
    deviation: float
    contrast: float
    sharpness: float
    detail: float
    phash: int
    thumbnail: bytes


def measure(pixels: np.ndarray) -> Measures:
    """Measures a picture.

    Args:
        pixels: uint8 [height, width], grey, or [height, width, 3], RGB.
    """
    grey = _grey(pixels)
    fine = _histogram(grey, 1)
    contrast = _strongest(_histogram(grey, _WIDE_STEP))
    small = _resize(grey, _HASHED_SIDE, _HASHED_SIDE, Image.Resampling.BILINEAR)
    cells = small.reshape(THUMBNAIL_SIDE, _HASHED_SIDE // THUMBNAIL_SIDE, THUMBNAIL_SIDE, -1).mean((1, 3))
    thumbnail = np.clip(np.rint(cells), 0, 255).astype(np.uint8)
    deviation = float(grey.std(dtype=np.float64)) / 255
    return Measures(
        width=pixels.shape[1],
        height=pixels.shape[0],
        channels=1 if pixels.ndim == 2 else 3,
        brightness=min(float(grey.mean(dtype=np.float64)) / 255, 1.0),
        deviation=deviation,
        contrast=contrast / 255,
        sharpness=_strongest(fine) / contrast if contrast else 0.0,
        detail=_entropy(fine),
        phash=0 if _is_blank(deviation, thumbnail) else _perceptual_hash(small),
        thumbnail=thumbnail.tobytes(),
    )


def brightness(pixels: np.ndarray) -> float:
    """Mean luminance, 0..1, of uint8 pixels [height, width] or [height, width, 3]."""
    return min(float(_grey(pixels).mean(dtype=np.float64)) / 255, 1.0)


def derived_slices(measures: Measures) -> dict[str, str]:
    """Slices that every picture has, by feature name. A picture within 5 % of a square counts as one."""
    short, long = sorted((measures.width, measures.height))
    upright = "portrait" if measures.height > measures.width else "landscape"
    light = measures.brightness
    return {
        features.SIZE_BUCKET: "small" if short < 128 else "medium" if short < 512 else "large",
        features.BRIGHTNESS_BUCKET: "dark" if light < 0.25 else "medium" if light < 0.75 else "bright",
        features.ORIENTATION: "square" if long <= 1.05 * short else upright,
    }


def kinds_of(measures: Measures, config: ChecksConfig) -> tuple[str, ...]:
    """The findings in one picture: names from `components.example_gen.judging.checks`, in their order.

    Only the first cause is named: a blank picture is nothing but blank, hardly any detail in a dark or
    bright one is its light's fault, and where there is hardly any detail nobody can tell a blur.
    """
    return tuple(_kinds(measures, config))


def _kinds(measures: Measures, config: ChecksConfig) -> Iterator[str]:
    short, long = sorted((measures.width, measures.height))
    if short < config.smallest_side:
        yield "small"
    if long > short * config.widest_aspect:
        yield "odd_aspect"
    if _is_blank(measures.deviation, np.frombuffer(measures.thumbnail, np.uint8)):
        yield "blank"
        return
    is_dark, is_bright = measures.brightness < config.darkest, measures.brightness > config.brightest
    if is_dark:
        yield "dark"
    if is_bright:
        yield "bright"
    if measures.detail < _LOW_DETAIL:
        if not (is_dark or is_bright):
            yield "low_information"
    elif measures.contrast >= _JUDGED_CONTRAST and measures.sharpness < _BLURRED_SHARPNESS:
        yield "blurred"


def _is_blank(deviation: float, thumbnail: np.ndarray) -> bool:
    return deviation <= _BLANK_DEVIATION and int(np.ptp(thumbnail)) <= _BLANK_RANGE


# --------------------------------------------------------------------------------------------------
# Pixels
# --------------------------------------------------------------------------------------------------


def _grey(pixels: np.ndarray) -> np.ndarray:
    """float32 [height, width] in 0..255, long side at most 256."""
    height, width = pixels.shape[:2]
    box = min(max(height, width) // _JUDGED_SIDE, _LARGEST_BOX)
    means = _box_means(pixels, box) if box > 1 else pixels.astype(np.float32)
    grey = means @ _LUMA if means.ndim == 3 else means
    scale = _JUDGED_SIDE / max(height, width)
    if scale >= 1:
        return grey
    sides = (max(1, round(width * scale)), max(1, round(height * scale)))
    return _resize(grey, *sides, Image.Resampling.BOX)


def _box_means(pixels: np.ndarray, box: int) -> np.ndarray:
    """float32, smaller by `box` on each side; rows and columns that fill no box are left out.

    Whole rows are added up first, in 16 bits: ten times as fast as a mean over the boxes, which counts
    at 12 megapixels.
    """
    height, width = pixels.shape[:2]
    tall, wide = min(box, height), min(box, width)
    height, width = height - height % tall, width - width % wide
    rows = pixels[0:height:tall].astype(np.uint16)
    for start in range(1, tall):
        rows += pixels[start:height:tall]
    sums = rows[:, 0:width:wide].astype(np.float32)
    for start in range(1, wide):
        sums += rows[:, start:width:wide]
    means: np.ndarray = sums / np.float32(tall * wide)
    return means


def _resize(grey: np.ndarray, width: int, height: int, how: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(grey).resize((width, height), how))


def _histogram(grey: np.ndarray, step: int) -> np.ndarray:
    """How many pixels differ by how much from the one `step` further right or down, in 1/8 levels."""
    across, down = grey[:, step:] - grey[:, :-step], grey[step:] - grey[:-step]
    steps = np.concatenate((across, down), axis=None)
    np.abs(steps, out=steps)
    steps *= _STEPS_PER_LEVEL
    return np.bincount(np.rint(steps, out=steps).astype(np.intp), minlength=1)


def _strongest(histogram: np.ndarray) -> float:
    """The difference, in levels, that all but one in a thousand pixels stay within."""
    seen = np.cumsum(histogram)
    return float(np.searchsorted(seen, _STRONGEST * seen[-1])) / _STEPS_PER_LEVEL


def _entropy(histogram: np.ndarray) -> float:
    """Of the differences, to four levels, in bits."""
    width = 4 * _STEPS_PER_LEVEL
    bins = (np.arange(len(histogram)) + width // 2) // width
    counts = np.bincount(bins, weights=histogram)
    shares = counts[counts > 0] / max(counts.sum(), 1)
    return float(-(shares * np.log2(shares)).sum()) + 0.0


# --------------------------------------------------------------------------------------------------
# Perceptual hash
# --------------------------------------------------------------------------------------------------


def _cosines(side: int) -> np.ndarray:
    """float32 [frequency, place]: the orthonormal DCT-II as a matrix."""
    frequency, place = np.mgrid[0:side, 0:side]
    waves = np.cos(np.pi * (2 * place + 1) * frequency / (2 * side)) * math.sqrt(2 / side)
    waves[0] *= math.sqrt(0.5)
    return waves.astype(np.float32)


_COSINES = _cosines(_HASHED_SIDE)
_LOWEST = np.argsort([y * y + x * x for y in range(9) for x in range(9)], kind="stable")[1 : _HASH_BITS + 1]
"""The 64 coarsest patterns of the 9x9 first ones, coarsest first, without the mean."""


def _perceptual_hash(small: np.ndarray) -> int:
    """Signs of the coarsest patterns of float32 [32, 32].

    References:
        Christoph Zauner, Implementation and benchmarking of perceptual image hash functions (2010),
        section 3.2.1, with other patterns (those along one axis too) and a dead zone for the median.
    """
    coefficients = (_COSINES @ small @ _COSINES.T)[:9, :9].ravel()[_LOWEST]
    return int.from_bytes(np.packbits(coefficients > _DEAD_ZONE).tobytes(), "big")
