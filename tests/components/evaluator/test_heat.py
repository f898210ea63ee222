"""The model is asked about the pictures that cost something, and about no others."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.evaluator.heat import heat_of, worth_a_look
from components.evaluator.heat_file import MISTAKES
from tests.components.evaluator.made import answers_of
from tests.components.evaluator.told import model


def test_the_surest_mistakes_and_what_cost_a_bound() -> None:
    sureness = np.linspace(0.6, 0.99, MISTAKES + 10)
    answers = answers_of([1] * len(sureness), np.stack([sureness, 1 - sureness], axis=1))
    explanation: dict[str, Any] = {"verdicts": [{"pictures": []}, {"pictures": [{"path": "0.jpg"}]}]}
    expected = {f"{place}.jpg" for place in range(10, len(sureness))}
    assert worth_a_look(answers, explanation) == expected | {"0.jpg"}
    right = answers_of([0, 0], np.array([[0.9, 0.1], [0.8, 0.2]]))
    assert worth_a_look(right, {"verdicts": []}) == set()


def _write(file: Path, pictures: dict[str, bytes]) -> str:
    options = tf.io.TFRecordOptions(compression_type="GZIP" if file.suffix == ".gz" else "")
    with tf.io.TFRecordWriter(str(file), options) as writer:
        for path, content in pictures.items():
            example = tf.train.Example()
            for name, value in (("path", path.encode(errors="surrogateescape")), ("image", content)):
                example.features.feature[name].bytes_list.value.append(value)
            writer.write(example.SerializeToString())
    return str(file)


@pytest.mark.slow
def test_each_picture_gets_its_own_map(tmp_path: Path) -> None:
    saved = str(Path(model(tmp_path / "model", ["cat"], "guess", 1).uri) / "Format-Serving")
    pictures = {f"ä{number}.jpg": b"x" * number for number in range(40)}
    first, second = dict(list(pictures.items())[:25]), dict(list(pictures.items())[25:])
    files = [_write(tmp_path / "a", first), _write(tmp_path / "b.gz", second)]
    wanted = {f"ä{number}.jpg" for number in range(1, 40)} | {"none.jpg"}
    found = heat_of(saved, files, wanted)
    assert set(found) == wanted - {"none.jpg"}
    for path, heat in found.items():
        np.testing.assert_allclose(heat, [[len(pictures[path]) / 20, len(pictures[path]) / 10, 0]], rtol=1e-6)
    assert heat_of(saved, files, set()) == {}


@pytest.mark.slow
def test_a_model_that_cannot_explain_looks_nowhere(tmp_path: Path) -> None:
    tf.saved_model.save(tf.Module(), str(tmp_path / "model"))
    assert heat_of(str(tmp_path / "model"), [], {"a.jpg"}) == {}
