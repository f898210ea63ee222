"""SchemaGen: infers the schema from the train split, or puts the reviewed one in its place.

In: `statistics`, unless a schema was reviewed. Out: `schema`. The picture's bytes are in neither the
statistics nor the reviewed file, but the schema must describe them, or Transform would not read them.
"""

import os
from collections.abc import Iterable
from typing import Any

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx import types
from tfx.components import SchemaGen
from tfx.components.schema_gen import executor as schema_gen_executor
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import io_utils

from components import features
from components.schema_gen.reviewed import read_reviewed
from pipeline.config import SchemaGenConfig

Artifacts = dict[str, list[types.Artifact]]


class InferringExecutor(schema_gen_executor.Executor):
    """Infers the schema as TFX does, then adds the picture's bytes."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: dict[str, Any]) -> None:
        super().Do(input_dict, output_dict, exec_properties)
        schema = io_utils.SchemaReader().read(_path(output_dict))
        forget_number_domains(schema)
        _write(schema, output_dict)


class ReviewedExecutor(base_executor.BaseExecutor):
    """Writes the reviewed schema, with the picture's bytes."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: dict[str, Any]) -> None:
        _write(text_format.Parse(exec_properties["reviewed"], schema_pb2.Schema()), output_dict)


def forget_number_domains(schema: schema_pb2.Schema) -> None:
    """Takes domains of numbers out of `schema`, in place.

    TFDV takes a number that was never but 0 or 1 for a truth value: with grey pictures only (one
    channel), the first one in colour would be no legal value.
    """
    for feature in schema.feature:
        if feature.type != schema_pb2.BYTES:
            feature.ClearField("domain_info")


def add_image(schema: schema_pb2.Schema) -> None:
    """Adds the feature `image` to `schema`, in place: one dense string.

    It gets a tensor representation for shape and presence: with those as constraints, the validator
    would report the bytes as missing from statistics that leave them out on purpose. A schema with one
    representation must name them all: dense where the shape is known, sparse where values may be missing.
    """
    representations = schema.tensor_representation_group[""].tensor_representation
    for feature in schema.feature:
        if feature.HasField("shape"):
            representations[feature.name].dense_tensor.column_name = feature.name
            representations[feature.name].dense_tensor.shape.dim.add(size=1)
        else:
            representations[feature.name].varlen_sparse_tensor.column_name = feature.name
    schema.feature.add(name=features.IMAGE, type=schema_pb2.BYTES)
    representations[features.IMAGE].dense_tensor.column_name = features.IMAGE
    representations[features.IMAGE].dense_tensor.shape.SetInParent()


def _path(output_dict: Artifacts) -> str:
    uri = artifact_utils.get_single_uri(output_dict["schema"])
    return os.path.join(uri, schema_gen_executor.DEFAULT_FILE_NAME)


def _write(schema: schema_pb2.Schema, output_dict: Artifacts) -> None:
    add_image(schema)
    io_utils.write_pbtxt_file(_path(output_dict), schema)


# --------------------------------------------------------------------------------------------------
# The node
# --------------------------------------------------------------------------------------------------


class InferringSchemaGen(SchemaGen):
    """TFX's SchemaGen, with our executor."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(InferringExecutor)


class ReviewedSchemaGenSpec(component_spec.ComponentSpec):
    """No inputs: new statistics do not change a reviewed schema, and what follows it stays cached."""

    PARAMETERS = {"reviewed": component_spec.ExecutionParameter(type=str)}
    INPUTS: dict[str, component_spec.ChannelParameter] = {}
    OUTPUTS = {"schema": component_spec.ChannelParameter(type=standard_artifacts.Schema)}


class ReviewedSchemaGen(base_component.BaseComponent):
    """Puts out a schema that was reviewed."""

    SPEC_CLASS = ReviewedSchemaGenSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(ReviewedExecutor)


def build(
    statistics: types.Channel, config: SchemaGenConfig, columns: Iterable[str]
) -> base_component.BaseComponent:
    """The node of this room, called SchemaGen either way.

    The reviewed schema itself is the node's property, and so part of its cache key: a moved file or
    another comment changes nothing, another value runs the node and what follows it again.

    Raises:
        InputError: the reviewed file is wrong; see `read_reviewed`.
    """
    if config.file is None:
        node: base_component.BaseComponent = InferringSchemaGen(
            statistics=statistics,
            infer_feature_shape=True,
            exclude_splits=[features.EVAL, features.TEST],
        )
    else:
        reviewed = text_format.MessageToString(read_reviewed(config.file, columns))
        schema = types.Channel(type=standard_artifacts.Schema)
        node = ReviewedSchemaGen(ReviewedSchemaGenSpec(reviewed=reviewed, schema=schema))
    return node.with_id("SchemaGen")
