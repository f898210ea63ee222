"""Odd pictures are read right or refused with the reason; ordinary ones keep their bytes."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from components.example_gen.judging import checks
from components.example_gen.picture import Picture, UnreadablePictureError, read_picture
from tests import pictures

MAX_PIXELS = 1_000_000


def read(content: bytes, name: str = "picture", max_pixels: int = MAX_PIXELS) -> Picture:
    return read_picture(content, name, max_pixels)


@pytest.mark.parametrize("name", ["jpeg.jpg", "grey.jpeg", "plain.png", "grey.png"])
def test_ordinary_keeps_bytes(name: str) -> None:
    content = pictures.ODD_FORMS[name]()
    picture = read(content, name)
    assert picture.content == content
    assert picture.channels == (1 if name.startswith("grey") else 3)
    assert picture.is_plain
    assert picture.kinds == ()


@pytest.mark.parametrize("name", ["plain.bmp", "plain.webp"])
def test_other_format_keeps_pixels(name: str) -> None:
    picture = read(pictures.ODD_FORMS[name](), name)
    assert picture.content.startswith(b"\x89PNG")
    assert (pictures.decode(picture.content) == np.asarray(pictures.noise())).all()


@pytest.mark.parametrize(
    ("name", "where", "pixel"),
    [
        ("cmyk.jpg", (8, 8), (255, 0, 0)),
        ("rgba.png", (2, 2), (255, 255, 255)),
        ("rgba.png", (2, 12), (0, 0, 255)),
        ("keyed.png", (2, 2), (255, 255, 255)),
        ("keyed.png", (2, 12), (0, 0, 255)),
        ("clear_palette.png", (2, 2), (255, 255, 255)),
        ("clear_palette.png", (2, 12), (0, 0, 255)),
        ("palette.png", (2, 2), (255, 0, 0)),
        ("palette.png", (2, 12), (0, 0, 255)),
        ("still.gif", (2, 2), (255, 0, 0)),
        ("still.gif", (2, 12), (0, 0, 255)),
        ("la.png", (0, 0), (127, 127, 127)),
        ("one_bit.png", (0, 0), (255,)),
        ("rotated.JPG", (2, 8), (255, 0, 0)),
        ("rotated.JPG", (29, 8), (0, 0, 255)),
    ],
)
def test_odd_form_pixel(name: str, where: tuple[int, int], pixel: tuple[int, ...]) -> None:
    picture = read(pictures.ODD_FORMS[name](), name)
    pixels = pictures.decode(picture.content)
    assert picture.channels == len(pixel)
    assert (picture.height, picture.width) == pixels.shape[:2]
    assert np.abs(pixels[where].astype(int) - pixel).max() <= 3


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("plain.bmp", ("odd_format",)),
        ("plain.webp", ("odd_format",)),
        ("still.gif", ("odd_format", "odd_mode")),
        ("cmyk.jpg", ("odd_mode",)),
        ("palette.png", ("odd_mode",)),
        ("clear_palette.png", ("odd_mode",)),
        ("keyed.png", ("odd_mode",)),
        ("rgba.png", ("odd_mode",)),
        ("la.png", ("odd_mode",)),
        ("deep.png", ("odd_depth",)),
        ("deep_colour.png", ("odd_depth",)),
        ("one_bit.png", ("odd_depth",)),
        ("rotated.JPG", ("rotated",)),
        ("phone.jpg", ()),
    ],
)
def test_odd_form_is_named(name: str, kinds: tuple[str, ...]) -> None:
    picture = read(pictures.ODD_FORMS[name](), name)
    assert picture.kinds == kinds
    assert picture.is_plain == (not kinds)
    assert set(kinds) <= set(checks.names("picture"))


def test_deep_tiff_is_named() -> None:
    ramp = Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000)
    assert read(pictures.encode(ramp, "TIFF"), "scan.tif").kinds == ("odd_format", "odd_depth")


def test_several_oddities_are_all_named() -> None:
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = 8
    clear = Image.new("RGBA", (16, 8), (255, 0, 0, 100))
    content = pictures.encode(clear, "WEBP", lossless=True, exif=exif)
    picture = read(content, "a.webp")
    assert picture.kinds == ("odd_format", "odd_mode", "rotated")
    assert (picture.width, picture.height) == (8, 16)


@pytest.mark.parametrize("name", ["jpeg.jpg", "grey.jpeg", "grey.png", "rgba.png", "rotated.JPG", "deep.png"])
def test_pixels_are_those_of_the_content(name: str) -> None:
    picture = read(pictures.ODD_FORMS[name](), name)
    expected = pictures.decode(picture.content)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.shape == expected.shape
    assert np.abs(picture.pixels.astype(int) - expected).max() <= 8, "two JPEG decoders"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_upright(orientation: int) -> None:
    content = pictures.rotated_jpeg(orientation)
    picture = read(content, "phone.jpg")
    assert (picture.width, picture.height) == ((16, 32) if orientation >= 5 else (32, 16))
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.getexif().get(pictures.ORIENTATION, 1) == 1
    assert (picture.content == content) == (orientation == 1)


def test_deep_grey_scaled_not_clipped() -> None:
    picture = read(pictures.deep_png(), "scan.png")
    pixels = pictures.decode(picture.content)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.ravel() - np.linspace(0, 255, 64)).max() <= 1.01
    assert picture.brightness == pytest.approx(0.5, abs=0.02)


def test_deep_colour_becomes_eight_bits() -> None:
    picture = read(pictures.deep_colour_png(), "scan.png")
    assert pictures.decode(picture.content)[0, 0].tolist() == pytest.approx([0, 127, 255], abs=1)
    assert picture.content[24] == 8, "bit depth in the PNG's header"


def test_phone_jpeg_with_second_picture_is_its_first() -> None:
    picture = read(pictures.multi_picture_jpeg(), "IMG_0001.jpg")
    assert (picture.width, picture.height, picture.channels) == (32, 16, 3)


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("animated.gif", "animated", r"animated or many-paged \(3 frames\)"),
        ("float.tiff", "unknown_range", "floating-point"),
        ("int.tif", "unknown_range", "bits|integer"),
        ("truncated.jpg", "damaged", "truncated or damaged"),
        ("truncated.png", "damaged", "truncated or damaged"),
        ("nothing.png", "empty", r"empty \(0 bytes\)"),
        ("text.jpg", "not_an_image", "named .jpg but holds no image"),
        ("png.jpg", "misnamed", "named .jpg but is PNG"),
    ],
)
def test_refused_with_reason(name: str, kind: str, reason: str) -> None:
    with pytest.raises(UnreadablePictureError, match=reason) as caught:
        read(pictures.ODD_FORMS[name](), name)
    assert caught.value.kind == kind
    assert kind in checks.names("unusable")


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_cut_short_anywhere_is_read_or_refused(kind: str) -> None:
    content = pictures.encode(
        pictures.noise(1), kind, save_all=True, append_images=[pictures.noise(2)], lossless=True
    )
    refused = 0
    for end in range(len(content) + 1):
        try:
            read(content[:end], "cut")
        except UnreadablePictureError:
            refused += 1
    assert refused > len(content) / 2


@pytest.mark.parametrize("name", ["notes.txt", "notes", "Thumbs.db"])
def test_no_image_any_name(name: str) -> None:
    with pytest.raises(UnreadablePictureError, match="^no image$"):
        read(pictures.text(), name)


@pytest.mark.parametrize("name", ["photo", "photo.JPEG", "photo.jpg.backup", "photo.jfif"])
def test_jpeg_any_fitting_name(name: str) -> None:
    content = pictures.jpeg()
    assert read(content, name).content == content


@pytest.mark.parametrize("limit", [31 * 24, 32 * 24])
def test_max_pixels(limit: int) -> None:
    if limit >= 32 * 24:
        assert read(pictures.jpeg(), "a.jpg", limit).width == 32
    else:
        with pytest.raises(
            UnreadablePictureError, match=r"32x24 pixels are more than data.max_pixels \(744\)"
        ) as caught:
            read(pictures.jpeg(), "a.jpg", limit)
        assert caught.value.kind == "too_large"


@pytest.mark.parametrize("side", [8_000, 12_000, 30_000])
def test_bomb_says_too_large(side: int) -> None:
    with pytest.raises(UnreadablePictureError, match=f"{side}x{side} pixels are more than data.max_pixels"):
        read(pictures.png_header(side, side), "bomb.png", 50_000_000)


def test_brightness_ends() -> None:
    black, white = (pictures.encode(Image.new("L", (5, 5), value), "PNG") for value in (0, 255))
    assert read(black).brightness == 0
    assert read(white).brightness == 1


@given(st.binary(max_size=200), st.sampled_from(["a.jpg", "a.png", "a.gif", "a", "a.txt", ".jpg", "a.tif"]))
def test_random_bytes_are_refused(content: bytes, name: str) -> None:
    with pytest.raises(UnreadablePictureError):
        read(content, name)


@settings(max_examples=200, deadline=None, derandomize=True, report_multiple_bugs=False)
@given(st.data())
def test_damaged_is_read_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(pictures.ODD_FORMS)))
    content = bytearray(pictures.ODD_FORMS[name]())
    for _ in range(data.draw(st.integers(0, 6)) if content else 0):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    try:
        picture = read(bytes(content[:end]), name)
    except UnreadablePictureError as error:
        assert str(error)
    else:
        assert pictures.decode(picture.content).shape[:2] == (picture.height, picture.width)
