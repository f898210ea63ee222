"""One file's bytes to one clean picture, or the reason why not.

Phones, scanners and web pages save pictures that TensorFlow's decoder misreads without a word:
rotated by EXIF, CMYK, palettes, transparency, 16 bits. Here each of them is brought into the one form
that the rest of the pipeline knows (upright, 8 bits, grey or RGB, JPEG or PNG). A file that is that
already keeps its very bytes; what cannot be read right is refused with its reason.
"""

import io
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from PIL import Image, ImageOps

_EXTENSIONS = {
    "JPEG": {".jpg", ".jpeg", ".jpe", ".jfif"},
    "PNG": {".png"},
    "GIF": {".gif"},
    "BMP": {".bmp", ".dib"},
    "WEBP": {".webp"},
    "TIFF": {".tif", ".tiff"},
}
_IMAGE_EXTENSIONS = frozenset().union(*_EXTENSIONS.values())
# What tf.io.decode_image reads exactly as Pillow does.
_UNTOUCHED_FORMATS = ("JPEG", "PNG")
_ORIENTATION_TAG = 0x0112


class UnreadablePictureError(ValueError):
    """The file is no picture that could be trained on. The text is the reason, for a person."""


@dataclass(frozen=True)
class Picture:
    """A picture in the form the pipeline knows.

    Attributes:
        content: JPEG or PNG, 8 bits, grey or RGB, upright.
        width: in pixels.
        height: in pixels.
        channels: 1 (grey) or 3 (RGB).
        brightness: mean luminance, 0..1.
    """

    content: bytes
    width: int
    height: int
    channels: int
    brightness: float


def read_picture(content: bytes, name: str, max_pixels: int) -> Picture:
    """Reads a file that should be a picture.

    Args:
        content: the file's bytes.
        name: its name; the extension must agree with the content.
        max_pixels: the largest width times height that is decoded.

    Raises:
        UnreadablePictureError: empty, no image, another format than the name says, too large, animated,
            truncated, or of a pixel type that has no honest 8-bit form.
    """
    if not content:
        raise UnreadablePictureError("the file is empty (0 bytes)")
    image = _open(content, name)
    if image.width * image.height > max_pixels:
        raise UnreadablePictureError(
            f"{image.width}x{image.height} pixels are more than data.max_pixels ({max_pixels})"
        )
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise UnreadablePictureError(f"animated or many-paged ({frames} frames): it has no single picture")
    try:
        image.load()
        turned = image.getexif().get(_ORIENTATION_TAG, 1) not in (0, 1)
        upright = ImageOps.exif_transpose(image) if turned else image
        plain = _to_eight_bits(upright)
    except UnreadablePictureError:
        raise
    except Exception as error:  # Pillow's decoders raise a dozen kinds on damaged files
        raise UnreadablePictureError(f"truncated or damaged: {error}") from error
    untouched = plain is image and image.format in _UNTOUCHED_FORMATS
    return Picture(
        content=content if untouched else _encode(plain),
        width=plain.width,
        height=plain.height,
        channels=len(plain.getbands()),
        brightness=_brightness(plain),
    )


def _open(content: bytes, name: str) -> Image.Image:
    extension = PurePath(name).suffix.lower()
    try:
        # A short list of formats: an attacker's choice of Pillow's rarer parsers is not ours.
        image = Image.open(io.BytesIO(content), formats=tuple(_EXTENSIONS))
    except Exception as error:
        is_named_so = extension in _IMAGE_EXTENSIONS
        raise UnreadablePictureError(
            f"named {extension} but holds no image" if is_named_so else "no image"
        ) from error
    if extension in _IMAGE_EXTENSIONS and extension not in _EXTENSIONS[image.format or ""]:
        raise UnreadablePictureError(f"named {extension} but is {image.format}; rename it")
    return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Grey or RGB with 8 bits a channel; `image` itself where it is that already."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        # Pillow's own conversion clips at 255: nearly white pictures instead of 16-bit ones.
        deep = np.asarray(image, dtype=np.int64)
        if deep.min() < 0 or deep.max() > 0xFFFF:
            raise UnreadablePictureError("more than 16 bits a channel")
        return Image.fromarray((deep // 257).astype(np.uint8))
    if image.mode == "F":
        raise UnreadablePictureError("floating-point pixels, whose range is not known")
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image.convert("L" if image.mode == "1" else "RGB")


def _encode(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _brightness(image: Image.Image) -> float:
    small = image.convert("L").resize((32, 32), Image.Resampling.BOX)
    return float(np.asarray(small, dtype=np.float32).mean() / 255)
