"""A contact sheet: a few pictures of each class, and what was set aside, on one PNG."""

import io
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont, ImageOps

_TILE = 112
_GAP = 8
_CAPTION = 22
_TITLE = 34
_PAPER, _INK, _FAINT = "#ffffff", "#1c1c1c", "#767676"
_FALLBACK = "#e4e4e4"

Caption = str
Tile = tuple[bytes | None, Caption]
"""An encoded picture, or `None` where nothing can be seen, and a word or two below it."""


def draw(title: str, rows: Mapping[str, Sequence[Tile]], columns: int) -> Image.Image:
    """Draws the sheet.

    Args:
        title: on top.
        rows: by heading; a heading without tiles is left out.
        columns: tiles side by side; a row with more goes on below.

    Returns:
        An RGB image, as high as it must be.
    """
    heights = {heading: _height(len(tiles), columns) for heading, tiles in rows.items() if tiles}
    width = _GAP + columns * (_TILE + _GAP)
    sheet = Image.new("RGB", (width, _TITLE + sum(heights.values()) + _GAP), _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((_GAP, _GAP), _fit(pen, title, width - 2 * _GAP, _font(16)), _INK, _font(16))
    top = _TITLE
    for heading, height in heights.items():
        pen.text((_GAP, top + 6), _fit(pen, heading, width - 2 * _GAP, _font(13)), _INK, _font(13))
        for index, (content, caption) in enumerate(rows[heading]):
            left = _GAP + index % columns * (_TILE + _GAP)
            upper = top + _TITLE - _GAP + index // columns * (_TILE + _CAPTION)
            sheet.paste(_tile(content), (left, upper))
            pen.text((left, upper + _TILE + 3), _fit(pen, caption, _TILE, _font(10)), _FAINT, _font(10))
        top += height
    return sheet


def encode(sheet: Image.Image) -> bytes:
    """The sheet as a PNG file."""
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _height(tiles: int, columns: int) -> int:
    return _TITLE + -(-tiles // columns) * (_TILE + _CAPTION)


def _tile(content: bytes | None) -> Image.Image:
    """The picture, upright and whole, on a square."""
    square = Image.new("RGB", (_TILE, _TILE), _FALLBACK)
    if content is None:
        pen = ImageDraw.Draw(square)
        pen.line((32, 32, _TILE - 32, _TILE - 32), _FAINT, 2)
        pen.line((32, _TILE - 32, _TILE - 32, 32), _FAINT, 2)
        return square
    with Image.open(io.BytesIO(content)) as image:
        image.draft("RGB", (2 * _TILE, 2 * _TILE))
        small = ImageOps.contain(image.convert("RGB"), (_TILE, _TILE))
    square.paste(small, ((_TILE - small.width) // 2, (_TILE - small.height) // 2))
    return square


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _fit(
    pen: ImageDraw.ImageDraw, text: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> str:
    """The text, its middle left out where it is too long."""
    text = " ".join(text.split())
    if pen.textlength(text, font) <= width:
        return text
    kept = len(text)
    while kept > 1 and pen.textlength(_shortened(text, kept), font) > width:
        kept -= 1
    return _shortened(text, kept)


def _shortened(text: str, kept: int) -> str:
    head = kept // 3
    return f"{text[:head]}…{text[len(text) - (kept - head) :]}"
