"""What is worth knowing of a data set once every picture was seen and placed."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from components.example_gen.entry import Entry
from components.example_gen.judging.checks import Finding, names, severity_of
from components.example_gen.judging.kinship import Kinship, members
from components.example_gen.judging.placement import Placement
from components.features import SPLITS, TRAIN, Counts
from pipeline.settings.data import ChecksConfig

_SHOWN = 8


def findings_of_pictures(entries: Sequence[Entry], config: ChecksConfig) -> Iterator[Finding]:
    """One finding for each kind that was seen in single pictures, unusable ones included."""
    by_kind: dict[str, list[str]] = {}
    for entry in entries:
        for kind in entry.kinds:
            by_kind.setdefault(kind, []).append(entry.path)
    for kind in (*names("unusable"), *names("picture")):
        if paths := by_kind.get(kind):
            yield _finding(kind, config, f"{_count(len(paths), 'picture')}", paths)


def findings_of_kin(
    entries: Sequence[Entry], placements: Sequence[Placement], kin: Kinship, config: ChecksConfig
) -> Iterator[Finding]:
    """Copies, near-copies, pictures under two labels, and leaks.

    Args:
        entries: readable ones.
        placements: of these entries.
        kin: of these entries.
        config: severities.
    """
    copies = [group[1:] for group in members(kin.same)]
    if copies:
        count = sum(len(group) for group in copies)
        yield _finding(
            "exact_copy", config, f"{_count(count, 'picture')} beyond the first", _paths(entries, copies)
        )
    near = [family for family in members(kin.families) if len(set(kin.same[family])) > 1]
    if near:
        alike = [family[1:] for family in near]
        count = sum(len(family) for family in alike)
        yield _finding(
            "near_copy", config, f"{_count(count, 'picture')} beyond the first", _paths(entries, alike)
        )
    torn = [family for family in near if _is_torn(family, placements)]
    if torn:
        text = f"{_count(len(torn), 'set')} of near-copies in two splits; data.split.near_copies binds them"
        yield _finding("leak_near", config, text, _paths(entries, torn))
    conflicts = [family for family in members(kin.families) if len({entries[i].label for i in family}) > 1]
    if conflicts:
        text = (
            f"{_count(len(conflicts), 'picture')} under two labels, first: {_conflict(entries, conflicts[0])}"
        )
        yield _finding("label_conflict", config, text, _paths(entries, conflicts))
    by_kind: dict[str, list[int]] = {}
    for index, placement in enumerate(placements):
        if placement.kind in ("leak_exact", "leak_near", "leak_group", "bridge"):
            by_kind.setdefault(placement.kind, []).append(index)
    for kind, indices in by_kind.items():
        text = f"{_count(len(indices), 'picture')} set aside, first: {placements[indices[0]].reason}"
        yield _finding(kind, config, text, [entries[index].path for index in indices])


def findings_of_classes(counts: Counts, config: ChecksConfig) -> Iterator[Finding]:
    """Small classes, classes that lack in a split, and imbalance."""
    totals: Counter[str] = Counter()
    for by_label in counts.values():
        totals.update(by_label)
    for label, total in sorted(totals.items()):
        if total < config.smallest_class:
            yield _finding("few", config, f"class `{label}` has {_count(total, 'picture')}", count=total)
        lacking = [split for split in SPLITS if not counts[split].get(label)]
        if lacking:
            text = f"class `{label}` has no picture in {' and '.join(lacking)}"
            yield _finding("missing_in_split", config, text)
    if totals:
        (most, largest), (least, smallest) = (
            totals.most_common(1)[0],
            min(totals.items(), key=lambda item: item[1]),
        )
        if largest > smallest * config.widest_imbalance:
            text = f"class `{most}` has {largest} pictures, class `{least}` has {smallest}"
            yield _finding("imbalance", config, text)


def classes_without_training(counts: Counts, labels: set[str]) -> list[str]:
    """The classes of which nothing can be learnt."""
    return sorted(label for label in labels if not counts[TRAIN].get(label))


def _finding(
    kind: str, config: ChecksConfig, text: str, paths: Sequence[str] = (), count: int | None = None
) -> Finding:
    return Finding(
        kind, severity_of(kind, config), text, tuple(paths[:_SHOWN]), len(paths) if count is None else count
    )


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _paths(entries: Sequence[Entry], groups: Sequence[np.ndarray]) -> list[str]:
    return [entries[index].path for group in groups for index in group]


def _is_torn(family: np.ndarray, placements: Sequence[Placement]) -> bool:
    return len({placements[index].split for index in family} - {None}) > 1


def _conflict(entries: Sequence[Entry], family: np.ndarray) -> str:
    first = entries[family[0]]
    other = next(entries[index] for index in family if entries[index].label != first.label)
    return f"`{first.path}` is `{first.label}`, `{other.path}` is `{other.label}`"
