"""Where the evidence for a model's answer lies in a picture: Grad-CAM, from a pushed model alone.

Synopsis:
    heat = heat_maps(model, [content])[0]
    overlay(picture, heat).save("explained.jpg")
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.pushed_model import EXPLAIN, HEAT, load_answer, quiet

_BATCH_SIZE = 32
_STRONGEST = 0.65
"""How much of the colour covers the picture where it is hottest."""
_GREY_CEILING = 0.8
"""The brightest grey: on white paper a light colour would not show."""
_COLOURS = np.array(
    [
        (33, 12, 74),
        (87, 16, 110),
        (138, 34, 106),
        (188, 55, 84),
        (228, 90, 49),
        (249, 142, 9),
        (249, 203, 53),
        (252, 255, 164),
    ],
    np.float32,
)
"""Matplotlib's `inferno`: as bright as it is hot, evenly, so that it needs no eye for red and green."""


def heat_maps(model: Path, pictures: Sequence[bytes]) -> np.ndarray:
    """Asks a pushed model where it looks.

    Args:
        model: the folder of a SavedModel.
        pictures: encoded as the model takes them.

    Returns:
        float32 [pictures, height, width], 0 to 1, on the grid of the model's feature map, which covers the
        whole picture.

    Raises:
        InputError: the model cannot be loaded, cannot explain, or fails on a picture.
    """
    with quiet():
        answer = load_answer(model, EXPLAIN)
        # None at all are one batch: the grid is the model's to say.
        starts = range(0, max(len(pictures), 1), _BATCH_SIZE)
        return np.concatenate([answer(pictures[start : start + _BATCH_SIZE])[HEAT] for start in starts])


def overlay(picture: Image.Image, heat: np.ndarray) -> Image.Image:
    """Colours a picture where it is hot; where it is cold it stays grey.

    Args:
        picture: of any mode.
        heat: float32 [height, width], 0 to 1, on a grid of its own.

    Returns:
        RGB, of the size of `picture`.
    """
    smooth = Image.fromarray(heat.astype(np.float32)).resize(picture.size, Image.Resampling.BICUBIC)
    warmth = np.asarray(smooth).clip(0, 1)
    steps = warmth * (len(_COLOURS) - 1)
    colours = np.stack(
        [np.interp(steps, np.arange(len(_COLOURS)), channel) for channel in _COLOURS.T], axis=-1
    )
    grey = np.asarray(picture.convert("L"), np.float32)[..., None] * _GREY_CEILING
    share = _STRONGEST * warmth[..., None]
    return Image.fromarray(((1 - share) * grey + share * colours).round().astype(np.uint8))
