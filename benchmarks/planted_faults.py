"""What ImageExampleGen finds in a data set with planted faults, and what it finds where nothing was planted.

    .venv/bin/python -m benchmarks.planted_faults --count 10000

The set is read twice: as class folders, and through a manifest whose splits and groups leak. Each row
says how many faults of a kind were planted, how many of them were found, and how many were seen where
none was planted. In the end no two copies and no group may stand in two splits.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.planting import COPIES, RARE_CLASS, RARE_COUNT, Planted, Truth, generate
from components.example_gen.entry import Entry
from components.example_gen.examine import examine
from components.example_gen.judging.checks import names
from components.example_gen.judging.judgement import Judgement, judge
from components.example_gen.judging.kinship import kinship
from components.example_gen.judging.placement import Placement
from components.example_gen.rows import Row
from components.example_gen.sources import list_rows
from pipeline.settings.data import ColumnsConfig, DataConfig, SplitConfig

_PROMISED = ("exact", "re_encoded", "resized")
"""Copies that must be found; `altered` ones are counted, no more."""
_ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class Score:
    """One row of the table: faults of a kind, and files seen as such though nothing was planted."""

    kind: str
    planted: int
    found: int
    false_alarms: int = 0


@dataclass(frozen=True)
class Seen:
    """What became of a planted set: its entries and placements, by path below the class folders."""

    truth: Truth
    entries: Mapping[str, Entry]
    placements: Mapping[str, Placement]
    judgement: Judgement


def look(truth: Truth, config: DataConfig, processes: int) -> Seen:
    """Every picture is read and judged, without a pipeline around it.

    To score a pipeline's run instead, read its entries and placements in here.
    """
    rows = list_rows(config)
    entries = _examine_all(config, rows, processes) if processes > 1 else _examine_some(config, rows)
    judgement = judge(entries, config, {})
    paths = [entry.path.removeprefix("pictures/") for entry in entries]
    by_path = dict(zip(paths, entries, strict=True))
    return Seen(truth, by_path, dict(zip(paths, judgement.placements, strict=True)), judgement)


def _examine_all(config: DataConfig, rows: Sequence[Row], processes: int) -> list[Entry]:
    parts = [rows[start : start + _ROWS_AT_ONCE] for start in range(0, len(rows), _ROWS_AT_ONCE)]
    # Not forked: TensorFlow does not survive it.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        return [entry for part in pool.map(partial(_examine_some, config), parts) for entry in part]


def _examine_some(config: DataConfig, rows: Sequence[Row]) -> list[Entry]:
    return [examine(row, config) for row in rows]


def score_pictures(seen: Seen) -> Iterator[Score]:
    """What is seen in single files."""
    for kind in (*names("unusable"), *names("picture")):
        planted = seen.truth.with_kind(kind)
        found = {path for path, entry in seen.entries.items() if kind in entry.kinds}
        yield Score(kind, len(planted), len(planted & found), len(found - planted))


def score_copies(seen: Seen) -> Iterator[Score]:
    """Copies, and different pictures that were taken for copies."""
    usable = {path: entry for path, entry in seen.entries.items() if entry.reason is None}
    kin = kinship(list(usable.values()), bind_near_copies=True)
    same = dict(zip(usable, kin.same.tolist(), strict=True))
    families = dict(zip(usable, kin.families.tolist(), strict=True))
    for how in COPIES:
        numbers = same if how == "exact" else families
        yield Score(how, *_count(seen.truth.copies(how), numbers), false_alarms=_strangers(seen, numbers))
    conflicts = [(one, other) for one, other in seen.truth.copies(*_PROMISED) if one.label != other.label]
    yield Score("label_conflict", *_count(conflicts, families))


def _count(pairs: Sequence[tuple[Planted, Planted]], numbers: Mapping[str, int]) -> tuple[int, int]:
    """How many pairs there are, and how many bear the same number."""
    return len(pairs), sum(numbers[one.path] == numbers[other.path] for one, other in pairs)


def _strangers(seen: Seen, numbers: Mapping[str, int]) -> int:
    """Pictures beyond the first scene of each family."""
    scenes = defaultdict(set)
    for path, number in numbers.items():
        scenes[number].add(seen.truth.by_path[path].scene)
    return sum(len(members) - 1 for members in scenes.values())


def score_leaks(seen: Seen) -> Iterator[Score]:
    """Leaks between the splits of the manifest: found is what was set aside for it."""
    for kind, hows in (("leak_exact", ("exact",)), ("leak_near", ("re_encoded", "resized"))):
        pairs = [(one, other) for one, other in seen.truth.copies(*hows) if one.split != other.split]
        found = sum(any(seen.placements[file.path].split is None for file in pair) for pair in pairs)
        yield Score(kind, len(pairs), found, _idle(seen, kind, _by(seen.truth, "scene")))
    groups = [members for members in _by(seen.truth, "group").values() if _splits(members) > 1]
    found = sum(any(seen.placements[file.path].kind for file in members) for members in groups)
    yield Score("leak_group", len(groups), found, _idle(seen, "leak_group", _by(seen.truth, "group")))


def _idle(seen: Seen, kind: str, kin: Mapping[object, Sequence[Planted]]) -> int:
    """Files set aside for a leak, whose kin stood in one split from the beginning."""
    harmless = {file.path for members in kin.values() if _splits(members) == 1 for file in members}
    return sum(seen.placements[path].kind == kind for path in harmless)


def _by(truth: Truth, attribute: str) -> dict[object, list[Planted]]:
    kin = defaultdict(list)
    for file in truth.files:
        kin[getattr(file, attribute)].append(file)
    return kin


def _splits(members: Iterable[Planted]) -> int:
    return len({file.split for file in members})


def score_classes(seen: Seen) -> Iterator[Score]:
    """What is seen by counting."""
    largest = max(sum(file.label == label for file in seen.truth.files) for label in seen.truth.labels)
    is_uneven = largest > 25 * RARE_COUNT
    for kind, planted in (("few", 1), ("missing_in_split", 1), ("imbalance", int(is_uneven))):
        texts = [finding.text for finding in seen.judgement.findings if finding.kind == kind]
        found = sum(f"`{RARE_CLASS}`" in text for text in texts)
        yield Score(kind, planted, min(found, planted), len(texts) - min(found, planted))


def survivors(seen: Seen) -> int:
    """Planted copies, and with the manifest groups too, that stand in two splits in the end."""
    kin = [list(pair) for pair in seen.truth.copies(*_PROMISED)]
    if any(entry.group for entry in seen.entries.values()):
        kin += _by(seen.truth, "group").values()
    standing = [{seen.placements[file.path].split for file in members} - {None} for members in kin]
    return sum(len(splits) > 1 for splits in standing)


def configs(truth: Truth) -> dict[str, DataConfig]:
    """The two ways to read the set."""
    split = SplitConfig(near_copies=True)
    return {
        "class folders": DataConfig(path=str(truth.pictures), split=split),
        "manifest": DataConfig(path=str(truth.manifest), columns=ColumnsConfig(group="group"), split=split),
    }


def main() -> None:
    """Prints a row for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        truth = generate(Path(folder) / "planted", arguments.count, arguments.seed, arguments.processes)
        print(f"{len(truth.files)} files planted in {time.monotonic() - started:.0f} s")
        for name, config in configs(truth).items():
            started = time.monotonic()
            seen = look(truth, config, arguments.processes)
            print(f"\n{name}: read and judged in {time.monotonic() - started:.0f} s")
            print(f"{'kind':<18}{'planted':>9}{'found':>9}{'false alarms':>14}")
            scores = [*score_pictures(seen), *score_copies(seen)]
            if name == "manifest":
                scores += [*score_leaks(seen), *score_classes(seen)]
            for score in scores:
                print(f"{score.kind:<18}{score.planted:>9}{score.found:>9}{score.false_alarms:>14}")
            print(f"{survivors(seen)} planted copies or groups stand in two splits")


if __name__ == "__main__":
    main()
