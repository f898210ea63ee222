"""All entries judged together: who stands where, what was found, and whether to go on."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.example_gen.entry import Entry
from components.example_gen.judging.checks import KINDS, Finding
from components.example_gen.judging.findings import (
    classes_without_training,
    findings_of_classes,
    findings_of_kin,
    findings_of_pictures,
)
from components.example_gen.judging.kinship import kinship
from components.example_gen.judging.placement import Placement, place
from components.features import SPLITS, Counts
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

_SEVERITIES = ("info", "warning", "error")


@dataclass(frozen=True)
class Judgement:
    """What became of a data set.

    Attributes:
        placements: of each entry, in order.
        findings: gravest first.
        counts: pictures by split and class, of those that stand in a split.
    """

    placements: list[Placement]
    findings: list[Finding]
    counts: Counts

    @property
    def set_aside(self) -> int:
        """How many entries stand in no split."""
        return sum(placement.split is None for placement in self.placements)


def judge(entries: Sequence[Entry], config: DataConfig, known: Mapping[bytes, Placement]) -> Judgement:
    """Places every entry and looks at the whole.

    Args:
        entries: of the whole data set, in a stable order.
        config: of the node.
        known: placements of earlier runs, from the ledger.
    """
    placements = [_unusable(entry, config) for entry in entries]
    usable = [index for index, placement in enumerate(placements) if placement is None]
    kept = [entries[index] for index in usable]
    kin = kinship(kept, config.split.near_copies)
    placed = place(kept, kin, config.split, known)
    for index, placement in zip(usable, placed, strict=True):
        placements[index] = placement
    done = [placement for placement in placements if placement is not None]
    counts = _count(entries, done)
    found = [
        *findings_of_pictures(entries, config.checks),
        *findings_of_kin(kept, placed, kin, config.checks),
        *findings_of_classes(counts, config.checks),
    ]
    return Judgement(done, sorted(found, key=lambda finding: -_SEVERITIES.index(finding.severity)), counts)


def refuse(judgement: Judgement, entries: Sequence[Entry], config: DataConfig) -> None:
    """Stops a run that would learn from a broken data set.

    Raises:
        InputError: too many unusable files, a finding as grave as `checks.stop_at`, an empty split, or a
            class without a picture to train on.
    """
    for finding in judgement.findings:
        logging.log(logging.INFO if finding.severity == "info" else logging.WARNING, "%s", line(finding))
    _refuse_too_many_unusable(entries, config)
    if config.checks.stop_at != "never":
        at_least = _SEVERITIES.index(config.checks.stop_at)
        grave = [finding for finding in judgement.findings if _SEVERITIES.index(finding.severity) >= at_least]
        if grave:
            kinds = "; ".join(line(finding) for finding in grave[:3])
            raise InputError(
                f"the data set is too bad to train on (data.checks.stop_at: {config.checks.stop_at}): "
                f"{kinds}. Mend it, or give the kind another severity in data.checks.severity."
            )
    for split in SPLITS:
        if not judgement.counts[split]:
            total = sum(sum(by_label.values()) for by_label in judgement.counts.values())
            raise InputError(
                f"none of the {total} pictures came into the {split} split. Add pictures, or raise "
                f"data.split.{split} (all splits are then drawn anew)."
            )
    for label in classes_without_training(judgement.counts, {entry.label for entry in entries}):
        raise InputError(f"class `{label}` has no readable picture in the train split. Add pictures to it.")


def line(finding: Finding) -> str:
    """A finding on one line: kind, what was found, where."""
    # Whose text names its first picture already does not need it twice.
    where = "" if "first: " in finding.text else ", such as " + ", ".join(map(repr, finding.paths[:3]))
    return f"{finding.kind}: {finding.text}{where if finding.paths else ''}"


def _unusable(entry: Entry, config: DataConfig) -> Placement | None:
    """Why the entry is set aside whatever the others are."""
    if entry.reason is not None:
        return Placement(None, entry.kinds[0], entry.reason)
    unwanted = [kind for kind in entry.kinds if kind in config.checks.set_aside]
    if unwanted:
        meaning = next(kind.meaning for kind in KINDS if kind.name == unwanted[0])
        return Placement(None, unwanted[0], f"{unwanted[0]}: {meaning}")
    return None


def _count(entries: Sequence[Entry], placements: Sequence[Placement]) -> Counts:
    pairs = Counter(
        (placement.split, entry.label)
        for entry, placement in zip(entries, placements, strict=True)
        if placement.split
    )
    counts: Counts = {split: {} for split in SPLITS}
    for (split, label), count in sorted(pairs.items(), key=lambda item: item[0][1]):
        counts[str(split)][label] = count
    return counts


def _refuse_too_many_unusable(entries: Sequence[Entry], config: DataConfig) -> None:
    unusable = [entry for entry in entries if entry.reason is not None]
    if len(unusable) > config.max_quarantined_share * len(entries):
        reasons = Counter(str(entry.reason).split(":")[0] for entry in unusable).most_common(3)
        raise InputError(
            f"{len(unusable)} of {len(entries)} files cannot be used, more than data.max_quarantined_share "
            f"({config.max_quarantined_share:g}) allows: "
            + "; ".join(f"{count}x {reason}" for reason, count in reasons)
            + f". First: {unusable[0].path!r}. All are listed in the run's log."
        )
