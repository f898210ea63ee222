"""StatisticsGen, SchemaGen and ExampleValidator: what is known of the examples, and what is wrong.

The pictures' bytes stay out of the statistics (their histogram would be megabytes of noise); width,
height, channels, brightness, labels and slices are in. SchemaGen is TFX's with one addition: the
schema must describe the bytes all the same, or Transform would not read them.
"""

import os
from collections.abc import Sequence
from typing import Any

from tfx.components import ExampleValidator, SchemaGen, StatisticsGen

# isort: split
# TFDV 1.16 imports a module that tfx-bsl 1.21 dropped; tfx.components puts a stub in its place.
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx import types
from tfx.components.schema_gen import executor as schema_gen_executor
from tfx.dsl.components.base import executor_spec
from tfx.types import artifact_utils
from tfx.utils import io_utils

from components import features


class ImageSchemaGenExecutor(schema_gen_executor.Executor):
    """Infers the schema as TFX does, then adds the picture's bytes as one dense string."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        super().Do(input_dict, output_dict, exec_properties)
        uri = artifact_utils.get_single_uri(output_dict["schema"])
        path = os.path.join(uri, schema_gen_executor.DEFAULT_FILE_NAME)
        schema = io_utils.SchemaReader().read(path)
        add_image(schema)
        io_utils.write_pbtxt_file(path, schema)


def add_image(schema: schema_pb2.Schema) -> None:
    """Adds the feature `image` to `schema`, in place.

    It gets a tensor representation for shape and presence: with those as constraints, the validator
    would report the bytes as missing from statistics that leave them out on purpose. A schema with one
    representation must name them all.
    """
    representations = schema.tensor_representation_group[""].tensor_representation
    for feature in schema.feature:
        representations[feature.name].dense_tensor.column_name = feature.name
        representations[feature.name].dense_tensor.shape.dim.add(size=1)
    schema.feature.add(name=features.IMAGE, type=schema_pb2.BYTES)
    representations[features.IMAGE].dense_tensor.column_name = features.IMAGE
    representations[features.IMAGE].dense_tensor.shape.SetInParent()


class ImageSchemaGen(SchemaGen):
    """SchemaGen that knows of the bytes; its node is called SchemaGen."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(ImageSchemaGenExecutor)


def build_statistics_gen(examples: types.Channel, slices: Sequence[str]) -> StatisticsGen:
    """The node that summarises every feature but the bytes and the pictures' names."""
    described = [features.LABEL, features.WIDTH, features.HEIGHT, features.CHANNELS, features.BRIGHTNESS]
    options = tfdv.StatsOptions(feature_allowlist=[*described, *slices])
    return StatisticsGen(examples=examples, stats_options=options)


def build_schema_gen(statistics: types.Channel) -> SchemaGen:
    """The node that infers types, shapes and domains from the train split."""
    node = ImageSchemaGen(
        statistics=statistics, infer_feature_shape=True, exclude_splits=[features.EVAL, features.TEST]
    )
    return node.with_id("SchemaGen")


def build_example_validator(statistics: types.Channel, schema: types.Channel) -> ExampleValidator:
    """The node that holds every split against the schema."""
    return ExampleValidator(statistics=statistics, schema=schema)
