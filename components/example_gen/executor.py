"""The work of ImageExampleGen: rows to tf.Examples in their splits, and a list of what was refused."""

import hashlib
import json
import logging
import os
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import tensorflow as tf
from tfx import types
from tfx.components.example_gen.base_example_gen_executor import BaseExampleGenExecutor
from tfx.components.util import examples_utils
from tfx.types import artifact_utils

from components import features
from components.example_gen.picture import UnreadablePictureError, read_picture
from components.example_gen.sources import Row, list_rows
from components.example_gen.split import split_of
from pipeline.config import DataConfig
from pipeline.errors import InputError

QUARANTINE_FILE = "quarantine.jsonl"
COUNTS_FILE = "counts.json"
_SHARD_SUFFIX = "-00000-of-00001"


class ImageExampleGenExecutor(BaseExampleGenExecutor):
    """Reads every row in Beam. No picture is dropped: it is an example, or a line of the quarantine."""

    def GetInputSourceToExamplePTransform(self) -> beam.PTransform:
        raise NotImplementedError("rows carry their own split; GenerateExamplesByBeam makes them")

    def GenerateExamplesByBeam(
        self, pipeline: beam.Pipeline, exec_properties: dict[str, Any]
    ) -> dict[str, beam.PCollection]:
        """Returns one collection of serialized tf.Examples for each split."""
        config = DataConfig.model_validate_json(exec_properties["data"])
        read = (
            pipeline
            | "Rows" >> beam.Create(self._rows, reshuffle=False)
            # Spreads over workers as Beam's Reshuffle does, but in the same order every time.
            | "Spread" >> beam.GroupBy(_bucket)
            | "Gather" >> beam.FlatMap(lambda group: sorted(group[1], key=lambda row: row.path))
            | "Read" >> beam.ParDo(_ReadPicture(config)).with_outputs()
        )
        refused = read[_REFUSED] | "AsLines" >> beam.Map(lambda entry: json.dumps(entry, sort_keys=True))
        self._write_one(refused, "Quarantine", QUARANTINE_FILE)
        counted = (
            [
                read[split] | f"Label[{split}]" >> beam.Map(_split_and_label, split)
                for split in features.SPLITS
            ]
            | beam.Flatten()
            | beam.combiners.Count.PerElement()
            | beam.Map(json.dumps)
        )
        self._write_one(counted, "Counts", COUNTS_FILE)
        return {
            split: read[split] | f"Serialize[{split}]" >> beam.Map(_serialize) for split in features.SPLITS
        }

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes `examples` and `quarantine`, and refuses a data set that is broken.

        Raises:
            InputError: too large a share of the files is unreadable, or no readable picture of a
                class came into the train split.
        """
        config = DataConfig.model_validate_json(exec_properties["data"])
        self._quarantine = artifact_utils.get_single_uri(output_dict["quarantine"])
        self._rows = list_rows(config)
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        examples.split_names = artifact_utils.encode_split_names(list(features.SPLITS))
        with self._make_beam_pipeline() as pipeline:
            # TFX's base class reshuffles here: every picture in memory, and an order by chance.
            for split, records in self.GenerateExamplesByBeam(pipeline, exec_properties).items():
                path = os.path.join(artifact_utils.get_split_uri([examples], split), "examples")
                # Not gzipped: pictures are compressed already, and four nodes read them again.
                _ = records | f"Write[{split}]" >> beam.io.WriteToTFRecord(path)
        examples_utils.set_payload_format(examples, exec_properties["output_data_format"])
        # The only TFRecord format that TFX has a name for; its readers look at the bytes.
        examples_utils.set_file_format(examples, "tfrecords_gzip")
        counts = read_counts(self._quarantine)
        features.set_counts(examples, counts)
        _judge(self._rows, counts, read_quarantine(self._quarantine), config)

    def _write_one(self, lines: beam.PCollection, step: str, name: str) -> None:
        path = os.path.join(self._quarantine, name)
        _ = lines | f"Write{step}" >> beam.io.WriteToText(path, num_shards=1)


def read_quarantine(uri: str) -> list[dict[str, str]]:
    """The refused files of a `quarantine` artifact: `path`, `label` and `reason` of each, by path."""
    lines = tf.io.gfile.GFile(os.path.join(uri, QUARANTINE_FILE + _SHARD_SUFFIX)).read().splitlines()
    return sorted((json.loads(line) for line in lines), key=lambda entry: entry["path"])


def read_counts(uri: str) -> features.Counts:
    """Examples written, by split and class: `counts["train"]["cat"]`."""
    counts: features.Counts = {split: {} for split in features.SPLITS}
    for line in tf.io.gfile.GFile(os.path.join(uri, COUNTS_FILE + _SHARD_SUFFIX)).read().splitlines():
        (split, label), count = json.loads(line)
        counts[split][label] = count
    return {split: dict(sorted(by_label.items())) for split, by_label in counts.items()}


# --------------------------------------------------------------------------------------------------
# Reading
# --------------------------------------------------------------------------------------------------

_REFUSED = "refused"
_BUCKETS = 256


def _bucket(row: Row) -> int:
    return zlib.crc32(os.fsencode(row.path)) % _BUCKETS


class _ReadPicture(beam.DoFn):
    """Row -> tf.Example, tagged with its split; or a quarantine entry, tagged as refused."""

    def __init__(self, config: DataConfig) -> None:
        self._config = config

    def process(self, row: Row) -> Iterator[beam.pvalue.TaggedOutput]:
        try:
            content = _read_inside(row)
            picture = read_picture(content, row.path, self._config.max_pixels)
        except (OSError, UnreadablePictureError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            entry = {"path": _printable(row.path), "label": _printable(row.label), "reason": reason}
            yield beam.pvalue.TaggedOutput(_REFUSED, entry)
            return
        identity = hashlib.sha256(content).hexdigest()
        values: dict[str, bytes | str | int | float] = {
            features.IMAGE: picture.content,
            features.LABEL: _printable(row.label),
            features.PATH: _printable(row.path),
            features.IMAGE_ID: identity,
            features.WIDTH: picture.width,
            features.HEIGHT: picture.height,
            features.CHANNELS: picture.channels,
            features.BRIGHTNESS: picture.brightness,
            **row.slices,
        }
        example = tf.train.Example(
            features=tf.train.Features(feature={name: _feature(value) for name, value in values.items()})
        )
        yield beam.pvalue.TaggedOutput(split_of(identity, self._config.split), example)


def _read_inside(row: Row) -> bytes:
    """The file's bytes, if it lies below the data root with all links followed."""
    path = Path(os.path.realpath(os.path.join(row.root, row.path)))
    if not path.is_relative_to(row.root):
        raise UnreadablePictureError("a link that leads out of the data folder")
    if os.path.exists(path) and not path.is_file():
        raise UnreadablePictureError("no regular file")  # reading a pipe would wait for ever
    return path.read_bytes()


