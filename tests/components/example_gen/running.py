"""Runs ImageExampleGen's executor on real Beam and reads back what it wrote."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto import example_gen_pb2
from tfx.types import standard_artifacts

from components import features
from components.example_gen.executor import ImageExampleGenExecutor
from components.example_gen.quarantine import Quarantine, read_findings, read_quarantine
from pipeline.beam.flags import beam_args
from pipeline.settings.data import DataConfig


@dataclass(frozen=True)
class Output:
    """What the executor wrote: examples by split, refusals by path, findings by kind, and the artifacts."""

    examples: dict[str, list[tf.train.Example]]
    refused: dict[str, dict[str, str]]
    findings: dict[str, dict[str, Any]]
    artifact: standard_artifacts.Examples
    quarantine: Path

    def all(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for split, examples in self.examples.items():
            for example in examples:
                yield split, {name: value(example, name) for name in example.features.feature}


def value(example: tf.train.Example, name: str) -> Any:
    feature = example.features.feature[name]
    (only,) = getattr(feature, feature.WhichOneof("kind")).value
    return only


IN_PROCESS = ("--runner=FnApiRunner",)
TWO_WORKERS = tuple(beam_args(("--direct_num_workers=2", "--direct_running_mode=multi_processing")))


def run(config: DataConfig, folder: Path, beam_args: tuple[str, ...] = IN_PROCESS) -> Output:
    examples, quarantine = standard_artifacts.Examples(), Quarantine()
    examples.uri, quarantine.uri = str(folder / "examples"), str(folder / "quarantine")
    for uri in (examples.uri, quarantine.uri):
        os.makedirs(uri)
    context = BaseBeamExecutor.Context(
        beam_pipeline_args=list(beam_args), tmp_dir=str(folder / "tmp"), unique_id="1"
    )
    properties = {
        "data": config.model_dump_json(),
        "ledger": str(folder / "ledger"),
        "output_data_format": example_gen_pb2.FORMAT_TF_EXAMPLE,
        "output_file_format": example_gen_pb2.FORMAT_TFRECORDS_GZIP,
    }
    outputs = {"examples": [examples], "quarantine": [quarantine]}
    ImageExampleGenExecutor(context).Do({}, outputs, properties)
    by_split = {}
    for split in features.SPLITS:
        files = tf.io.gfile.glob(os.path.join(examples.uri, f"Split-{split}", "*"))
        records = tf.data.TFRecordDataset(files).as_numpy_iterator()
        by_split[split] = [tf.train.Example.FromString(record) for record in records]
    refused = {entry["path"]: entry for entry in read_quarantine(quarantine.uri)}
    findings = {finding["kind"]: finding for finding in read_findings(quarantine.uri)}
    return Output(by_split, refused, findings, examples, Path(quarantine.uri))
