"""A row: one labelled picture as its source names it, before anybody opened it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from components.example_gen.files import Place


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled picture.

    Attributes:
        place: where its bytes lie.
        path: its name for people, unique in the data set: a path below the root, or
            `shard.tar/member.jpg`, or `part.tfrecord#12`.
        label: class name.
        split: `train`, `eval` or `test` where the data says so, else `None`.
        group: what it must not be torn apart from, else `None`.
        weight: how much it counts in training.
        columns: further text features, by name.
        span: number of the span it came with, 0 without spans.
    """

    place: Place
    path: str
    label: str
    split: str | None = None
    group: str | None = None
    weight: float = 1.0
    columns: Mapping[str, str] = field(default_factory=dict)
    span: int = 0

    def to_json(self) -> str:
        """One line; names that are no UTF-8 survive it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Row":
        """Reads what `to_json` wrote."""
        values = json.loads(line)
        return cls(**{**values, "place": Place(**values["place"])})
