"""The whole data set judged: what is set aside, what is found, and what stops a run."""

from collections.abc import Sequence

import pytest

from components.example_gen.entry import Entry
from components.example_gen.judging.checks import Finding
from components.example_gen.judging.judgement import Judgement, judge, line, refuse
from components.features import SPLITS
from pipeline.errors import InputError
from pipeline.settings.data import ChecksConfig, DataConfig, SplitConfig
from tests.components.example_gen.judging.entries import entry

OPEN = ChecksConfig(stop_at="never")


def config(**more: object) -> DataConfig:
    return DataConfig(path="pictures", **more)  # type: ignore[arg-type]


def data_set(count: int = 60) -> list[Entry]:
    """Two classes of strangers."""
    return [entry(f"{label}/{number}", label) for label in ("cat", "dog") for number in range(count)]


def judged(entries: Sequence[Entry], settings: DataConfig | None = None) -> Judgement:
    return judge(entries, settings or config(), known={})


def found(judgement: Judgement, kind: str) -> Finding:
    (finding,) = [finding for finding in judgement.findings if finding.kind == kind]
    return finding


def test_every_entry_is_counted_or_set_aside() -> None:
    entries = [
        *data_set(),
        entry("broken", reason="truncated", kinds=("damaged",)),
        entry("grey", kinds=("blank",)),
    ]
    judgement = judged(entries)
    counted = sum(sum(by_label.values()) for by_label in judgement.counts.values())
    assert counted == 120
    assert judgement.set_aside == 2
    assert [placement.kind for placement in judgement.placements[-2:]] == ["damaged", "blank"]
    assert judgement.placements[-2].reason == "truncated"
    assert set(judgement.counts) == set(SPLITS)


def test_kinds_to_set_aside_are_the_configs() -> None:
    entries = [*data_set(), entry("grey", kinds=("blank",)), entry("night", kinds=("dark",))]
    judgement = judged(entries, config(checks=ChecksConfig(set_aside=("dark",))))
    assert [placement.split is None for placement in judgement.placements[-2:]] == [False, True]
    assert judgement.placements[-1].reason.startswith("dark: ")


def test_copies_are_counted_once_each() -> None:
    copies = [entry(f"copy {number}", content="cat/0") for number in range(3)]
    near = [entry("near", content="other bytes", looks="cat/1")]
    judgement = judged([*data_set(), *copies, *near])
    assert (found(judgement, "exact_copy").count, found(judgement, "exact_copy").severity) == (3, "info")
    assert found(judgement, "near_copy").count >= 1
    assert "cat/0" not in found(judgement, "exact_copy").paths


def test_same_picture_under_two_labels_is_reported_with_both() -> None:
    judgement = judged([*data_set(), entry("z", "dog", content="cat/0")])
    finding = found(judgement, "label_conflict")
    assert finding.severity == "warning"
    assert "`cat/0` is `cat`, `z` is `dog`" in finding.text


def test_near_copies_in_two_given_splits_are_reported_though_not_bound() -> None:
    entries = [
        *(
            entry(f"{label}{split}{n}", label, split=split)
            for label in ("cat", "dog")
            for split in SPLITS
            for n in "abc"
        ),
        entry("one", content="x", looks="l", split="train"),
        entry("two", content="y", looks="l", split="test"),
    ]
    assert "data.split.near_copies" in found(judged(entries), "leak_near").text


def test_small_and_uneven_classes_are_found() -> None:
    entries = [*data_set(200), *(entry(f"owl/{n}", "owl") for n in range(9))]
    judgement = judged(entries)
    assert found(judgement, "few").text == "class `owl` has 9 pictures"
    assert "class `owl` has 9" in found(judgement, "imbalance").text
    lacking = [split for split in SPLITS if "owl" not in judgement.counts[split]]
    texts = [finding.text for finding in judgement.findings if finding.kind == "missing_in_split"]
    assert texts == ([f"class `owl` has no picture in {' and '.join(lacking)}"] if lacking else [])


def test_gravest_comes_first() -> None:
    entries = [*data_set(), entry("a", content="x", kinds=("rotated",)), entry("b", kinds=("dark",))]
    settings = config(checks=ChecksConfig(severity={"dark": "error"}, stop_at="never"))
    assert judged(entries, settings).findings[0].severity == "error"


def test_a_sound_data_set_is_not_refused() -> None:
    entries = data_set()
    refuse(judged(entries), entries, config())


@pytest.mark.parametrize(
    ("more", "checks", "words"),
    [
        (
            [entry("n", kinds=("dark",))],
            ChecksConfig(severity={"dark": "error"}),
            ("dark", "'n'", "severity"),
        ),
        ([entry("n", kinds=("dark",))], ChecksConfig(stop_at="warning"), ("stop_at: warning", "dark")),
        (
            [entry("n", split="train", group="g"), entry("m", split="test", group="g")],
            ChecksConfig(),
            ("leak_group", "group `g`"),
        ),
        (
            [entry(f"b{n}", reason=f"truncated: {n}", kinds=("damaged",)) for n in range(9)],
            ChecksConfig(),
            ("9 of 129 files cannot be used", "max_quarantined_share", "9x truncated", "'b0'"),
        ),
        (
            [entry("owl", "owl", reason="empty", kinds=("empty",))],
            OPEN,
            ("class `owl`", "no readable picture"),
        ),
    ],
)
def test_refused(more: list[Entry], checks: ChecksConfig, words: tuple[str, ...]) -> None:
    entries, settings = [*data_set(), *more], config(checks=checks)
    with pytest.raises(InputError) as error:
        refuse(judged(entries, settings), entries, settings)
    assert all(word in str(error.value) for word in words), error.value
    assert len(str(error.value).splitlines()) == 1


def test_severity_below_the_bound_does_not_stop() -> None:
    entries = [*data_set(), entry("n", kinds=("dark",))]
    for checks in (ChecksConfig(), OPEN, ChecksConfig(severity={"dark": "info"})):
        settings = config(checks=checks)
        refuse(judged(entries, settings), entries, settings)


def test_empty_split_is_refused() -> None:
    entries = data_set(2)
    settings = config(split=SplitConfig(train=0.98, eval=0.01, test=0.01))
    with pytest.raises(InputError, match="none of the 4 pictures came into the eval split"):
        refuse(judged(entries, settings), entries, settings)


def test_line_names_kind_and_pictures() -> None:
    finding = Finding("dark", "warning", "2 pictures", ("a", "b\n"))
    assert line(finding) == r"dark: 2 pictures, such as 'a', 'b\n'"
