"""Where the evidence for a model's answer lies in a picture, drawn over it.

Synopsis:
    answer = load_answer(model, EXPLAIN)
    overlay(picture, answer([content])[HEAT][0]).save("explained.jpg")
"""

import numpy as np
from PIL import Image

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
