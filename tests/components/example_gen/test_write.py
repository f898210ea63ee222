"""What was written is counted from the files themselves."""

from pathlib import Path

import tensorflow as tf

from components.example_gen.write import count_records


def test_count_records_over_shards(tmp_path: Path) -> None:
    paths = [str(tmp_path / str(count)) for count in (2, 3, 0)]
    for path, count in zip(paths, (2, 3, 0), strict=True):
        with tf.io.TFRecordWriter(path) as writer:
            for number in range(count):
                writer.write(b"x" * number)
    assert count_records(paths) == 5
    assert count_records([]) == 0
