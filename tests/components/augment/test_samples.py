"""The views that are kept for the eye: of every class, and the very ones that were trained on."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.augment.sample_files import FILE, FOLDER, picture_file
from tests.components.augment.running import Augmenter, augmenter, pixels_of, write_examples

__all__ = ["augmenter"]


@pytest.fixture
def examples(tmp_path: Path) -> Any:
    return write_examples(tmp_path / "examples")


def _grey(pixels: Any) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).convert("L")).astype(float)


def _shown(folder: Path, picture: int, view: int) -> np.ndarray:
    return _grey(np.asarray(Image.open(io.BytesIO((folder / picture_file(picture, view)).read_bytes()))))


def test_samples_take_turns_by_class_and_begin_with_the_plain_view(
    augmenter: Augmenter, examples: Any
) -> None:
    augmenter.run(examples, views=3, horizontal_flip=False, vertical_flip=True, rotation_degrees=0)
    folder = augmenter.output / FOLDER
    rows = json.loads((folder / FILE).read_text())
    assert [row["label"] for row in rows] == ["a", "b", "a", "b", "a", "b"]
    assert rows[0]["views"] == ["plain", "random 1", "random 2"]
    assert len(list(folder.glob("*.jpg"))) == 6 * 3
    plain = _shown(folder, 0, 0)
    assert np.abs(plain - _grey(pixels_of("train-a-0"))).mean() < 10  # JPEG of noise
    assert np.abs(plain - _shown(folder, 0, 1)).mean() > 20


def test_without_random_views_there_is_nothing_to_show(augmenter: Augmenter, examples: Any) -> None:
    augmenter.run(examples, views=1)
    assert not (augmenter.output / FOLDER).exists()
