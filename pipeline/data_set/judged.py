"""A data set judged without a run: ImageExampleGen's very functions, without Beam and TFX around them."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.progress import track

from components.example_gen.entry import Entry
from components.example_gen.examine import examine_all
from components.example_gen.judging.judgement import Judgement, judge, refuse
from components.example_gen.rows import Row
from components.example_gen.sources import list_rows
from pipeline.errors import InputError
from pipeline.paths import printable
from pipeline.settings.data import DataConfig

_CHUNK = 256


@dataclass(frozen=True)
class DataSet:
    """A data set, judged.

    Attributes:
        rows: in the order of their printable paths.
        entries: one for each row.
        judgement: of all of them.
        refusal: why a run would stop at this data; `None` if it would go on.
    """

    rows: Sequence[Row]
    entries: Sequence[Entry]
    judgement: Judgement
    refusal: str | None

    def as_dict(self) -> dict[str, Any]:
        """The fields of `--json`."""
        refused = (
            {"path": entry.path, "label": entry.label, "kind": placement.kind, "reason": placement.reason}
            for entry, placement in zip(self.entries, self.judgement.placements, strict=True)
            if placement.split is None
        )
        return {
            "pictures": len(self.rows),
            "counts": self.judgement.counts,
            "quarantined": self.judgement.set_aside,
            "quarantine": list(refused),
            "findings": [asdict(finding) for finding in self.judgement.findings],
            "refusal": self.refusal,
        }


def judge_data_set(config: DataConfig, console: Console) -> DataSet:
    """Examines every row, with a bar, and judges them together."""
    rows = sorted(list_rows(config), key=lambda row: printable(row.path))
    bar = {"console": console, "transient": True, "disable": not console.is_terminal}
    entries = list(track(_entries(rows, config), "pictures", len(rows), **bar))  # type: ignore[arg-type]
    judgement = judge(entries, config, known={})
    try:
        refuse(judgement, entries, config)
    except InputError as error:
        return DataSet(rows, entries, judgement, str(error))
    return DataSet(rows, entries, judgement, None)


def _entries(rows: Sequence[Row], config: DataConfig) -> Iterator[Entry]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(rows), _CHUNK):
            yield from examine_all(rows[start : start + _CHUNK], config, pool)
