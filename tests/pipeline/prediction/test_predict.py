"""Answers for new pictures: every file gets one or says why not, and a model that is none is one line."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.example_gen.picture import UnreadablePictureError, read_picture
from pipeline.errors import InputError
from pipeline.prediction.paths import find_pictures
from pipeline.prediction.predict import Prediction, _best, predict
from pipeline.settings.data import DataConfig
from tests import pictures, saved_models

MAX_PIXELS = DataConfig.model_fields["max_pixels"].default
MAX_BYTES = DataConfig.model_fields["max_bytes"].default


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_models.save_model(tmp_path_factory.mktemp("models") / "echo")


def ask(model: Path, *paths: Path, top: int = 1) -> list[Prediction]:
    return list(predict(model, find_pictures(paths), top))


def answered(prediction: Prediction) -> bytes:
    """The bytes that reached the echo model."""
    return saved_models.echoed(prediction.scores[0][0])


def _cut(pattern: str, length: int) -> Callable[[Path], None]:
    def change(model: Path) -> None:
        (file,) = model.glob(pattern)
        file.write_bytes(file.read_bytes()[:length])

    return change


def _without_variables(model: Path) -> None:
    shutil.rmtree(model / "variables")


def _no_protobuf(model: Path) -> None:
    (model / "saved_model.pb").write_text("<html>404</html>")


DAMAGE: dict[str, Callable[[Path], None]] = {
    "empty graph": _cut("saved_model.pb", 0),
    "cut graph": _cut("saved_model.pb", 500),
    "no graph": _no_protobuf,
    "no variables": _without_variables,
    "cut variables": _cut("variables/*.data*", 3),
    "cut index": _cut("variables/*.index", 30),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_model_is_one_line(model: Path, tmp_path: Path, damage: str) -> None:
    shutil.copytree(model, tmp_path / "damaged")
    DAMAGE[damage](tmp_path / "damaged")
    (tmp_path / "a.jpg").write_bytes(pictures.jpeg())
    with pytest.raises(InputError, match="damaged` cannot be loaded.*--model") as caught:
        ask(tmp_path / "damaged", tmp_path / "a.jpg")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"signature": "predict"}, "no signature `serving_default`. It has: predict."),
        ({"argument": "pixels"}, "`serving_default` must take `image_bytes`. It takes: pixels."),
        (
            {"outputs": ["label", "probability"]},
            "lacks the outputs labels, probabilities. It has: label, pro",
        ),
        ({"outputs": ["labels", "probabilities"]}, "lacks the outputs label. It has: labels, probabilities."),
    ],
)
def test_foreign_model_is_one_line(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    (tmp_path / "a.jpg").write_bytes(pictures.jpeg())
    with pytest.raises(InputError, match=f"foreign` is no model of Graft's: .*{words}"):
        ask(saved_models.save_model(tmp_path / "foreign", **options), tmp_path / "a.jpg")


def _no_pictures(images: Any) -> None:
    import tensorflow as tf

    tf.debugging.assert_equal(tf.size(images), 0, "no such picture")


def _no_bytes(images: Any) -> None:
    """Fails with a text that holds the picture's bytes, which TensorFlow then fails to decode."""
    import tensorflow as tf

    tf.debugging.assert_equal(images, "", "no such picture")


@pytest.mark.parametrize(("check", "words"), [(_no_pictures, "no such picture"), (_no_bytes, "byte 0xff")])
def test_model_that_fails_on_a_picture_is_one_line(
    tmp_path: Path, check: Callable[[Any], None], words: str
) -> None:
    (tmp_path / "a.jpg").write_bytes(pictures.jpeg())
    with pytest.raises(InputError, match=f"failing` cannot answer: .*{words}") as caught:
        ask(saved_models.save_model(tmp_path / "failing", check=check), tmp_path / "a.jpg")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", pictures.ODD_FORMS)
