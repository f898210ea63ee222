"""Pictures to features: what each view shows, in which form, and what its digest hangs on."""

from typing import Any

import numpy as np
import pytest

from components.augment import extractor
from components.augment.extractor import Extractor
from components.augment.views import View
from pipeline.errors import InputError
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig
from tests.components.augment.running import augmenter, pixels_of
from tests.components.trainer.tiny import SIZE, WIDTH, TinyBackbone

__all__ = ["augmenter"]

pytestmark = pytest.mark.usefixtures("augmenter")

NAMES = [b"one", b"two", b"three"]
IMAGES = np.stack([pixels_of(name.decode()) for name in NAMES]).astype(np.float32)


def _extractor(cut: str = "stem", seed: int = 5, **augment: Any) -> Extractor:
    return Extractor("graph", BackboneConfig(), AugmentConfig(**augment), cut, seed)


def _features(made: Extractor, view: View, images: np.ndarray = IMAGES) -> np.ndarray:
    return made.extract(images, NAMES[: len(images)], view)["features"]


@pytest.mark.parametrize(
    ("cut", "dtype", "shape"),
    [
        ("stem", "float16", (4, 4, WIDTH)),
        ("top", "float16", (4, 4, WIDTH)),
        ("pixels", "uint8", (SIZE, SIZE, 3)),
    ],
)
def test_arrays_are_of_their_formats(cut: str, dtype: str, shape: tuple[int, ...]) -> None:
    made = _extractor(cut)
    arrays = made.extract(IMAGES, NAMES, View("random", 1))
    assert made.formats == {"features": ("float16", [WIDTH]), "activations": (dtype, list(shape))}
    for prefix, (kind, sizes) in made.formats.items():
        assert (arrays[prefix].dtype, arrays[prefix].shape) == (np.dtype(kind), (3, *sizes))


@pytest.mark.parametrize(
    ("kind", "images"),
    [("plain", IMAGES), ("horizontal_flip", IMAGES[:, :, ::-1]), ("half_turn", IMAGES[:, ::-1, ::-1])],
)
def test_features_of_a_view(kind: str, images: np.ndarray) -> None:
    expected = TinyBackbone().build_pretrained()(images).numpy().mean(axis=(1, 2))
    np.testing.assert_allclose(_features(_extractor(), View(kind)), expected, rtol=2e-3, atol=1e-4)


def test_random_views_hang_on_picture_number_and_seed() -> None:
    made, twins = _extractor(), np.repeat(IMAGES[:1], 3, axis=0)
    first, second = (_features(made, View("random", number), twins) for number in (1, 2))
    other = _features(_extractor(seed=6), View("random", 1), twins)
    assert len(np.unique(np.concatenate([first, second, other]), axis=0)) == 9
    np.testing.assert_array_equal(_features(_extractor(), View("random", 1), twins), first)


def test_batch_does_not_change_a_view() -> None:
    made = _extractor()
    alone = made.extract(IMAGES[1:2], NAMES[1:2], View("random", 1))["features"]
    np.testing.assert_array_equal(alone[0], _features(made, View("random", 1))[1])


def test_labels_are_transforms() -> None:
    assert _extractor().labels(["b", "a"]) == [1, 0]


def _digests(made: Extractor) -> list[str]:
    return [made.digest(view) for view in (View("plain"), View("half_turn"), View("random", 1))]


@pytest.mark.parametrize(
    ("changed", "equal"),
    [
        ({}, [True, True, True]),
        ({"views": 9, "batch_size": 1}, [True, True, True]),
        ({"seed": 6}, [True, True, False]),
        ({"erasing": 0.1}, [True, True, False]),
        ({"cut": "block_0"}, [False, False, False]),
        ({"precision": "bfloat16"}, [False, False, False]),
    ],
)
def test_digest_names_what_a_view_follows_from(changed: dict[str, Any], equal: list[bool]) -> None:
    pairs = zip(_digests(_extractor()), _digests(_extractor(**changed)), strict=True)
    assert [one == other for one, other in pairs] == equal


def test_digest_sees_how_pictures_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _digests(_extractor())
    decode = Extractor.decode
    monkeypatch.setattr(Extractor, "decode", lambda self, contents: decode(self, contents) + 1e-3)
    assert not set(before) & set(_digests(_extractor()))


def test_digest_sees_the_version_of_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _digests(_extractor())
    monkeypatch.setattr(extractor.tf, "__version__", "3")
    assert not set(before) & set(_digests(_extractor()))


def test_digest_sees_the_version_of_graft(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _digests(_extractor())
    monkeypatch.setattr(extractor, "VERSION", "99")
    assert not set(before) & set(_digests(_extractor()))


def test_values_that_float16_cannot_hold_are_refused() -> None:
    with pytest.raises(
        InputError, match="backbone `tiny` answers with values that are no numbers, or beyond"
    ):
        _features(_extractor(), View("plain"), IMAGES * np.float32(1e9))
