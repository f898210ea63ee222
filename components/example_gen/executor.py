"""The work of ImageExampleGen: examine every row, judge them together, write each where it belongs."""

import json
import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import apache_beam as beam
import tensorflow as tf
from tfx import types
from tfx.components.example_gen.base_example_gen_executor import BaseExampleGenExecutor
from tfx.components.util import examples_utils
from tfx.types import artifact_utils

from components import features, progress
from components.example_gen import handfuls, quarantine
from components.example_gen.entry import Entry
from components.example_gen.examine import examine_all
from components.example_gen.judging.judgement import Judgement, judge, refuse
from components.example_gen.judging.ledger import Ledger
from components.example_gen.rows import Row
from components.example_gen.sources import list_rows
from components.example_gen.write import REFUSED, carry_out, count_records, orders
from pipeline.paths import printable
from pipeline.settings.data import DataConfig

_ENTRIES = ".entries"
_ORDERS = ".orders"
_REFUSALS = ".refusals"


class ImageExampleGenExecutor(BaseExampleGenExecutor):
    """Two passes of Beam with a judgement between them. No row is dropped: it is an example or a refusal."""

    def GetInputSourceToExamplePTransform(self) -> beam.PTransform:
        raise NotImplementedError("rows are placed one by one; carry_out makes the examples")

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes `examples` and `quarantine`, and refuses a data set that is broken.

        Raises:
            InputError: see `components.example_gen.judging.judgement.refuse`.
            RuntimeError: fewer or more records came out than went in.
        """
        config = DataConfig.model_validate_json(exec_properties["data"])
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        examples.split_names = artifact_utils.encode_split_names(list(features.SPLITS))
        aside = artifact_utils.get_single_uri(output_dict["quarantine"])
        rows = sorted(list_rows(config), key=lambda row: printable(row.path))
        entries = self._examine(rows, config, os.path.join(aside, _ENTRIES))
        ledger = Ledger(exec_properties["ledger"], config)
        known = ledger.read()
        judgement = judge(entries, config, known)
        for entry, placement in zip(entries, judgement.placements, strict=True):
            if placement.split is None:
                logging.warning("quarantined %r: %s", entry.path, placement.reason)
        refuse(judgement, entries, config)
        self._write(rows, entries, judgement, config, examples, aside)
        quarantine.write_findings(aside, judgement.findings)
        ledger.add(entries, judgement.placements, known)
        examples_utils.set_payload_format(examples, exec_properties["output_data_format"])
        # The only TFRecord format that TFX has a name for; its readers look at the bytes.
        examples_utils.set_file_format(examples, "tfrecords_gzip")
        features.set_counts(examples, judgement.counts)

    def _examine(self, rows: Sequence[Row], config: DataConfig, folder: str) -> list[Entry]:
        """The entries, in the order of the rows, which is that of their printable paths."""
        dealt = handfuls.deal(((row.path, row.to_json()) for row in rows), os.path.join(folder, "rows"))
        done = os.path.join(folder, "entries")
        with self._make_beam_pipeline() as pipeline:
            _ = (
                handfuls.spread(pipeline, dealt)
                | "Examine" >> beam.ParDo(_Examine(config, len(rows)))
                | "AsLines" >> beam.Map(Entry.to_json)
                | "WriteEntries" >> beam.io.WriteToText(os.path.join(done, "entries"))
            )
        by_path = {entry.path: entry for line in _lines(done) for entry in [Entry.from_json(line)]}
        tf.io.gfile.rmtree(folder)
        if len(by_path) != len(rows):
            raise RuntimeError(f"{len(rows)} rows went in, {len(by_path)} entries came out")
        return [by_path[path] for path in sorted(by_path)]

    def _write(
        self,
        rows: Sequence[Row],
        entries: Sequence[Entry],
        judgement: Judgement,
        config: DataConfig,
        examples: types.Artifact,
        aside: str,
    ) -> None:
        thumbnails = os.path.join(aside, quarantine.THUMBNAILS)
        tf.io.gfile.makedirs(thumbnails)
        plan = orders(rows, entries, judgement.placements)
        folder = os.path.join(aside, _ORDERS)
        dealt = handfuls.deal(((order.row.path, order.to_json()) for order in plan), folder)
        with self._make_beam_pipeline() as pipeline:
            written = carry_out(handfuls.spread(pipeline, dealt), config, thumbnails)
            for split in features.SPLITS:
                path = os.path.join(artifact_utils.get_split_uri([examples], split), "examples")
                # Not gzipped: pictures are compressed already, and four nodes read them again.
                _ = written[split] | f"Write[{split}]" >> beam.io.WriteToTFRecord(path)
            refusals = os.path.join(aside, _REFUSALS)
            _ = written[REFUSED] | "WriteRefusals" >> beam.io.WriteToText(os.path.join(refusals, "refusals"))
        lines = sorted(_lines(refusals), key=lambda line: str(json.loads(line)["path"]))
        with tf.io.gfile.GFile(os.path.join(aside, quarantine.QUARANTINE_FILE), "w") as file:
            file.write("".join(f"{line}\n" for line in lines))
        for scratch in (refusals, folder):
            tf.io.gfile.rmtree(scratch)
        _check_counts(examples, judgement, len(lines))


class _Examine(beam.DoFn):
    """A handful of rows -> their entries."""

    def __init__(self, config: DataConfig, total: int) -> None:
        self._config = config
        self._total = total

    def setup(self) -> None:
        self._pool = ThreadPoolExecutor(os.cpu_count())

    def teardown(self) -> None:
        self._pool.shutdown()

    def process(self, handful: str) -> Iterator[Entry]:
        rows = [Row.from_json(line) for line in handfuls.read(handful)]
        for entry in examine_all(rows, self._config, self._pool):
            progress.count("pictures", self._total)
            yield entry


def _lines(folder: str) -> Iterator[str]:
    for path in sorted(tf.io.gfile.glob(os.path.join(folder, "*-of-*"))):
        with tf.io.gfile.GFile(path) as file:
            for line in file:
                yield line.rstrip("\n")


def _check_counts(examples: types.Artifact, judgement: Judgement, refused: int) -> None:
    """Holds what was written against what was decided, whatever Beam's runner did with it."""
    for split in features.SPLITS:
        expected = sum(judgement.counts[split].values())
        uri = artifact_utils.get_split_uri([examples], split)
        # Of a worker that was lost: Beam begins the work again, elsewhere, and takes every file for records.
        for leftover in tf.io.gfile.glob(os.path.join(uri, "beam-temp-*")):
            tf.io.gfile.rmtree(leftover)
        found = count_records(tf.io.gfile.glob(os.path.join(uri, "*")))
        if found != expected:
            raise RuntimeError(f"{expected} pictures belong into {split}, {found} were written: {uri}")
    if refused != judgement.set_aside:
        raise RuntimeError(f"{judgement.set_aside} pictures were set aside, {refused} of them written down")
