"""The model is asked about the pictures that are named, and about no others."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.heat import heat_of
from tests.components.evaluator.told import model


def write_pictures(file: Path, pictures: dict[str, bytes]) -> str:
    """A TFRecord file of pictures by path."""
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
    files = [write_pictures(tmp_path / "a", first), write_pictures(tmp_path / "b.gz", second)]
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
