"""A picture's split follows from its identity alone, in the shares that were asked for."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.example_gen.judging.split import split_of
from components.features import SPLITS
from pipeline.settings.data import SplitConfig

IDENTITIES = [f"picture-{index}" for index in range(20_000)]
identities = st.text(max_size=80)


@given(st.lists(identities, unique=True, max_size=50), st.lists(identities, max_size=50), st.integers(0, 9))
def test_new_identities_move_none(old: list[str], new: list[str], seed: int) -> None:
    config = SplitConfig(seed=seed)
    before = {identity: split_of(identity, config) for identity in old}
    after = {identity: split_of(identity, config) for identity in (*new, *reversed(old))}
    assert all(after[identity] == split for identity, split in before.items())


@given(identities, st.integers(0, 2**40))
def test_same_identity_same_split(identity: str, seed: int) -> None:
    split = split_of(identity, SplitConfig(seed=seed))
    assert split in SPLITS
    assert split == split_of("".join(identity), SplitConfig(seed=seed))


def test_never_changes_between_versions() -> None:
    answers = [split_of(identity, SplitConfig()) for identity in IDENTITIES[:12]]
    assert answers == [
        *("test", "train", "test", "train", "test", "train"),
        *("train", "train", "eval", "train", "train", "train"),
    ]


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.2), (0.8, 0.1, 0.1), (0.34, 0.33, 0.33), (0.98, 0.01, 0.01)])
@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_shares(shares: tuple[float, float, float], seed: int) -> None:
    train, evaluation, test = shares
    config = SplitConfig(train=train, eval=evaluation, test=test, seed=seed)
    counts = Counter(split_of(identity, config) for identity in IDENTITIES)
    for split, share in zip(SPLITS, shares, strict=True):
        spread = (share * (1 - share) / len(IDENTITIES)) ** 0.5
        assert counts[split] / len(IDENTITIES) == pytest.approx(share, abs=5 * spread)


def test_another_seed_other_splits() -> None:
    first, second = (
        [split_of(identity, SplitConfig(seed=seed)) for identity in IDENTITIES] for seed in (0, 1)
    )
    same = sum(a == b for a, b in zip(first, second, strict=True)) / len(IDENTITIES)
    assert same == pytest.approx(0.7**2 + 0.1**2 + 0.2**2, abs=0.02)


def test_larger_test_share_only_adds_to_test() -> None:
    small, large = SplitConfig(train=0.8, eval=0.1, test=0.1), SplitConfig(train=0.7, eval=0.1, test=0.2)
    stays = {identity for identity in IDENTITIES if split_of(identity, small) == "test"}
    assert stays <= {identity for identity in IDENTITIES if split_of(identity, large) == "test"}
