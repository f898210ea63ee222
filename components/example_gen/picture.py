"""One file's bytes to one clean picture, or the reason why not.

Phones, scanners and web pages save pictures that TensorFlow's decoder misreads without a word:
rotated by EXIF, CMYK, palettes, transparency, 16 bits. Here each of them is brought into the one form
that the rest of the pipeline knows (upright, 8 bits, grey or RGB, JPEG or PNG). A file that is that
already keeps its very bytes; what cannot be read right is refused with its reason.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from PIL import Image, ImageOps, TiffImagePlugin

from components.example_gen.measures import brightness

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
_TIFF_BITS_TAG = 258


class UnreadablePictureError(ValueError):
    """The file is no picture that could be trained on.

    Attributes:
        kind: `empty`, `not_an_image`, `misnamed`, `too_large`, `animated`, `damaged` or `unknown_range`.
    """

    def __init__(self, kind: str, reason: str) -> None:
        """The reason is for people, in one line."""
        super().__init__(reason)
        self.kind = kind


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in the form the pipeline knows.

    Attributes:
        content: JPEG or PNG, 8 bits, grey or RGB, upright.
        pixels: what it decodes to, uint8 [height, width] for grey, [height, width, 3] for RGB.
        is_plain: whether `content` is the very bytes of the file.
        kinds: what was odd about the file: `odd_format`, `odd_mode`, `odd_depth`, `rotated`.
    """

    content: bytes
    pixels: np.ndarray
    is_plain: bool = True
    kinds: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.pixels.shape[0])

    @property
    def channels(self) -> int:
        """1 (grey) or 3 (RGB)."""
        return 1 if self.pixels.ndim == 2 else 3

    @property
    def brightness(self) -> float:
        """Mean luminance, 0..1."""
        return brightness(self.pixels)


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
        raise UnreadablePictureError("empty", "the file is empty (0 bytes)")
    try:
        image = _open(content, name)
        _check_size(image, max_pixels)
        kinds = tuple(_odd_kinds(image, content))
        if not kinds:
            return Picture(content, _decode_as_served(content))
        plain = _to_eight_bits(ImageOps.exif_transpose(image))
        return Picture(_encode(plain), np.asarray(plain), is_plain=False, kinds=kinds)
    except UnreadablePictureError:
        raise
    except Exception as error:  # Pillow's decoders raise a dozen kinds on damaged files
        raise UnreadablePictureError("damaged", f"truncated or damaged: {error}") from error


def _check_size(image: Image.Image, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        raise UnreadablePictureError(
            "too_large", f"{image.width}x{image.height} pixels are more than data.max_pixels ({max_pixels})"
        )
    frames = 1 if image.format == _MPO else getattr(image, "n_frames", 1)
    if frames > 1:
        raise UnreadablePictureError(
            "animated", f"animated or many-paged ({frames} frames): it has no single picture"
        )


def _odd_kinds(image: Image.Image, content: bytes) -> Iterator[str]:
    """Why the served graph would not read these very bytes right; nothing for a plain file."""
    if image.format not in _PLAIN_FORMATS:
        yield "odd_format"
    is_deep = image.mode in ("1", "I", "F") or image.mode.startswith("I;16")
    if "transparency" in image.info or not (is_deep or image.mode in ("L", "RGB")):
        yield "odd_mode"
    if is_deep or _bits_a_channel(image, content) > 8:
        yield "odd_depth"
    if image.getexif().get(_ORIENTATION_TAG, 1) in range(2, 9):
        yield "rotated"


def _bits_a_channel(image: Image.Image, content: bytes) -> int:
    """Those of the file: Pillow has no mode for 16-bit colour, and reads it as 8 bits."""
    if image.format == "PNG":
        return content[_PNG_DEPTH_BYTE]
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return max(image.tag_v2.get(_TIFF_BITS_TAG, (8,)))
    return 8


def _decode_as_served(content: bytes) -> np.ndarray:
    """uint8 [height, width] or [height, width, 3], by the decoder of Transform's graph.

    Pillow forgives damage that TensorFlow does not; a picture that passed here must pass there.
    """
    import tensorflow as tf  # takes seconds; who only lists pictures does without

    try:
        pixels = np.asarray(tf.io.decode_image(content, expand_animations=False))
    except tf.errors.InvalidArgumentError as error:
        reason = f"truncated or damaged: {error.message.splitlines()[0]}"
        raise UnreadablePictureError("damaged", reason) from error
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels


def _open(content: bytes, name: str) -> Image.Image:
    extension = PurePath(name).suffix.lower()
    Image.MAX_IMAGE_PIXELS = None  # the caller compares with data.max_pixels, before any pixel is read
    try:
        # A short list of formats: an attacker's choice of Pillow's rarer parsers is not ours.
        image: Image.Image = Image.open(io.BytesIO(content), formats=tuple(_EXTENSIONS))
    except Exception as error:
        is_named_so = extension in _IMAGE_EXTENSIONS
        raise UnreadablePictureError(
            "not_an_image", f"named {extension} but holds no image" if is_named_so else "no image"
        ) from error
    legal = _EXTENSIONS["JPEG" if image.format == _MPO else image.format or ""]
    if extension in _IMAGE_EXTENSIONS and extension not in legal:
        raise UnreadablePictureError("misnamed", f"named {extension} but is {image.format}; rename it")
    return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Grey or RGB with 8 bits a channel."""
    if image.mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I;16"):
        # Pillow's own conversion clips at 255: nearly white pictures instead of 16-bit ones.
        return Image.fromarray((np.asarray(image, dtype=np.uint16) // 257).astype(np.uint8))
    if image.mode == "I":
        raise UnreadablePictureError("unknown_range", "32-bit integer pixels, whose range is not known")
    if image.mode == "F":
        raise UnreadablePictureError("unknown_range", "floating-point pixels, whose range is not known")
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image.convert("L" if image.mode == "1" else "RGB")


def _encode(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
