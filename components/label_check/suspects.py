"""The table of all labels, the suspects first: a manifest, so that it goes back in once it was corrected.

Imports neither TensorFlow nor TFX: whoever explains a run reads it.

Synopsis:
    write_labels(labels, artifact.uri)
    suspects_of(read_labels(artifact.uri))[0].suggested
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components import features
from components.csv_writer import csv_writer

FILE = "suspects.csv"
"""In the `suspects` artifact."""
_FIRST = 5
_FIXED = (features.PATH, features.LABEL, "split", features.WEIGHT)
_TABLES = (*_FIXED, *features.THOUGHTS)


@dataclass(frozen=True)
class Label:
    """A picture's label, and what is thought of it.

    Attributes:
        path: of the picture.
        label: as it is given.
        split: where the picture stands.
        weight: how much it counts in training.
        wrong: the probability that the label is wrong; `None` where it cannot be judged.
        suggested: the class that looks right if it is; empty where it cannot be judged.
        rank: among the suspects, from 1; 0 for all other labels.
        columns: the data's own.
    """

    path: str
    label: str
    split: str
    weight: float = 1.0
    wrong: float | None = None
    suggested: str = ""
    rank: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: a suspect as it is shown."""
        about = {"rank": self.rank, "path": self.path, "split": self.split}
        return {**about, "label": self.label, "suggested": self.suggested, "wrong": self.wrong}


def suspects_of(labels: Iterable[Label]) -> list[Label]:
    """Those that are likely wrong, the surest first."""
    return sorted((label for label in labels if label.rank), key=lambda label: label.rank)


def overview(labels: Sequence[Label]) -> dict[str, Any]:
    """For `summary.json`: how many were `judged`, are `suspects`, in which `splits`; the `first` five."""
    suspects = suspects_of(labels)
    return {
        "judged": sum(label.wrong is not None for label in labels),
        "suspects": len(suspects),
        "splits": {split: sum(each.split == split for each in suspects) for split in features.SPLITS},
        "first": [suspect.as_dict() for suspect in suspects[:_FIRST]],
    }


def to_csv(labels: Sequence[Label]) -> str:
    """The most doubtful first; columns of the data's own between those of the label and what is thought.

    A manifest is read without the latter: see `components.features.THOUGHTS`. A column of the data's own that
    bears a name of the table's has a `_` more in it.
    """
    own = sorted({name for label in labels for name in label.columns})
    buffer = io.StringIO(newline="")
    rows = csv_writer(buffer)
    rows.writerow((*_FIXED, *map(_beside_the_tables, own), *features.THOUGHTS))
    for label in sorted(labels, key=_doubtful_first):
        fixed = (label.path, label.label, label.split, f"{label.weight:g}")
        wrong = "" if label.wrong is None else f"{label.wrong:.4g}"
        columns = (label.columns.get(name, "") for name in own)
        rows.writerow((*fixed, *columns, label.suggested, wrong, label.rank or ""))
    return buffer.getvalue()


def _beside_the_tables(name: str) -> str:
    return f"{name}_" if name.rstrip("_") in _TABLES else name


def _as_given(name: str) -> str:
    return name[:-1] if name.rstrip("_") in _TABLES else name


def _doubtful_first(label: Label) -> tuple[bool, int, float, str]:
    return not label.rank, label.rank, -(label.wrong or 0.0), label.path


def from_csv(text: str) -> list[Label]:
    """Reads what `to_csv` wrote."""
    return [_label(row) for row in csv.DictReader(io.StringIO(text, newline=""))]


def _label(row: dict[str, Any]) -> Label:
    suggested, wrong, rank = (row.pop(name) for name in features.THOUGHTS)
    path, label, split, weight = (row.pop(name) for name in _FIXED)
    return Label(
        *(path, label, split, float(weight)),
        float(wrong) if wrong else None,
        suggested,
        int(rank or 0),
        {_as_given(name): text for name, text in row.items()},
    )


def write_labels(labels: Sequence[Label], folder: str) -> None:
    """Writes the table into the artifact's folder."""
    Path(folder, FILE).write_text(to_csv(labels), encoding="utf-8", errors="surrogateescape", newline="")


def read_labels(folder: str) -> list[Label]:
    """Reads it; in the order of the file."""
    # Not `read_text`, which makes line feeds of carriage returns.
    return from_csv(Path(folder, FILE).read_bytes().decode("utf-8", "surrogateescape"))
