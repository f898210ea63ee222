"""Each finding is made where it is due and nowhere else; hashes agree for what looks alike."""

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageFilter

from components.example_gen.judging import checks
from components.example_gen.measures import Measures, brightness, derived_slices, kinds_of, measure
from pipeline.settings.data import ChecksConfig
from tests import pictures

PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "camera", "grass", "gravel", "coins", "text", "retina")


def photo(name: str = "astronaut") -> np.ndarray:
    return np.asarray(getattr(skimage.data, name)())


def scaled(pixels: np.ndarray, long_side: int) -> np.ndarray:
    share = long_side / max(pixels.shape[:2])
    size = (round(pixels.shape[1] * share), round(pixels.shape[0] * share))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def blurred(pixels: np.ndarray, radius_at_256: float) -> np.ndarray:
    radius = radius_at_256 * max(pixels.shape[:2]) / 256
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def halves() -> np.ndarray:
    return np.asarray(pictures.halves((256, 192)))


def ramp() -> np.ndarray:
    return np.broadcast_to(np.arange(256, dtype=np.uint8), (192, 256))


def paper(noise: float = 0.0) -> np.ndarray:
    drawn = np.random.default_rng(0).normal(200, noise, (300, 400))
    return np.clip(np.rint(drawn), 0, 255).astype(np.uint8)


def with_dot(side: int) -> np.ndarray:
    pixels = paper().copy()
    pixels[100 : 100 + side, 150 : 150 + side] = 0
    return pixels


def kinds(pixels: np.ndarray) -> tuple[str, ...]:
    return kinds_of(measure(pixels), ChecksConfig())


