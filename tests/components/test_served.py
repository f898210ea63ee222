"""What every exported model has: two signatures that agree, its names, and what lies beside it."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.backbone.pushed import EXTRA
from components.calibration import read_temperature
from components.served import LABELS_FILE, Served, graph, read_labels
from components.temperature import Calibration
from tests.components.example_gen.sources.makers import example

LABELS = ["h\u00fchner", "a cat", "dog"]


class _Long(Served):
    """The longer a picture, the likelier the last name."""

    @graph(tf.TensorSpec([None], tf.string, name="image_bytes"))
    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        length = tf.cast(tf.strings.length(image_bytes), tf.float32)[:, None]
        return self.answered(tf.nn.softmax(length * tf.constant([[0.1, 0.2, 0.3]]) - [[0.0, 0.5, 1.0]]))


def test_both_signatures_answer_alike(tmp_path: Path) -> None:
    _Long(LABELS).save(str(tmp_path))
    signatures = tf.saved_model.load(str(tmp_path)).signatures
    contents = [b"", b"1234567", b"1" * 30]
    answered = signatures["serving_default"](image_bytes=tf.constant(contents))
    examples = [example({"image": content, "label": "any"}) for content in contents]
    other = signatures["serving_examples"](examples=tf.constant(examples))
    for name, value in answered.items():
        np.testing.assert_array_equal(value, other[name])
    best = answered["probabilities"].numpy().argmax(axis=1)
    assert best.tolist() == [0, 2, 2]
    assert [name.decode() for name in answered["label"].numpy()] == [LABELS[place] for place in best]
    np.testing.assert_array_equal(answered["probability"], answered["probabilities"].numpy().max(axis=1))
    assert [[name.decode() for name in row] for row in answered["labels"].numpy()] == [LABELS] * 3
    none = signatures["serving_default"](image_bytes=tf.constant([], tf.string))
    assert none["labels"].shape == none["probabilities"].shape == (0, 3)


@pytest.mark.parametrize("temperature", [None, 1.5])
def test_what_lies_beside_it(tmp_path: Path, temperature: float | None) -> None:
    calibration = None if temperature is None else Calibration(temperature, 0.5, 0.6, 0.02, 0.05)
    _Long(LABELS).save(str(tmp_path), calibration)
    assert read_labels(str(tmp_path)) == LABELS
    assert (tmp_path / "assets" / LABELS_FILE).read_text(encoding="utf-8") == "h\u00fchner\na cat\ndog\n"
    assert any((tmp_path / EXTRA).glob("*")) == (temperature is not None)
    if temperature is not None:
        assert read_temperature(str(tmp_path)) == temperature


def test_what_answers_is_for_each_model_to_say() -> None:
    with pytest.raises(NotImplementedError):
        Served(LABELS).serving_default(tf.constant([b"any"]))
