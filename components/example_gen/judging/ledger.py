"""The ledger: which split each picture was given, kept from run to run.

A picture's split follows from its own hash, and needs no memory. Only where pictures are bound to one
another could a newcomer pull older ones to another side (a near-copy with a smaller hash, a picture that
joins two groups); the ledger is what forbids it.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from components.example_gen.entry import Entry
from components.example_gen.judging.placement import Placement
from pipeline.data_config import DataConfig


class Ledger:
    """Splits by `Entry.standing`, in one file for each way to split; replaced whole or not at all."""

    def __init__(self, folder: str, config: DataConfig) -> None:
        """
        Args:
            folder: of all ledgers.
            config: what decides about splits; another seed or grouping has a ledger of its own.
        """
        self._path = Path(folder) / f"{config.way_of_splitting}.txt"

    def read(self) -> dict[bytes, str]:
        """The splits of all pictures that were ever placed."""
        return dict(self._lines())

    def add(
        self, entries: Iterable[Entry], placements: Iterable[Placement], known: Mapping[bytes, str]
    ) -> None:
        """Writes `known` and what was placed now. Pictures that went away keep their place."""
        placed = {
            entry.standing: placement.split
            for entry, placement in zip(entries, placements, strict=True)
            if placement.split is not None
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".unfinished")
        lines = (f"{standing.hex()} {split}\n" for standing, split in sorted({**known, **placed}.items()))
        with unfinished.open("w", encoding="ascii") as file:
            file.writelines(lines)
        os.replace(unfinished, self._path)

    def _lines(self) -> Iterator[tuple[bytes, str]]:
        if self._path.exists():
            with self._path.open(encoding="ascii") as file:
                for line in file:
                    standing, split = line.split()
                    yield bytes.fromhex(standing), split
