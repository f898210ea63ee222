"""Tiny pictures in every odd form that phones, scanners and web pages save."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ORIENTATION = 0x0112
SIZE = (8, 6)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of `kind`, a format name of Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def decode(content: bytes) -> np.ndarray:
    """The pixels of a plain file, as uint8."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


def noise(seed: int = 0, size: tuple[int, int] = SIZE, channels: int = 3) -> Image.Image:
    """Random pixels, grey for one channel, else RGB."""
    shape = (size[1], size[0]) if channels == 1 else (size[1], size[0], channels)
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


def halves(size: tuple[int, int] = (16, 8)) -> Image.Image:
    """Left red, right blue: enough to tell which way is up."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


def png(rows: Sequence[Sequence[int]], depth: int, colour: int, width: int) -> bytes:
    """A PNG made by hand, for what Pillow cannot write: `rows` hold the samples of 8 or 16 bits."""
    letter = {8: "B", 16: "H"}[depth]
    raw = b"".join(b"\0" + struct.pack(f">{len(row)}{letter}", *row) for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims to be large and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def jpeg() -> bytes:
    return encode(noise(size=(32, 24)), "JPEG", quality=90)


def grey_jpeg() -> bytes:
    return encode(noise(channels=1), "JPEG")


def plain_png() -> bytes:
    return encode(noise(), "PNG")


def grey_png() -> bytes:
    return encode(noise(channels=1), "PNG")


def deep_png() -> bytes:
    """16 bits, grey: a ramp from 0 to 65535."""
    ramp = np.linspace(0, 0xFFFF, 64).astype(np.uint16).reshape(8, 8)
    return encode(Image.fromarray(ramp), "PNG")


def deep_colour_png() -> bytes:
    """16 bits a channel, RGB."""
    return png([[0, 0x7FFF, 0xFFFF] * 4] * 4, depth=16, colour=2, width=4)


def palette_png() -> bytes:
    return encode(halves().convert("P", palette=Image.Palette.ADAPTIVE), "PNG")


def clear_palette_png() -> bytes:
    """A palette whose red is transparent."""
    image = halves().quantize(2)
    return encode(image, "PNG", transparency=image.getpixel((0, 0)))


def keyed_png() -> bytes:
    """RGB in which pure red counts as transparent."""
    return encode(halves(), "PNG", transparency=(255, 0, 0))


def rgba_png() -> bytes:
    """Left half clear red, right half opaque blue."""
    image = halves().convert("RGBA")
    image.paste((255, 0, 0, 0), (0, 0, 8, 8))
    return encode(image, "PNG")


def la_png() -> bytes:
    """Black at half opacity."""
    return encode(Image.new("LA", SIZE, (0, 128)), "PNG")


def cmyk_jpeg() -> bytes:
    return encode(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)


def rotated_jpeg(orientation: int = 6) -> bytes:
    """Lies on its side; EXIF says how to turn it."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encode(halves((32, 16)), "JPEG", quality=95, exif=exif, subsampling=0)


def animated_gif() -> bytes:
    return encode(noise(1), "GIF", save_all=True, append_images=[noise(2), noise(3)])


def still_gif() -> bytes:
    return encode(halves(), "GIF")


def bmp() -> bytes:
    return encode(noise(), "BMP")


def webp() -> bytes:
    return encode(noise(), "WEBP", lossless=True)


def one_bit_png() -> bytes:
    return encode(Image.new("1", SIZE, 1), "PNG")


def float_tiff() -> bytes:
    return encode(Image.fromarray(np.full((4, 4), 0.5, dtype=np.float32)), "TIFF")


def int_tiff() -> bytes:
    """32-bit integers of a range that nobody can know."""
    return encode(Image.fromarray(np.full((4, 4), 200, dtype=np.int32)), "TIFF")


def multi_picture_jpeg() -> bytes:
    """What phones save as .jpg: the photo, and a second picture behind it."""
    return encode(halves((32, 16)), "MPO", save_all=True, append_images=[noise(1, (8, 4))], quality=95)


def truncated_jpeg() -> bytes:
    content = encode(noise(size=(64, 64)), "JPEG")
    return content[: len(content) // 2]


def truncated_png() -> bytes:
    content = encode(noise(size=(64, 64)), "PNG")
    return content[: len(content) // 2]


def nothing() -> bytes:
    return b""


def text() -> bytes:
    return b"This is no picture.\n"


ODD_FORMS: dict[str, Callable[[], bytes]] = {
    "jpeg.jpg": jpeg,
    "grey.jpeg": grey_jpeg,
    "plain.png": plain_png,
    "grey.png": grey_png,
    "deep.png": deep_png,
    "deep_colour.png": deep_colour_png,
    "palette.png": palette_png,
    "clear_palette.png": clear_palette_png,
    "keyed.png": keyed_png,
    "rgba.png": rgba_png,
    "la.png": la_png,
    "cmyk.jpg": cmyk_jpeg,
    "rotated.JPG": rotated_jpeg,
    "animated.gif": animated_gif,
    "still.gif": still_gif,
    "plain.bmp": bmp,
    "plain.webp": webp,
    "one_bit.png": one_bit_png,
    "float.tiff": float_tiff,
    "int.tif": int_tiff,
    "phone.jpg": multi_picture_jpeg,
    "truncated.jpg": truncated_jpeg,
    "truncated.png": truncated_png,
    "nothing.png": nothing,
    "text.jpg": text,
    "png.jpg": plain_png,
}
"""One file of each form, by a name whose extension fits, save for the last two."""


def class_folders(root: Path, classes: Sequence[str], per_class: int, seed: int = 0) -> Path:
    """Writes `per_class` random, distinct PNGs into one sub-folder of `root` for each class."""
    for number, name in enumerate(classes):
        (root / name).mkdir(parents=True)
        for index in range(per_class):
            draw = seed * 1_000_003 + number * 10_007 + index
            (root / name / f"{index:04}.png").write_bytes(encode(noise(draw), "PNG"))
    return root


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
