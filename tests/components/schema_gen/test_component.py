"""SchemaGen's schema, inferred or reviewed: it knows of the bytes although the statistics leave them out."""

from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx import types
from tfx.types import artifact_utils, standard_artifacts

from components import features
from components.schema_gen.component import (
    InferringExecutor,
    InferringSchemaGen,
    ReviewedExecutor,
    ReviewedSchemaGen,
    add_image,
    build,
    forget_number_domains,
)
from pipeline.config import SchemaGenConfig
from pipeline.errors import InputError
from tests.components.statistics_of import data_set, statistics_of, write

INFERRED = """
feature { name: "label" type: BYTES shape { dim { size: 1 } } }
feature { name: "width" type: INT shape { dim { size: 1 } } }
feature { name: "site" type: BYTES value_count { min: 1 max: 1 } }
"""
REVIEWED = "\n".join(
    f'feature {{ name: "{name}" type: {kind} shape {{ dim {{ size: 1 }} }} }}'
    for name, kind in (
        ("label", "BYTES"),
        ("width", "INT"),
        ("height", "INT"),
        ("channels", "INT"),
        ("brightness", "FLOAT"),
    )
)
CHANNEL = types.Channel(type=standard_artifacts.ExampleStatistics)


def _with_image() -> schema_pb2.Schema:
    schema = text_format.Parse(INFERRED, schema_pb2.Schema())
    add_image(schema)
    return schema


def _output(root: Path) -> standard_artifacts.Schema:
    artifact = standard_artifacts.Schema()
    artifact.uri = str(root / "schema")
    Path(artifact.uri).mkdir()
    return artifact


def _written(artifact: standard_artifacts.Schema) -> schema_pb2.Schema:
    return text_format.Parse((Path(artifact.uri) / "schema.pbtxt").read_text(), schema_pb2.Schema())


def test_add_image_adds_one_feature_of_bytes() -> None:
    schema = _with_image()
    assert [feature.name for feature in schema.feature] == ["label", "width", "site", features.IMAGE]
    image = schema.feature[-1]
    assert image.type == schema_pb2.BYTES
    assert not image.HasField("presence") and not image.HasField("shape")


def test_add_image_represents_every_feature() -> None:
    representations = _with_image().tensor_representation_group[""].tensor_representation
    dense = {name: value for name, value in representations.items() if value.HasField("dense_tensor")}
    shapes = {
        name: [dim.size for dim in representation.dense_tensor.shape.dim]
        for name, representation in dense.items()
    }
    assert shapes == {"label": [1], "width": [1], features.IMAGE: []}
    for name, representation in dense.items():
        assert representation.dense_tensor.column_name == name
        assert representation.dense_tensor.HasField("shape")
    # A column with gaps cannot be dense: reading the examples would fail.
    assert representations["site"].varlen_sparse_tensor.column_name == "site"
    assert len(representations) == 4


def test_add_image_leaves_the_others_as_they_are() -> None:
    before = text_format.Parse(INFERRED, schema_pb2.Schema())
    assert list(_with_image().feature[:3]) == list(before.feature)


def test_forget_number_domains() -> None:
    schema = text_format.Parse(
        'feature { name: "channels" type: INT bool_domain {} } feature { name: "a" type: BYTES domain: "a" }',
        schema_pb2.Schema(),
    )
    forget_number_domains(schema)
    assert schema.feature[0].WhichOneof("domain_info") is None
    assert schema.feature[1].domain == "a"


def test_inferred_from_train_alone(tmp_path: Path) -> None:
    node = build(CHANNEL, SchemaGenConfig(), [])
    assert isinstance(node, InferringSchemaGen)
    assert node.id == "SchemaGen"
    artifact = standard_artifacts.ExampleStatistics()
    artifact.uri = str(tmp_path)
    artifact.split_names = artifact_utils.encode_split_names(["train", "eval", "test"])
    write(str(tmp_path), {**data_set(width=1), "test": statistics_of({"bird": 200})})
    output = _output(tmp_path)
    InferringExecutor().Do({"statistics": [artifact]}, {"schema": [output]}, node.exec_properties)
    schema = _written(output)
    assert [feature.name for feature in schema.feature][-1] == features.IMAGE
    assert not any(feature.HasField("bool_domain") for feature in schema.feature)
    assert {domain.name: list(domain.value) for domain in schema.string_domain} == {"label": ["cat", "dog"]}


def _reviewed(root: Path, content: str) -> ReviewedSchemaGen:
    file = root / "reviewed.pbtxt"
    file.write_text(content)
    node = build(CHANNEL, SchemaGenConfig(file=str(file)), [])
    assert isinstance(node, ReviewedSchemaGen)
    return node


def test_reviewed_takes_the_place_of_the_inferred(tmp_path: Path) -> None:
    node = _reviewed(tmp_path, REVIEWED)
    assert node.id == "SchemaGen"
    assert not node.inputs
    output = _output(tmp_path)
    ReviewedExecutor().Do({}, {"schema": [output]}, node.exec_properties)
    schema = _written(output)
    names = [feature.name for feature in schema.feature]
    assert (names[0], names[-1]) == (features.LABEL, features.IMAGE)
    assert len(schema.tensor_representation_group[""].tensor_representation) == 6


@pytest.mark.parametrize(
    ("change", "is_another"), [(("", ""), False), (("", "# a comment\n"), False), (("INT", "FLOAT"), True)]
)
def test_cache_key_is_what_the_file_says(tmp_path: Path, change: tuple[str, str], is_another: bool) -> None:
    before = _reviewed(tmp_path, REVIEWED).exec_properties["reviewed"]
    after = _reviewed(tmp_path, REVIEWED.replace(*change, 1)).exec_properties["reviewed"]
    assert (before != after) == is_another


def test_reviewed_for_other_columns(tmp_path: Path) -> None:
    file = tmp_path / "reviewed.pbtxt"
    file.write_text(REVIEWED)
    with pytest.raises(InputError, match="does not describe `cell_type`"):
        build(CHANNEL, SchemaGenConfig(file=str(file)), ["cell_type"])
