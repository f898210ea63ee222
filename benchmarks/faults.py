"""Every way to spoil a picture that can be planted in one file, and what must be found there."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

_ORIENTATION_TAG = 0x0112
Make = Callable[[Image.Image, np.random.Generator], bytes]


@dataclass(frozen=True)
class Fault:
    """One way to spoil a picture.

    Attributes:
        kinds: what must be found, names from `components.example_gen.judging.checks`.
        extension: of the file.
        make: the file's bytes, from a good picture.
    """

    kinds: tuple[str, ...]
    extension: str
    make: Make


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of `kind`, a format name of Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _as(
    kind: str, change: Callable[[Image.Image], Image.Image] = lambda image: image, **options: Any
) -> Make:
    return lambda image, draws: encode(change(image), kind, **options)


def _half(kind: str) -> Make:
    return lambda image, draws: (content := encode(image, kind))[: len(content) // 2]


def _animated(image: Image.Image, draws: np.random.Generator) -> bytes:
    return encode(image, "GIF", save_all=True, append_images=[image.rotate(90), image.rotate(180)])


def _floats(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image.convert("L"), dtype=np.float32) / 100)


def _deep(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image.convert("L"), dtype=np.uint16) * 257)


def _clear(image: Image.Image) -> Image.Image:
    clear = image.convert("RGBA")
    clear.putalpha(200)
    return clear


def _turned(image: Image.Image, draws: np.random.Generator) -> bytes:
    exif = Image.Exif()
    exif[_ORIENTATION_TAG] = int(draws.integers(2, 9))
    return encode(image, "JPEG", quality=90, exif=exif)


def _blank(image: Image.Image, draws: np.random.Generator) -> bytes:
    pixels = np.full((image.height, image.width, 3), draws.integers(0, 253, 3), dtype=np.uint8)
    return encode(Image.fromarray(pixels + draws.integers(0, 3, pixels.shape, dtype=np.uint8)), "JPEG")


def _lit(image: Image.Image, brightness: float) -> Image.Image:
    """Moved towards black or white, until its mean is there."""
    pixels = np.asarray(image.convert("RGB"), dtype=np.float64) / 255
    mean = float(np.asarray(image.convert("L")).mean()) / 255
    nearer = (
        pixels * (brightness / mean)
        if brightness < mean
        else 1 - (1 - pixels) * (1 - brightness) / (1 - mean)
    )
    return Image.fromarray(np.rint(np.clip(nearer, 0, 1) * 255).astype(np.uint8))


def _blurred(image: Image.Image, draws: np.random.Generator) -> bytes:
    """With a radius of 4 to 8 pixels at a long side of 256."""
    radius = draws.uniform(4, 8) * max(image.size) / 256
    return encode(image.filter(ImageFilter.GaussianBlur(radius)), "JPEG", quality=90)


def _bare(image: Image.Image, draws: np.random.Generator) -> bytes:
    """A soft glow, a corner of another colour, or a small disc."""
    low, high = int(draws.integers(20, 100)), int(draws.integers(140, 235))
    match draws.integers(3):
        case 0:
            down, across = np.mgrid[0 : 1 : image.height * 1j, 0 : 1 : image.width * 1j]
            y, x, slope = draws.uniform(0, 1), draws.uniform(0, 1), draws.uniform(-0.5, 0.5)
            glow = np.exp(-((down - y) ** 2 + (across - x) ** 2)) + slope * down
            glow = low + 100 * (glow - glow.min()) / np.ptp(glow)
            return encode(Image.fromarray(glow.astype(np.uint8)), "PNG")
        case 1:
            box = Image.new("L", image.size, low)
            left, top = draws.uniform(0.15, 0.85, 2) * image.size
            box.paste(high, (int(left), int(top), *image.size))
            return encode(box, "PNG")
        case _:
            disc = Image.new("L", image.size, high)
            middle, radius = draws.uniform(0.2, 0.8, 2) * image.size, 0.04 * max(image.size)
            ImageDraw.Draw(disc).ellipse([*(middle - radius), *(middle + radius)], fill=low)
            return encode(disc, "PNG")


FAULTS = {
    "empty": Fault(("empty",), ".jpg", lambda image, draws: b""),
    "text": Fault(("not_an_image",), ".jpg", lambda image, draws: b"This is no picture.\n"),
    "noise": Fault(("not_an_image",), ".png", lambda image, draws: draws.bytes(2000)),
    "png_named_jpg": Fault(("misnamed",), ".jpg", _as("PNG")),
    "jpeg_named_png": Fault(("misnamed",), ".png", _as("JPEG")),
    "bomb": Fault(("too_large",), ".png", lambda image, draws: encode(Image.new("1", (8000, 8000)), "PNG")),
    "animated": Fault(("animated",), ".gif", _animated),
    "half_jpeg": Fault(("damaged",), ".jpg", _half("JPEG")),
    "half_png": Fault(("damaged",), ".png", _half("PNG")),
    "floats": Fault(("unknown_range",), ".tif", _as("TIFF", _floats)),
    "gif": Fault(
        ("odd_format", "odd_mode"), ".gif", _as("GIF", lambda image: image.convert("RGB").quantize(200))
    ),
    "bmp": Fault(("odd_format",), ".bmp", _as("BMP")),
    "webp": Fault(("odd_format",), ".webp", _as("WEBP", lambda image: image.convert("RGB"))),
    "tiff": Fault(("odd_format",), ".tiff", _as("TIFF")),
    "cmyk": Fault(("odd_mode",), ".jpg", _as("JPEG", lambda image: image.convert("CMYK"))),
    "palette": Fault(("odd_mode",), ".png", _as("PNG", lambda image: image.convert("RGB").quantize(200))),
    "alpha": Fault(("odd_mode",), ".png", _as("PNG", _clear)),
    "16_bits": Fault(("odd_depth",), ".png", _as("PNG", _deep)),
    "1_bit": Fault(("odd_depth",), ".png", _as("PNG", lambda image: image.convert("1"))),
    "turned": Fault(("rotated",), ".jpg", _turned),
    "small": Fault(("small",), ".png", _as("PNG", lambda image: image.resize((40, 24)))),
    "strip": Fault(("odd_aspect",), ".jpg", _as("JPEG", lambda image: image.resize((400, 80)))),
    "blank": Fault(("blank",), ".jpg", _blank),
    "dark": Fault(("dark",), ".jpg", _as("JPEG", lambda image: _lit(image, 0.04), quality=95)),
    "bright": Fault(("bright",), ".jpg", _as("JPEG", lambda image: _lit(image, 0.975), quality=95)),
    "blurred": Fault(("blurred",), ".jpg", _blurred),
    "bare": Fault(("low_information",), ".png", _bare),
}
"""By a name that says what was done."""
