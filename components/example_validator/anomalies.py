"""Anomalies as ExampleValidator leaves them: TFDV's files, read back as plain records."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.features import TRAIN

ANOMALIES_FILE = "SchemaDiff.pb"
"""In the folder of each split: the name that TFX gives it."""
DATA_SET = "data set"
"""Stands for the feature where an anomaly is about none in particular."""


@dataclass(frozen=True)
class Anomaly:
    """One thing that is not as it should be.

    Attributes:
        split: where it was found.
        feature: of the examples.
        severity: `error` can stop the run, `warning` cannot.
        kind: in a word or two, such as `new values`, `vanished`, `drift`, `skew`.
        text: what, value and bound, for people.
    """

    split: str
    feature: str
    severity: Literal["error", "warning"]
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.split}: {self.feature}: {self.text}"


def read_anomalies(uri: str) -> list[Anomaly]:
    """All anomalies of an `anomalies` artifact, errors first, then those of train."""
    found = []
    for folder in sorted(os.listdir(uri)):
        path = os.path.join(uri, folder, ANOMALIES_FILE)
        if os.path.exists(path):
            with open(path, "rb") as file:
                anomalies = anomalies_pb2.Anomalies.FromString(file.read())
            found += list(flatten(anomalies, folder.removeprefix("Split-")))
    return sorted(found, key=lambda anomaly: (anomaly.severity, anomaly.split != TRAIN, anomaly.split))


def flatten(anomalies: anomalies_pb2.Anomalies, split: str) -> Iterator[Anomaly]:
    """One record for each reason that TFDV gives."""
    if anomalies.data_missing:
        yield Anomaly(split, DATA_SET, "error", "empty", "there are no examples")
    infos = [("", anomalies.dataset_anomaly_info)] if anomalies.HasField("dataset_anomaly_info") else []
    for name, info in [*infos, *sorted(anomalies.anomaly_info.items())]:
        feature = ".".join(info.path.step) or name or DATA_SET
        is_error = info.severity == anomalies_pb2.AnomalyInfo.ERROR
        for reason in info.reason or [info]:
            text = reason.description.strip() or reason.short_description
            yield Anomaly(split, feature, "error" if is_error else "warning", reason.short_description, text)