def test_model_is_asked_about_what_training_would_see(model: Path, tmp_path: Path, name: str) -> None:
    content = pictures.ODD_FORMS[name]()
    (tmp_path / name).write_bytes(content)
    (prediction,) = ask(model, tmp_path / name)
    try:
        expected = read_picture(content, name, MAX_PIXELS).content
    except UnreadablePictureError as error:
        assert (prediction.error, prediction.scores) == (str(error), ())
    else:
        assert prediction.error is None
        assert answered(prediction) == expected


@pytest.mark.parametrize(("top", "count"), [(1, 1), (2, 2), (9, 2)])
def test_best_classes_come_first(model: Path, tmp_path: Path, top: int, count: int) -> None:
    (tmp_path / "a.jpg").write_bytes(pictures.jpeg())
    (prediction,) = ask(model, tmp_path / "a.jpg", top=top)
    assert [score for _, score in prediction.scores] == [0.75, 0.25][:count]
    assert answered(prediction) == pictures.jpeg()


def test_answers_keep_the_order_over_batches_and_around_broken_files(model: Path, tmp_path: Path) -> None:
    contents = [pictures.encode(pictures.noise(seed), "PNG") for seed in range(70)]
    for place, content in enumerate(contents):
        (tmp_path / f"{place:02}.png").write_bytes(b"no picture" if place % 9 == 4 else content)
    predictions = ask(model, tmp_path)
    assert [Path(prediction.path).name for prediction in predictions] == sorted(os.listdir(tmp_path))
    for place, (prediction, content) in enumerate(zip(predictions, contents, strict=True)):
        if place % 9 == 4:
            assert prediction.error == "named .png but holds no image"
        else:
            assert answered(prediction) == content


def test_batch_of_broken_files_only(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    assert [prediction.error for prediction in ask(model, tmp_path)] == ["the file is empty (0 bytes)"]


def test_file_larger_than_those_of_training_is_not_read(model: Path, tmp_path: Path) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    (prediction,) = ask(model, tmp_path / "huge.jpg")
    assert prediction.error == f"{MAX_BYTES + 1:,} bytes are more than data.max_bytes ({MAX_BYTES:,})"


def _tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(pictures.jpeg())
    return root


def test_links(model: Path, tmp_path: Path) -> None:
    elsewhere = _tree(tmp_path / "elsewhere", "a.jpg")
    folder = _tree(tmp_path / "in", "real/b.jpg")
    links = {
        "1-inside.jpg": folder / "real" / "b.jpg",
        "2-outside.jpg": elsewhere / "a.jpg",
        "3-folder": folder / "real",
        "4-folder-outside": elsewhere,
        "5-dangling.jpg": folder / "none",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    errors = [prediction.error for prediction in ask(model, folder)]
    outside = "a link that leads out of the data folder"
    assert errors == [None, outside, "no regular file", outside, "No such file or directory", None]
    # A link that is named is meant.
    assert answered(ask(model, folder / "2-outside.jpg")[0]) == pictures.jpeg()


def test_linked_folder_that_is_named_is_searched(model: Path, tmp_path: Path) -> None:
    _tree(tmp_path / "in", "a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    (prediction,) = ask(model, tmp_path / "link")
    assert (prediction.path, prediction.error) == (str(tmp_path / "link" / "a.jpg"), None)


def test_no_log_of_tensorflows_reaches_the_terminal(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jpg").write_bytes(pictures.jpeg())
    predictions = predict(model, find_pictures([tmp_path]), 1)
    next(predictions)
    print("between")
    assert capfd.readouterr() == ("between\n", "")


def test_of_equal_probabilities_the_first_class_answers_as_the_evaluator_says() -> None:
    labels = np.array([[b"cat", b"dog", b"hen"]])
    outputs = {"labels": labels, "probabilities": np.array([[0.4, 0.2, 0.4]], np.float32)}
    assert [name for name, _ in _best(outputs, 0, 3)] == ["cat", "hen", "dog"]
