"""The ledger: which split each picture was given, kept from run to run.

A picture's split follows from its own hash, and needs no memory. Only where pictures are bound to one
another could a newcomer pull older ones to another side (a near-copy with a smaller hash, a picture that
joins two groups), and only where the data names splits could what was taken out of train fall back to it;
the ledger is what forbids both.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from components.example_gen.entry import Entry
from components.example_gen.judging.placement import CARVED, DRAWN, ORIGINS, Placement
from components.features import SPLITS
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

_STANDING = re.compile("[0-9a-f]{64}")


def notes(
    entries: Iterable[Entry], placements: Iterable[Placement], known: Mapping[bytes, Placement]
) -> dict[bytes, Placement]:
    """`known` and what was placed now, by `Entry.standing`. Pictures that went away keep their place."""
    placed = [pair for pair in zip(entries, placements, strict=True) if pair[1].split is not None]
    # Of copies, of which the data may say this and that, the one that was taken out of train binds them all.
    placed.sort(key=lambda pair: pair[1].origin == CARVED)
    return {**known, **{entry.standing: placement for entry, placement in placed}}


class Ledger:
    """Splits by `Entry.standing`, in one file for each way to split; replaced whole or not at all."""

    def __init__(self, folder: str, config: DataConfig) -> None:
        """
        Args:
            folder: of all ledgers.
            config: what decides about splits; another seed or grouping has a ledger of its own.
        """
        self._path = Path(folder) / f"{config.way_of_splitting}.txt"

    def read(self) -> dict[bytes, Placement]:
        """What stands where of all pictures that were ever placed.

        Raises:
            InputError: the file is damaged.
        """
        return dict(self._lines())

    def add(
        self, entries: Iterable[Entry], placements: Iterable[Placement], known: Mapping[bytes, Placement]
    ) -> None:
        """Writes `notes`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".unfinished")
        kept = sorted(notes(entries, placements, known).items(), key=lambda note: note[0])
        lines = (f"{standing.hex()} {note.split} {note.origin}\n" for standing, note in kept)
        with unfinished.open("w", encoding="ascii") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, self._path)

    def _lines(self) -> Iterator[tuple[bytes, Placement]]:
        shared: dict[str, Placement] = {}
        if self._path.exists():
            # What is no text is no note either; it need not be decoded to be refused.
            with self._path.open(encoding="ascii", errors="replace") as file:
                for number, line in enumerate(file, 1):
                    standing, _, place = line.strip().partition(" ")
                    if not _STANDING.fullmatch(standing):
                        raise self._damaged(number)
                    if place not in shared:
                        split, _, origin = place.partition(" ")
                        if split not in SPLITS or origin not in ("", *ORIGINS):
                            raise self._damaged(number)
                        # Ledgers of Graft 0.2 do not say the origin.
                        shared[place] = Placement(split, origin=origin or DRAWN)
                    yield bytes.fromhex(standing), shared[place]

    def _damaged(self, number: int) -> InputError:
        return InputError(
            f"`{self._path}` line {number}: the ledger of splits is damaged. Put a copy of it back, or "
            "remove it: some pictures may then change sides."
        )
