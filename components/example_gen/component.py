"""ImageExampleGen: class folders (or another source) to examples, split into train, eval and test.

In: the pictures that `data` in the config points to. Out: `examples` (one TFRecord folder a split) and
`quarantine` (the pictures that were set aside, with their reasons, and everything else that was found).
"""

from typing import Any

from tfx import types
from tfx.components.example_gen import driver
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.proto import example_gen_pb2
from tfx.types import component_spec, standard_artifacts

from components.example_gen.executor import ImageExampleGenExecutor
from components.example_gen.quarantine import Quarantine
from components.example_gen.sources import fingerprint, list_rows
from components.features import SPLITS
from pipeline import VERSION
from pipeline.settings.data import DataConfig


class ImageExampleGenSpec(component_spec.ComponentSpec):
    """TFX's file-based spec, with `data` for its input base and with the quarantine."""

    PARAMETERS = {
        "data": component_spec.ExecutionParameter(type=str),
        "ledger": component_spec.ExecutionParameter(type=str),
        "version": component_spec.ExecutionParameter(type=str),
        "input_config": component_spec.ExecutionParameter(type=example_gen_pb2.Input),
        "output_config": component_spec.ExecutionParameter(type=example_gen_pb2.Output),
        "output_data_format": component_spec.ExecutionParameter(type=int),
        "output_file_format": component_spec.ExecutionParameter(type=int),
    }
    INPUTS: dict[str, component_spec.ChannelParameter] = {}
    OUTPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "quarantine": component_spec.ChannelParameter(type=Quarantine),
    }


class ImageExampleGenDriver(driver.Driver):
    """Puts the data's fingerprint among the properties, so that changed pictures are read again."""

    def resolve_exec_properties(
        self, exec_properties: dict[str, Any], pipeline_info: Any, component_info: Any
    ) -> dict[str, Any]:
        rows = list_rows(DataConfig.model_validate_json(exec_properties["data"]))
        span = max(row.span for row in rows)
        return {**exec_properties, "input_fingerprint": fingerprint(rows), "span": span, "version": None}


class ImageExampleGen(base_beam_component.BaseBeamComponent):
    """Reads labelled pictures; see `build`."""

    SPEC_CLASS = ImageExampleGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(ImageExampleGenExecutor)
    DRIVER_CLASS = ImageExampleGenDriver


def build(config: DataConfig, ledger: str) -> ImageExampleGen:
    """The node of this room. `ledger` is the folder that remembers splits from run to run."""
    split_config = example_gen_pb2.SplitConfig(
        splits=[example_gen_pb2.SplitConfig.Split(name=split, hash_buckets=1) for split in SPLITS]
    )
    spec = ImageExampleGenSpec(
        data=config.model_dump_json(),
        ledger=ledger,
        version=VERSION,  # code is not part of TFX's cache keys: another Graft reads everything anew
        input_config=example_gen_pb2.Input(splits=[example_gen_pb2.Input.Split(name="all", pattern="*")]),
        output_config=example_gen_pb2.Output(split_config=split_config),
        output_data_format=example_gen_pb2.FORMAT_TF_EXAMPLE,
        output_file_format=example_gen_pb2.FORMAT_TFRECORDS_GZIP,
        examples=types.Channel(type=standard_artifacts.Examples),
        quarantine=types.Channel(type=Quarantine),
    )
    return ImageExampleGen(spec)
