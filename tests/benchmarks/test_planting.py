"""The planted set is what its truth says, and every planted fault is found."""

import csv
import hashlib
import os
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.planted_faults import (
    configs,
    look,
    score_classes,
    score_copies,
    score_leaks,
    score_pictures,
    survivors,
)
from benchmarks.planting import COPIES, RARE_CLASS, RARE_COUNT, Truth, generate
from components.example_gen.judging.checks import names
from pipeline.settings.data import ChecksConfig

COUNT = 200


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(tmp_path_factory.mktemp("planted"), COUNT)


def digests(truth: Truth) -> dict[str, str]:
    found = {}
    for where, _, files in os.walk(truth.pictures):
        for name in files:
            path = Path(where, name)
            content = b"" if path.is_symlink() else path.read_bytes()
            found[str(path.relative_to(truth.pictures))] = hashlib.sha256(content).hexdigest()
    return found


def test_every_file_is_in_the_truth(truth: Truth) -> None:
    assert sorted(digests(truth)) == [file.path for file in truth.files]
    assert len(truth.files) == COUNT


def test_same_seed_same_files(truth: Truth, tmp_path: Path) -> None:
    again = generate(tmp_path / "again", COUNT, processes=1)
    assert again.files == truth.files
    assert digests(again) == digests(truth)
    assert digests(generate(tmp_path / "other", COUNT, seed=1)) != digests(truth)


def test_every_kind_of_one_file_is_planted(truth: Truth) -> None:
    planted = {kind for file in truth.files for kind in file.kinds}
    assert planted == {*names("unusable"), *names("picture")}


def test_exact_copies_are_the_only_equal_files(truth: Truth) -> None:
    contents = digests(truth)
    good = Counter(contents[file.path] for file in truth.files if not file.fault)
    pairs = truth.copies("exact")
    assert all(contents[original.path] == contents[copy.path] for original, copy in pairs)
    assert sum(count - 1 for count in good.values()) == len(pairs)


def test_copies_cross_classes_and_splits(truth: Truth) -> None:
    pairs = truth.copies(*COPIES)
    assert {original.label == copy.label for original, copy in pairs} == {True, False}
    assert {original.split == copy.split for original, copy in pairs} == {True, False}


def test_rare_class(truth: Truth) -> None:
    rare = [file for file in truth.files if file.label == RARE_CLASS]
    assert len(rare) == RARE_COUNT
    assert {file.split for file in rare} == {"train"}


def test_manifest_names_every_file(truth: Truth) -> None:
    with open(truth.manifest, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"].removeprefix("pictures/") for row in rows] == [file.path for file in truth.files]
    splits_of_groups: dict[str, set[str]] = {}
    for row in rows:
        splits_of_groups.setdefault(row["group"], set()).add(row["split"])
    assert any(len(splits) > 1 for splits in splits_of_groups.values())


def test_too_few_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Received: count=50"):
        generate(tmp_path, 50)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["class folders", "manifest"])
def test_every_planted_fault_is_found_and_nothing_else(truth: Truth, name: str) -> None:
    checks = ChecksConfig(smallest_class=RARE_COUNT + 1)
    seen = look(truth, configs(truth)[name].model_copy(update={"checks": checks}), processes=1)
    scores = [*score_pictures(seen), *score_copies(seen)]
    if name == "manifest":
        scores += [*score_leaks(seen), *score_classes(seen)]
    assert [score for score in scores if score.found < score.planted or score.false_alarms] == []
    assert survivors(seen) == 0
