"""An ensemble answers with the mean of its members, in the shape that is served."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

from components.ensemble.served import ServedEnsemble
from components.temperature import Calibration
from tests.components.ensemble.members import LABELS, export_member, grey

SLOPES = ([3.0, 0.0, -1.0], [-4.0, 1.0, 2.0])
SHADES = (0, 60, 128, 255)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    root = tmp_path_factory.mktemp("members")
    return [export_member(root / str(place) / "model", slopes) for place, slopes in enumerate(SLOPES)]


def _expected(temperature: float) -> np.ndarray:
    means = np.array(SHADES)[:, None] / 255
    return softmax(means * np.mean(SLOPES, axis=0) / temperature, axis=1)


@pytest.mark.parametrize("temperature", [1.0, 0.3, 2.0])
def test_saved_ensemble_answers_with_the_mean_of_logits(
    folders: list[str], tmp_path: Path, temperature: float
) -> None:
    served = ServedEnsemble(folders)
    served.temperature = temperature
    served.save(str(tmp_path), Calibration(temperature, 0, 0, 0, 0))
    signatures = tf.saved_model.load(str(tmp_path)).signatures
    answer = signatures["serving_default"](image_bytes=grey(*SHADES))
    expected = _expected(temperature)
    np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-6)
    np.testing.assert_allclose(answer["probability"], expected.max(axis=1), atol=1e-6)
    assert [name.decode() for name in answer["label"].numpy()] == [
        LABELS[best] for best in expected.argmax(axis=1)
    ]
    assert answer["labels"].numpy().astype(str).tolist() == [list(LABELS)] * len(SHADES)
    assert (tmp_path / "assets" / "labels.txt").read_text().split() == list(LABELS)


def test_pixels_get_the_joint_answer_of_their_picture(folders: list[str], tmp_path: Path) -> None:
    served = ServedEnsemble(folders)
    served.temperature = 0.3
    served.save(str(tmp_path), Calibration(0.3, 0, 0, 0, 0))
    loaded = tf.saved_model.load(str(tmp_path))
    answers = loaded.from_pixels(loaded.to_pixels(grey(*SHADES)))
    np.testing.assert_allclose(answers, _expected(0.3), atol=1e-6)
    assert ServedEnsemble([str(tmp_path)]).from_pixels.input_signature[0].shape == (None, 4, 4, 3)


def test_no_pictures_no_answers(folders: list[str]) -> None:
    served = ServedEnsemble(folders)
    assert served.serving_default(grey())["probabilities"].shape == (0, 3)


def test_a_member_that_is_certain_leaves_finite_logits(folders: list[str], tmp_path: Path) -> None:
    certain = export_member(tmp_path / "certain", [1e4, 0.0, 0.0])
    logits = ServedEnsemble([*folders, certain]).logits(grey(255)).numpy()
    assert np.isfinite(logits).all()
    assert logits.argmax() == 0


def test_indices_are_places_and_unknown_names_have_none(folders: list[str]) -> None:
    names = tf.constant([["hen"], ["cow"], ["cat"]])
    assert ServedEnsemble(folders).indices(names).numpy().tolist() == [2, -1, 0]


def test_members_of_other_classes_are_refused(folders: list[str], tmp_path: Path) -> None:
    other = export_member(tmp_path / "other", SLOPES[0], ("cat", "hen", "dog"))
    with pytest.raises(ValueError, match="must know the same classes"):
        ServedEnsemble([folders[0], other])


def test_heat_is_of_the_joint_answer_on_the_finest_grid(folders: list[str], tmp_path: Path) -> None:
    fine = export_member(tmp_path / "fine", [12.0, 0.0, -9.0], grid=5)
    served = ServedEnsemble([*folders, fine])
    served.save(str(tmp_path / "joint"), Calibration(1, 0, 0, 0, 0))
    answer = tf.saved_model.load(str(tmp_path / "joint")).signatures["explain"](image_bytes=grey(*SHADES[1:]))
    assert set(answer["label"].numpy()) == {b"cat"}
    coarse = np.array([0, 0.4, 1, 1.6, 2])  # rows 0, 1 and 2, seen from the centres of five
    rows = np.mean([3 * coarse, -4 * coarse, 12 * np.arange(5)], axis=0)
    expected = np.broadcast_to((rows / rows.max())[:, None], (3, 5, 5))
    np.testing.assert_allclose(answer["heat"], expected, atol=1e-6)


def test_no_pictures_no_heat(folders: list[str]) -> None:
    served = ServedEnsemble(folders)
    assert served.explain(grey())["heat"].shape == (0, 3, 3)
