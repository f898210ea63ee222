"""Made-up photos, each unlike the others: structure at all scales, things with edges, a sensor's noise."""

import numpy as np
from PIL import Image, ImageDraw

_SHORTEST, _LONGEST = 144, 480
"""Sides in pixels; a quarter of the shortest is no small picture yet."""
_WIDEST = 1.8


def scene(draws: np.random.Generator) -> Image.Image:
    """Draws a picture, RGB or, one in five, grey; about 3 ms."""
    width = int(draws.integers(_SHORTEST, _LONGEST))
    height = int(np.clip(width * draws.uniform(1 / _WIDEST, _WIDEST), _SHORTEST, _LONGEST))
    image = _clouds(draws, width, height)
    canvas = ImageDraw.Draw(image)
    for _ in range(int(draws.integers(5, 14))):
        _thing(draws, canvas, width, height)
    pixels = np.asarray(image, dtype=np.int16)
    noise = draws.integers(-6, 7, pixels.shape, dtype=np.int16)
    done = Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))
    return done.convert("L") if draws.random() < 0.2 else done


def _clouds(draws: np.random.Generator, width: int, height: int) -> Image.Image:
    """A background of a few colours that run into one another, under coarse and fine texture."""
    image = _grid(draws, 4, width, height)
    for cells, weight in ((11, 0.35), (60, 0.2)):
        image = Image.blend(image, _grid(draws, cells, width, height), weight)
    return image


def _grid(draws: np.random.Generator, cells: int, width: int, height: int) -> Image.Image:
    colours = Image.fromarray(draws.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
    return colours.resize((width, height), Image.Resampling.BICUBIC)


def _thing(draws: np.random.Generator, canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
    """A disc, a box, a triangle or a stroke of one colour, anywhere."""
    colour = tuple(int(level) for level in draws.integers(0, 256, 3))
    points = [(float(x), float(y)) for x, y in draws.random((3, 2)) * (width, height)]
    (left, top), size = points[0], draws.uniform(0.08, 0.35, 2) * (width, height)
    box = (left, top, left + size[0], top + size[1])
    match draws.integers(4):
        case 0:
            canvas.ellipse(box, fill=colour)
        case 1:
            canvas.rectangle(box, fill=colour)
        case 2:
            canvas.polygon(points, fill=colour)
        case _:
            canvas.line(points, fill=colour, width=int(draws.integers(2, 9)))
