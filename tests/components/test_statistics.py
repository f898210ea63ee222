"""The schema: it knows of the picture's bytes although the statistics leave them out."""

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.types import channel_utils, standard_artifacts

from components import features
from components.statistics import add_image, build_schema_gen, build_statistics_gen

INFERRED = """
feature { name: "label" type: BYTES shape { dim { size: 1 } } }
feature { name: "width" type: INT shape { dim { size: 1 } } }
"""


def _with_image() -> schema_pb2.Schema:
    schema = text_format.Parse(INFERRED, schema_pb2.Schema())
    add_image(schema)
    return schema


def test_add_image_adds_one_feature_of_bytes() -> None:
    schema = _with_image()
    assert [feature.name for feature in schema.feature] == ["label", "width", features.IMAGE]
    image = schema.feature[-1]
    assert image.type == schema_pb2.BYTES
    assert not image.HasField("presence") and not image.HasField("shape")


def test_add_image_represents_every_feature() -> None:
    schema = _with_image()
    representations = schema.tensor_representation_group[""].tensor_representation
    shapes = {
        name: [dim.size for dim in representation.dense_tensor.shape.dim]
        for name, representation in representations.items()
    }
    assert shapes == {"label": [1], "width": [1], features.IMAGE: []}
    for name, representation in representations.items():
        assert representation.dense_tensor.column_name == name
        assert representation.dense_tensor.HasField("shape")


def test_add_image_leaves_the_others_as_they_are() -> None:
    before = text_format.Parse(INFERRED, schema_pb2.Schema())
    assert list(_with_image().feature[:2]) == list(before.feature)


def test_statistics_leave_bytes_and_names_out() -> None:
    node = build_statistics_gen(
        channel_utils.as_channel([standard_artifacts.Examples()]), slices=["cell_type"]
    )
    options = node.exec_properties["stats_options_json"]
    for name in (features.LABEL, features.WIDTH, features.BRIGHTNESS, "cell_type"):
        assert f'"{name}"' in options
    for name in (features.IMAGE, features.PATH, features.IMAGE_ID):
        assert f'"{name}"' not in options


def test_schema_comes_from_train_alone() -> None:
    node = build_schema_gen(channel_utils.as_channel([standard_artifacts.ExampleStatistics()]))
    assert node.id == "SchemaGen"
    assert node.exec_properties["exclude_splits"] == '["eval", "test"]'
