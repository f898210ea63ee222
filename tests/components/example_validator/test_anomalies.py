"""Reading anomalies back, in the form of TFDV's files."""

from pathlib import Path

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.example_validator.anomalies import Anomaly, read_anomalies

LABEL = """
anomaly_info { key: "label" value {
  path { step: "label" } severity: ERROR short_description: "Multiple errors" description: "all of it"
  reason { short_description: "new values" description: "`bird` not in the schema " }
  reason { short_description: "drift" description: "far" }
} }
"""
VANISHED = """
anomaly_info { key: "site (vanished)" value {
  path { step: "site" } severity: WARNING reason { short_description: "vanished" }
} }
"""
DATA_SET = "data_missing: true dataset_anomaly_info { severity: ERROR description: 'too few' }"


def _write(root: Path, **by_split: str) -> str:
    for split, content in by_split.items():
        (root / f"Split-{split}").mkdir()
        anomalies = text_format.Parse(content, anomalies_pb2.Anomalies())
        (root / f"Split-{split}" / "SchemaDiff.pb").write_bytes(anomalies.SerializeToString())
    return str(root)


def test_read_one_record_a_reason_gravest_first(tmp_path: Path) -> None:
    uri = _write(tmp_path, eval=LABEL, test=VANISHED, train=VANISHED + LABEL)
    new = "`bird` not in the schema"
    assert read_anomalies(uri) == [
        Anomaly("train", "label", "error", "new values", new),
        Anomaly("train", "label", "error", "drift", "far"),
        Anomaly("eval", "label", "error", "new values", new),
        Anomaly("eval", "label", "error", "drift", "far"),
        Anomaly("train", "site", "warning", "vanished", "vanished"),
        Anomaly("test", "site", "warning", "vanished", "vanished"),
    ]


def test_read_those_of_the_whole_data_set(tmp_path: Path) -> None:
    found = read_anomalies(_write(tmp_path, train=DATA_SET))
    assert [(anomaly.feature, anomaly.severity, anomaly.text) for anomaly in found] == [
        ("data set", "error", "there are no examples"),
        ("data set", "error", "too few"),
    ]


def test_read_none(tmp_path: Path) -> None:
    assert read_anomalies(_write(tmp_path, train="", eval="")) == []


def test_in_words() -> None:
    assert str(Anomaly("eval", "label", "error", "drift", "far")) == "eval: label: far"
