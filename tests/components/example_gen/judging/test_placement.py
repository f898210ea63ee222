"""No picture, near-copy or group on two sides; nothing old ever moves; given splits are respected."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.example_gen.entry import Entry
from components.example_gen.judging.kinship import kinship
from components.example_gen.judging.ledger import notes
from components.example_gen.judging.placement import Placement, place
from components.features import EVAL, SPLITS, TEST, TRAIN
from pipeline.settings.data import SplitConfig
from tests.components.example_gen.judging.entries import entry

BOUND = SplitConfig(near_copies=True)


def placed(
    entries: Sequence[Entry], config: SplitConfig = BOUND, known: dict[bytes, Placement] | None = None
) -> dict[str, Placement]:
    """The placement of each path."""
    placements = place(entries, kinship(entries, config.near_copies), config, known or {})
    return {entry.path: placement for entry, placement in zip(entries, placements, strict=True)}


def splits(entries: Sequence[Entry], **more: object) -> dict[str, str | None]:
    return {path: placement.split for path, placement in placed(entries, **more).items()}  # type: ignore[arg-type]


def ledger(
    entries: Sequence[Entry], where: dict[str, Placement], known: dict[bytes, Placement] | None = None
) -> dict[bytes, Placement]:
    return notes(entries, [where[entry.path] for entry in entries], known or {})


def path_in(split: str, word: str = "p") -> str:
    """A path whose own hash leads into `split`."""
    return next(
        path for path in (f"{word}{number}" for number in range(1000)) if splits([entry(path)])[path] == split
    )


@st.composite
def data_sets(draw: st.DrawFn, size: int = 24) -> list[Entry]:
    """Entries with copies, near-copies, groups and given splits, all mixed."""
    is_given = draw(st.booleans())
    entries = []
    for number in range(draw(st.integers(1, size))):
        content = draw(st.integers(0, 19))
        one = entry(
            f"{draw(st.sampled_from('abc'))}{number}",
            content=f"content {content}",
            looks=f"looks {content // 3}",
            group=draw(st.one_of(st.none(), st.integers(0, 9).map(lambda n: f"group {n}"))),
            split=draw(st.sampled_from([*SPLITS, None])) if is_given else None,
            span=draw(st.integers(0, 2)),
        )
        entries.append(one)
    return entries


def sides(entries: Sequence[Entry], where: dict[str, str | None], key: str) -> dict[object, set[str]]:
    by_value: dict[object, set[str]] = {}
    for one in entries:
        value, split = getattr(one, key), where[one.path]
        if value is not None and split is not None:
            by_value.setdefault(value, set()).add(split)
    return by_value


@settings(max_examples=300, deadline=None)
@given(data_sets())
def test_no_picture_near_copy_or_group_stands_in_two_splits(entries: list[Entry]) -> None:
    where = splits(entries)
    for key in ("image_id", "phash", "group"):
        torn = {value for value, where_to in sides(entries, where, key).items() if len(where_to) > 1}
        assert not torn, key


@settings(max_examples=400, deadline=None)
@given(data_sets(), data_sets(8))
def test_adding_pictures_moves_none_of_the_old(old: list[Entry], more: list[Entry]) -> None:
    # Copies, near-copies and group mates of old pictures as well as strangers.
    newcomers = [replace(one, path=f"new {one.path}") for one in more]
    before = placed(old)
    known = ledger(old, before)
    after = placed([*old, *newcomers], known=known)
    stood = {path: placement for path, placement in before.items() if placement.split}
    moved = {path for path, placement in stood.items() if after[path].split != placement.split}
    # None goes to another side; one may have to go for the newcomer that it is a copy of.
    assert all(after[path].kind.startswith("leak") for path in moved)
    if not any(one.split for one in (*old, *newcomers)):
        assert not moved
    again = splits([*old, *newcomers], known=ledger([*old, *newcomers], after, known))
    assert all(again[path] == one.split for path, one in after.items() if one.split)


@settings(max_examples=100, deadline=None)
@given(data_sets(), st.randoms(use_true_random=False))
def test_order_does_not_matter(entries: list[Entry], random: object) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert splits(shuffled) == splits(entries)


def test_unbound_pictures_stand_where_their_own_hash_leads() -> None:
    alone = {f"p{number}": splits([entry(f"p{number}")])[f"p{number}"] for number in range(50)}
    assert splits([entry(path) for path in alone]) == alone


def test_near_copies_are_bound_only_when_asked() -> None:
    first, second = path_in(TRAIN), path_in(TEST)
    pair = [entry(first, looks="same"), entry(second, looks="same")]
    assert len(set(splits(pair).values())) == 1
    assert splits(pair, config=SplitConfig()) == {first: TRAIN, second: TEST}


def test_newcomer_joins_its_near_copy() -> None:
    old, new = path_in(TRAIN), path_in(TEST)
    before = [entry(old, looks="same")]
    known = ledger(before, placed(before))
    assert splits([*before, entry(new, looks="same")], known=known) == {old: TRAIN, new: TRAIN}


def test_newcomer_akin_to_two_sides_is_set_aside() -> None:
    here, there = path_in(TRAIN), path_in(TEST)
    old = [entry(here, group="g"), entry(there)]
    config = SplitConfig()
    first = placed(old, config)
    group_side = {path: placement.split for path, placement in first.items()}
    if group_side[here] == group_side[there]:
        pytest.fail("the test needs two sides")
    bridge = entry("bridge", content=there, group="g")
    after = placed([*old, bridge], config, ledger(old, first))
    assert {path: after[path].split for path in (here, there)} == group_side
    assert (after["bridge"].split, after["bridge"].kind) == (None, "bridge")
    assert "since an earlier run" in after["bridge"].reason


def test_older_span_decides() -> None:
    early, late = path_in(TEST), path_in(TRAIN)
    for one, other in ((0, 1), (1, 0)):
        pair = [entry(early, looks="same", span=one), entry(late, looks="same", span=other)]
        assert set(splits(pair).values()) == {TEST if one < other else TRAIN}


def test_given_splits_are_respected() -> None:
    entries = [entry(f"p{number}", split=SPLITS[number % 3]) for number in range(30)]
    assert splits(entries) == {one.path: one.split for one in entries}


def test_splits_that_are_not_given_are_taken_out_of_train() -> None:
    entries = [entry(f"p{number}", split=TRAIN if number % 3 else EVAL) for number in range(600)]
    where = splits(entries)
    assert {where[one.path] for one in entries if one.split == EVAL} == {EVAL}
    carved = [where[one.path] for one in entries if one.split == TRAIN]
    assert set(carved) == {TRAIN, TEST}
    assert carved.count(TEST) / len(carved) == pytest.approx(BOUND.test, abs=0.06)


def test_what_was_taken_out_of_train_stays_so_when_the_data_brings_that_split() -> None:
    old = [entry(f"p{number}", split=TRAIN) for number in range(60)]
    before = placed(old)
    assert {placement.split for placement in before.values()} == set(SPLITS)
    brought = [entry(f"new {split}", split=split) for split in (TEST, EVAL)]
    # A copy of a picture that was taken out goes with it, though it is given to train, too.
    mates = [replace(one, path=f"again {one.path}") for one in old]
    after = splits([*old, *brought, *mates], known=ledger(old, before))
    assert {path: after[path] for path in before} == {path: one.split for path, one in before.items()}
    assert all(after[f"again {path}"] == after[path] for path in before)
    assert (after["new test"], after["new eval"]) == (TEST, EVAL)


def test_split_that_went_away_is_taken_out_of_train() -> None:
    old = [entry(f"p{number}", split=SPLITS[number % 3]) for number in range(90)]
    known = ledger(old, placed(old))
    left = [one for one in old if one.split != EVAL]
    after = placed(left, known=known)
    carved = {path for path, placement in after.items() if placement.split == EVAL}
    assert carved
    assert {one.path for one in left if one.split == TEST} == {
        path for path, placement in after.items() if placement.split == TEST
    }
    back = splits(old, known=ledger(left, after, known))
    assert {path for path in carved if back[path] == EVAL} == carved


def test_splits_that_come_later_are_respected() -> None:
    plain = [entry(f"p{number}") for number in range(30)]
    known = ledger(plain, placed(plain))
    named = [replace(one, split=SPLITS[number % 3]) for number, one in enumerate(plain)]
    assert splits(named, known=known) == {one.path: one.split for one in named}


@pytest.mark.parametrize(
    ("first", "second", "kind", "words"),
    [
        ({"content": "x"}, {"content": "x"}, "leak_exact", "copy of `b`, which stands in test"),
        ({"looks": "x"}, {"looks": "x"}, "leak_near", "near-copy of `b`, which stands in test"),
        ({"group": "g"}, {"group": "g"}, "leak_group", "group `g` stands in test already"),
    ],
)
def test_leaks_of_given_splits_are_set_aside_from_the_lesser_one(
    first: dict[str, str], second: dict[str, str], kind: str, words: str
) -> None:
    others = [entry(f"other {split}", split=split) for split in SPLITS]
    after = placed([entry("a", split=TRAIN, **first), entry("b", split=TEST, **second), *others])  # type: ignore[arg-type]
    assert after["b"].split == TEST
    assert (after["a"].split, after["a"].kind, after["a"].reason) == (None, kind, words)


def test_near_copies_across_given_splits_stay_unless_asked() -> None:
    pair = [entry("a", split=TRAIN, looks="x"), entry("b", split=TEST, looks="x"), entry("c", split=EVAL)]
    assert splits(pair, config=SplitConfig()) == {"a": TRAIN, "b": TEST, "c": EVAL}
