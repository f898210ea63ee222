"""TFDV's findings in words; those with numbers in them are tested with the splits they come from."""

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.example_validator.words import put_into_words, quoted
from tests.components.statistics_of import statistics_of


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["a"], "`a`"),
        (list("abcde"), "`a`, `b`, `c`, `d`, `e`"),
        (list("abcdefg"), "`a`, `b`, `c`, `d`, `e` and 2 more"),
    ],
)
def test_quoted(values: list[str], words: str) -> None:
    assert quoted(values) == words


def test_unknown_kinds_keep_their_description() -> None:
    anomalies = text_format.Parse(
        """
        anomaly_info { key: "label" value {
          path { step: "label" } short_description: "Multiple errors"
          reason { type: INVALID_FEATURE_SHAPE short_description: "Invalid shape" description: "bad shape" }
          reason { type: ENUM_TYPE_UNEXPECTED_STRING_VALUES short_description: "Unexpected string values" }
        } }
        anomaly_info { key: "width" value { path { step: "width" } short_description: "s" description: "d" } }
        """,
        anomalies_pb2.Anomalies(),
    )
    current = statistics_of({"cat": 1, "bird": 1})
    put_into_words(anomalies, {"label": ["cat"], "width": []}, current, None, None)
    label, width = anomalies.anomaly_info["label"], anomalies.anomaly_info["width"]
    assert [reason.description for reason in label.reason] == [
        "bad shape",
        "`bird` not in the schema (1 picture)",
    ]
    assert label.description == "bad shape; `bird` not in the schema (1 picture)"
    assert (label.short_description, width.short_description, width.description) == (
        "Multiple errors",
        "s",
        "d",
    )
