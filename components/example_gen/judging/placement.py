"""Where each picture stands: its split, or why it stands in none.

Clans (see `kinship`) share a split. Splits that come with the data are respected, and pictures that
would then stand in two of them are set aside from the lesser one, `test` before `eval` before `train`:
a smaller training set is a loss, a picture known from training in the test split is a lie.

Pictures that an earlier run placed never move. A newcomer joins its clan; one that is akin to pictures
on two sides is set aside. What the data gives to train alone may be carved: a split that is missing is
taken out of it, and what was taken out stays so when a later run brings that split.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from components.example_gen.entry import Entry
from components.example_gen.judging.kinship import Kinship, members
from components.example_gen.judging.split import position, split_of
from components.features import EVAL, SPLITS, TEST, TRAIN
from pipeline.settings.data import SplitConfig

DRAWN, CARVED, GIVEN = ORIGINS = ("drawn", "carved", "given")
"""How a picture came to stand in its split: by hash or its clan; the same, though the data gave it to train;
or as the data says."""

_PRECEDENCE = (TEST, EVAL, TRAIN)


@dataclass(frozen=True, slots=True)
class Placement:
    """What became of an entry.

    Attributes:
        split: where it stands; `None` if it was set aside.
        kind: of the finding that set it aside.
        reason: the same in words.
        origin: of the split, one of `ORIGINS`.
    """

    split: str | None
    kind: str = ""
    reason: str = ""
    origin: str = DRAWN


def place(
    entries: Sequence[Entry], kin: Kinship, config: SplitConfig, known: Mapping[bytes, Placement]
) -> list[Placement]:
    """Places every entry.

    Args:
        entries: readable ones.
        kin: of these entries.
        config: shares, seed, and whether near-copies are bound.
        known: what an earlier run placed, by `Entry.standing`.

    Returns:
        A placement for each entry, in order. No byte-equal pictures, no group, and where
        `config.near_copies` is on no near-copies stand in two splits.
    """
    given = {entry.split for entry in entries if entry.split}
    carved = [split for split in SPLITS if split not in given] if given else []
    placements = [Placement(None)] * len(entries)
    for clan in members(kin.clans, at_least=1):
        for index, placement in zip(
            clan, _place_clan([entries[i] for i in clan], config, known, carved), strict=True
        ):
            placements[index] = placement
    _part_families(entries, placements, kin.families if config.near_copies else kin.same, kin.same)
    _part_groups(entries, placements)
    return placements


def _place_clan(
    clan: Sequence[Entry], config: SplitConfig, known: Mapping[bytes, Placement], carved: Sequence[str]
) -> Iterator[Placement]:
    own = [_own(entry, known.get(entry.standing), bool(carved)) for entry in clan]
    given = {entry.split for entry in clan if entry.split}
    sides = {placement.split for placement in own if placement and placement.split}
    if given - {TRAIN}:
        leading = next(split for split in _PRECEDENCE if split in given)
        common = [entry.split or leading for entry in clan]
    elif len(sides) > 1:
        return (placement or _bridge(sides) for placement in own)
    elif sides:
        common = [*sides] * len(clan)
    else:
        anchor = min(clan, key=lambda entry: (entry.span, position(_identity(entry), config.seed)))
        among = [TRAIN, *carved] if given else SPLITS
        common = [split_of(_identity(anchor), config, among)] * len(clan)
    return (
        placement or Placement(split, origin=_origin(entry, split, bool(carved)))
        for entry, placement, split in zip(clan, own, common, strict=True)
    )


def _own(entry: Entry, note: Placement | None, is_carving: bool) -> Placement | None:
    """Where an entry stands whatever its clan is."""
    if entry.split is None:
        return note
    if entry.split != TRAIN:
        return Placement(entry.split, origin=GIVEN)
    if note and (note.origin == CARVED or (note.origin == DRAWN and is_carving)):
        return Placement(note.split, origin=CARVED)
    return Placement(TRAIN, origin=GIVEN) if note and not is_carving else None


def _origin(entry: Entry, split: str, is_carving: bool) -> str:
    if entry.split is None:
        return DRAWN
    return GIVEN if split == TRAIN and not is_carving else CARVED


def _bridge(sides: Collection[str]) -> Placement:
    where = " and ".join(sorted(sides))
    return Placement(None, "bridge", f"akin to pictures in {where}, which stand there since an earlier run")


def _identity(entry: Entry) -> str:
    return entry.image_id.hex() if entry.group is None else entry.group


# --------------------------------------------------------------------------------------------------
# Leaks
# --------------------------------------------------------------------------------------------------


def _part_families(
    entries: Sequence[Entry], placements: list[Placement], families: np.ndarray, same: np.ndarray
) -> None:
    """Leaves each family in one split."""
    for family in members(families):
        # Who is akin through a newcomer only was placed rightly before it came.
        is_bridged = any(placements[index].kind == "bridge" for index in family)
        leading = None if is_bridged else _leading(placements, family)
        for index in family:
            if leading is None or placements[index].split in (None, leading.split):
                continue
            twin = next((i for i in leading.members if same[i] == same[index]), None)
            kind = "leak_near" if twin is None else "leak_exact"
            other = entries[leading.members[0] if twin is None else twin].path
            word = "near-copy" if twin is None else "copy"
            reason = f"{word} of `{other}`, which stands in {leading.split}"
            placements[index] = Placement(None, kind, reason)


def _part_groups(entries: Sequence[Entry], placements: list[Placement]) -> None:
    """Leaves each group in one split."""
    by_group: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        if entry.group is not None:
            by_group.setdefault(entry.group, []).append(index)
    for group, indices in by_group.items():
        leading = _leading(placements, indices)
        for index in indices:
            if leading is not None and placements[index].split not in (None, leading.split):
                reason = f"group `{group}` stands in {leading.split} already"
                placements[index] = Placement(None, "leak_group", reason)


@dataclass(frozen=True)
class _Leading:
    split: str
    members: list[int]


def _leading(placements: Sequence[Placement], indices: Sequence[int] | np.ndarray) -> _Leading | None:
    """The split that keeps its members, if there is more than one."""
    splits = {placements[index].split for index in indices} - {None}
    if len(splits) < 2:
        return None
    split = next(split for split in _PRECEDENCE if split in splits)
    return _Leading(split, [int(index) for index in indices if placements[index].split == split])