@pytest.mark.parametrize("name", PHOTOS)
def test_sharp_photo_has_no_finding_at_any_size(name: str) -> None:
    assert [kinds(scaled(photo(name), side)) for side in (128, 256, 400, 800)] == [()] * 4


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("side", [256, 700])
def test_blurred_photo_is_blurred_at_any_size(name: str, side: int) -> None:
    assert kinds(blurred(scaled(photo(name), side), 4)) == ("blurred",)


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (paper(), ("blank",)),
        (paper(noise=3), ("blank",)),
        (np.zeros((40, 40), np.uint8), ("blank",)),
        (np.full((40, 40, 3), 255, np.uint8), ("blank",)),
        (np.full((300, 31), 9, np.uint8), ("small", "odd_aspect", "blank")),
        (with_dot(10), ("low_information",)),
        (halves(), ("low_information",)),
        (ramp(), ("low_information",)),
        ((photo() // 16).astype(np.uint8), ("dark",)),
        ((240 + photo() // 16).astype(np.uint8), ()),
        ((248 + photo() // 32).astype(np.uint8), ("bright",)),
        (blurred((photo() // 9).astype(np.uint8), 3), ("dark", "blurred")),
        (blurred((photo() // 30).astype(np.uint8), 3), ("dark",)),
        (photo()[:130], ()),
        (photo()[:120], ("odd_aspect",)),
        (photo()[:, 200:320], ("odd_aspect",)),
        (photo()[100:132, 210:242], ()),
        (photo()[100:140, 210:241], ("small",)),
        (np.asarray(pictures.noise()), ("small",)),
        (np.zeros((1, 1), np.uint8), ("small", "blank")),
        (np.asarray(pictures.noise(size=(9000, 2))), ("small", "odd_aspect")),
    ],
)
def test_kinds(pixels: np.ndarray, expected: tuple[str, ...]) -> None:
    assert kinds(pixels) == expected
    assert set(expected) <= set(checks.names("picture"))


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ({"smallest_side": 600}, "small"),
        ({"widest_aspect": 1.0}, "odd_aspect"),
        ({"darkest": 0.6}, "dark"),
        ({"brightest": 0.3}, "bright"),
    ],
)
def test_config_moves_the_bound(setting: dict[str, float], kind: str) -> None:
    measures = measure(photo()[:500])
    assert kinds_of(measures, ChecksConfig()) == ()
    assert kinds_of(measures, ChecksConfig.model_validate(setting)) == (kind,)


def sized(width: int, height: int, light: float = 0.5) -> Measures:
    return measure(np.full((height, width), round(light * 255), np.uint8))


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        (sized(127, 900), ("small", "medium", "portrait")),
        (sized(900, 128), ("medium", "medium", "landscape")),
        (sized(511, 520), ("medium", "medium", "square")),
        (sized(512, 512), ("large", "medium", "square")),
        (sized(100, 105, 0.2), ("small", "dark", "square")),
        (sized(100, 106, 0.8), ("small", "bright", "portrait")),
    ],
)
def test_derived_slices(measures: Measures, expected: tuple[str, str, str]) -> None:
    slices = derived_slices(measures)
    assert tuple(slices[name] for name in ("size_bucket", "brightness_bucket", "orientation")) == expected


@pytest.mark.parametrize("side", [7, 200, 513, 1600, 3000])
@pytest.mark.parametrize("channels", [1, 3])
def test_brightness_is_the_mean_luminance(side: int, channels: int) -> None:
    pixels = np.asarray(pictures.noise(side, (side, max(1, side // 2)), channels))
    luma = pixels @ np.array([0.299, 0.587, 0.114]) if channels == 3 else pixels
    assert measure(pixels).brightness == pytest.approx(luma.mean() / 255, abs=2e-3)
    assert brightness(pixels) == measure(pixels).brightness


def test_brightness_ends_at_one() -> None:
    assert brightness(np.full((2000, 1000, 3), 255, np.uint8)) == pytest.approx(1, abs=1e-6)
    assert brightness(np.full((2000, 1000, 3), 255, np.uint8)) <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 70_000), (70_000, 3), (300, 5, 3), (257, 256)])
def test_any_shape_is_measured(shape: tuple[int, ...]) -> None:
    measures = measure(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8))
    assert (measures.height, measures.width) == shape[:2]
    assert measures.channels == (3 if len(shape) == 3 else 1)
    assert len(measures.thumbnail) == 256
    assert all(np.isfinite([measures.sharpness, measures.detail, measures.contrast, measures.deviation]))


def test_hash_of_blank_is_zero() -> None:
    assert measure(paper(noise=3)).phash == 0
    assert measure(with_dot(20)).phash != 0


@pytest.mark.parametrize("name", PHOTOS)
def test_hash_survives_size_light_and_encoding(name: str) -> None:
    pixels = photo(name)
    original = measure(pixels).phash
    dimmed = (pixels * 0.9).astype(np.uint8)
    encoded = pictures.decode(pictures.encode(Image.fromarray(pixels), "JPEG", quality=30))
    for copy in (scaled(pixels, 90), scaled(pixels, 1000), dimmed, encoded):
        assert (measure(copy).phash ^ original).bit_count() <= 8


def test_hash_of_symmetric_drawing_survives_encoding() -> None:
    """Half its coefficients are 0, and must not get their signs from JPEG's noise."""
    drawing = Image.new("L", (320, 240), 30)
    drawing.paste(220, (100, 60, 220, 180))
    encoded = pictures.decode(pictures.encode(drawing, "JPEG", quality=40))
    assert (measure(encoded).phash ^ measure(np.asarray(drawing)).phash).bit_count() <= 2


def test_hashes_of_different_photos_differ() -> None:
    hashes = [measure(photo(name)).phash for name in PHOTOS]
    distances = [(a ^ b).bit_count() for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(distances) > 8
    assert all(hash_ < 2**64 for hash_ in hashes)


def test_thumbnail_is_the_small_picture() -> None:
    pixels = photo("camera")
    small = np.asarray(Image.fromarray(pixels).resize((16, 16), Image.Resampling.BOX), np.float64).ravel()
    assert np.corrcoef(small, np.frombuffer(measure(pixels).thumbnail, np.uint8))[0, 1] > 0.99