def _printable(text: str) -> str:
    """File names are bytes; those that are no UTF-8 become readable escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _feature(value: bytes | str | int | float) -> tf.train.Feature:
    if isinstance(value, int):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
    if isinstance(value, float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))
    content = value.encode() if isinstance(value, str) else value
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[content]))


def _serialize(example: tf.train.Example) -> bytes:
    return bytes(example.SerializeToString(deterministic=True))


def _split_and_label(example: tf.train.Example, split: str) -> tuple[str, str]:
    return split, example.features.feature[features.LABEL].bytes_list.value[0].decode()


# --------------------------------------------------------------------------------------------------
# Judging
# --------------------------------------------------------------------------------------------------


def _judge(
    rows: list[Row], counts: dict[str, dict[str, int]], refused: list[dict[str, str]], config: DataConfig
) -> None:
    for entry in refused:
        logging.warning("quarantined %(path)r: %(reason)s", entry)
    written = sum(sum(by_label.values()) for by_label in counts.values())
    if written + len(refused) != len(rows):
        raise RuntimeError(
            f"{len(rows)} rows went in; {written} examples and {len(refused)} refusals came out"
        )
    if len(refused) > config.max_quarantined_share * len(rows):
        reasons = Counter(entry["reason"].split(":")[0] for entry in refused).most_common(3)
        raise InputError(
            f"{len(refused)} of {len(rows)} files cannot be used, more than data.max_quarantined_share "
            f"({config.max_quarantined_share:g}) allows: "
            + "; ".join(f"{count}x {reason}" for reason, count in reasons)
            + f". First: {refused[0]['path']!r}. All are listed in the run's log."
        )
    for split in features.SPLITS:
        if not counts[split]:
            raise InputError(
                f"none of the {written} pictures came into the {split} split. Add pictures, or raise "
                f"data.split.{split}."
            )
    for label in sorted({_printable(row.label) for row in rows}):
        missing = [split for split in features.SPLITS if label not in counts[split]]
        if features.TRAIN in missing:
            raise InputError(
                f"class `{label}` has no readable picture in the train split. Add pictures to it."
            )
        if missing:
            logging.warning("class %r has no picture in %s", label, " and ".join(missing))
