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
_MPO = "MPO"
"""A phone's JPEG with further pictures (depth, a second lens) behind the first, which is the picture."""
_PLAIN_FORMATS = ("JPEG", "PNG", _MPO)
_ORIENTATION_TAG = 0x0112
_PNG_DEPTH_BYTE = 24


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
    try:
        image = _open(content, name)
        if image.width * image.height > max_pixels:
            raise UnreadablePictureError(
                f"{image.width}x{image.height} pixels are more than data.max_pixels ({max_pixels})"
            )
        frames = 1 if image.format == _MPO else getattr(image, "n_frames", 1)
        if frames > 1:
            raise UnreadablePictureError(
                f"animated or many-paged ({frames} frames): it has no single picture"
            )
        if _is_plain(image, content):
            return _measure(content, _decode_as_served(content))
        plain = _to_eight_bits(ImageOps.exif_transpose(image))
        return _measure(_encode(plain), np.asarray(plain))
    except UnreadablePictureError:
        raise
    except Exception as error:  # Pillow's decoders raise a dozen kinds on damaged files
        raise UnreadablePictureError(f"truncated or damaged: {error}") from error


def _is_plain(image: Image.Image, content: bytes) -> bool:
    """Whether the served graph reads these very bytes right."""
    is_deep = image.format == "PNG" and content[_PNG_DEPTH_BYTE] > 8
    is_turned = image.getexif().get(_ORIENTATION_TAG, 1) not in (0, 1)
    has_form = image.format in _PLAIN_FORMATS and image.mode in ("L", "RGB")
    return has_form and not (is_deep or is_turned or "transparency" in image.info)


def _decode_as_served(content: bytes) -> np.ndarray:
    """uint8 [height, width, channels], by the decoder of Transform's graph.

    Pillow forgives damage that TensorFlow does not; a picture that passed here must pass there.
    """
    import tensorflow as tf  # takes seconds; who only lists pictures does without

    try:
        return np.asarray(tf.io.decode_image(content, expand_animations=False))
    except tf.errors.InvalidArgumentError as error:
        raise UnreadablePictureError(f"truncated or damaged: {error.message.splitlines()[0]}") from error


def _open(content: bytes, name: str) -> Image.Image:
    extension = PurePath(name).suffix.lower()
    Image.MAX_IMAGE_PIXELS = None  # the caller compares with data.max_pixels, before any pixel is read
    try:
        # A short list of formats: an attacker's choice of Pillow's rarer parsers is not ours.
        image: Image.Image = Image.open(io.BytesIO(content), formats=tuple(_EXTENSIONS))
    except Exception as error:
        is_named_so = extension in _IMAGE_EXTENSIONS
        raise UnreadablePictureError(
            f"named {extension} but holds no image" if is_named_so else "no image"
        ) from error
    legal = _EXTENSIONS["JPEG" if image.format == _MPO else image.format or ""]
    if extension in _IMAGE_EXTENSIONS and extension not in legal:
        raise UnreadablePictureError(f"named {extension} but is {image.format}; rename it")
    return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Grey or RGB with 8 bits a channel."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I;16"):
        # Pillow's own conversion clips at 255: nearly white pictures instead of 16-bit ones.
        return Image.fromarray((np.asarray(image, dtype=np.uint16) // 257).astype(np.uint8))
    if image.mode == "I":
        raise UnreadablePictureError("32-bit integer pixels, whose range is not known")
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


def _measure(content: bytes, pixels: np.ndarray) -> Picture:
    """uint8 [height, width] or [height, width, channels]."""
    height, width = pixels.shape[:2]
    by_channel = pixels.reshape(height * width, -1).mean(axis=0, dtype=np.float64) / 255
    # Rec. 601 luma, as in Pillow's and JPEG's own conversion to grey.
    luma = np.array([0.299, 0.587, 0.114]) if len(by_channel) == 3 else np.ones(1)
    return Picture(content, width, height, len(by_channel), float(by_channel @ luma))
