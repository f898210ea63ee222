"""StatisticsGen over real examples: what is described, and that rare classes are not lost."""

from pathlib import Path

import pytest
import tensorflow as tf
from tfx.components.statistics_gen.executor import Executor
from tfx.components.util import examples_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils, channel_utils, standard_artifacts

from components import features
from components.statistics_files import counts_of, examples_of, feature_of, load
from components.statistics_gen import build


def _example(label: str) -> bytes:
    def text(value: bytes) -> tf.train.Feature:
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    values = {
        features.IMAGE: text(b"\xff" * 1000),
        features.PATH: text(b"a/b.png"),
        features.LABEL: text(label.encode()),
        features.WIDTH: tf.train.Feature(int64_list=tf.train.Int64List(value=[32])),
        features.BRIGHTNESS: tf.train.Feature(float_list=tf.train.FloatList(value=[0.5])),
        "cell_type": text(b"mono"),
        "sender": text(b"17"),
    }
    example = tf.train.Example(features=tf.train.Features(feature=values))
    return bytes(example.SerializeToString())


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> standard_artifacts.Examples:
    root = tmp_path_factory.mktemp("examples")
    for split, count in (("train", 1100), ("test", 3)):
        (root / f"Split-{split}").mkdir()
        with tf.io.TFRecordWriter(str(root / f"Split-{split}" / "examples-00000-of-00001")) as writer:
            for number in range(count):
                writer.write(_example(f"class {number}"))
    artifact = standard_artifacts.Examples()
    artifact.uri = str(root)
    artifact.split_names = artifact_utils.encode_split_names(["train", "test"])
    examples_utils.set_payload_format(artifact, example_gen_pb2.FORMAT_TF_EXAMPLE)
    examples_utils.set_file_format(artifact, "tfrecords_gzip")
    return artifact


@pytest.mark.slow
def test_statistics_of_real_examples(examples: standard_artifacts.Examples, tmp_path: Path) -> None:
    node = build(channel_utils.as_channel([examples]), columns=["cell_type"])
    statistics = standard_artifacts.ExampleStatistics()
    statistics.uri = str(tmp_path)
    executor = Executor(BaseBeamExecutor.Context(beam_pipeline_args=["--runner=FnApiRunner"], unique_id="1"))
    executor.Do({"examples": [examples]}, {"statistics": [statistics]}, node.exec_properties)
    by_split = load(statistics)
    assert [examples_of(by_split[split]) for split in ("train", "test")] == [1100, 3]
    for name in (features.LABEL, features.WIDTH, features.BRIGHTNESS, "cell_type"):
        assert feature_of(by_split["train"], name), name
    for name in (features.IMAGE, features.PATH, "sender"):
        assert not feature_of(by_split["train"], name), name
    # TFDV alone keeps a thousand values: the others would seem to have vanished.
    assert counts_of(by_split["train"], features.LABEL) == {f"class {number}": 1 for number in range(1100)}
