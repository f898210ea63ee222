"""Epochs over a store: what they show, in an order that follows from seed and epoch."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from components.feature_store import FeatureStore
from components.trainer.batches import Batches, balanced_order, balanced_weights
from components.trainer.mixing import Batch
from tests.components.stores import records_of, write_shards

LABELS = [0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 0]
WEIGHTS = np.array([0.5, 1.0, 2.0], np.float32)


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return FeatureStore(write_shards(tmp_path, [records_of(LABELS, views=4)]))


def epoch_of(batches: Batches, epoch: int = 0) -> list[Batch]:
    return [batches[epoch * len(batches) + index] for index in range(len(batches))]


def shown(batches: Batches, epoch: int = 0) -> list[tuple[int, int]]:
    """(record, view) in the order of an epoch."""
    arrays = np.concatenate([arrays for arrays, _, _ in epoch_of(batches, epoch)])
    return [(int(record), int(view)) for record, view in arrays[:, :2]]


@pytest.mark.parametrize("batch_size", [1, 4, 11, 50])
def test_epoch_shows_each_record_once(store: FeatureStore, batch_size: int) -> None:
    batches = Batches(store, batch_size, WEIGHTS, seed=(3,))
    for epoch in range(3):
        sizes = [len(labels) for _, labels, _ in epoch_of(batches, epoch)]
        assert sum(sizes) == len(LABELS)
        assert set(sizes[:-1]) <= {batch_size}
        assert sorted(record for record, _ in shown(batches, epoch)) == list(range(len(LABELS)))


@pytest.mark.parametrize("is_balanced", [False, True])
def test_rounds_show_each_record_again_in_other_views(store: FeatureStore, is_balanced: bool) -> None:
    batches = Batches(store, 4, WEIGHTS, seed=(3,), rounds=5, is_balanced=is_balanced)
    assert len(batches) == 14
    seen = shown(batches)
    rounds = [seen[start : start + len(LABELS)] for start in range(0, len(seen), len(LABELS))]
    assert len(rounds) == 5
    assert len({tuple(one) for one in rounds}) == 5
    for one in rounds:
        records = [record for record, _ in one]
        counts = np.bincount([LABELS[record] for record in records], minlength=3)
        assert sorted(counts) == [3, 4, 4] if is_balanced else sorted(records) == list(range(len(LABELS)))
    assert len({view for record, view in seen if record == seen[0][0]}) > 1


def test_batch_fits_its_records(store: FeatureStore) -> None:
    for arrays, labels, weights in epoch_of(Batches(store, 4, WEIGHTS, seed=(3,))):
        expected = [LABELS[int(record)] for record in arrays[:, 0]]
        np.testing.assert_array_equal(labels, np.eye(3)[expected])
        np.testing.assert_array_equal(weights, WEIGHTS[expected])
        assert arrays.dtype == labels.dtype == weights.dtype == np.float32


@pytest.mark.parametrize("seed", [(3,), None])
def test_weight_of_an_example_multiplies_that_of_its_class(
    tmp_path: Path, seed: tuple[int, ...] | None
) -> None:
    own = np.arange(len(LABELS), dtype=np.float32) / 4
    by_id = {b"%03d" % place: float(weight) for place, weight in enumerate(own)}
    store = FeatureStore(write_shards(tmp_path, [records_of(LABELS, views=4)], weights=by_id))
    for arrays, _, weights in epoch_of(Batches(store, 4, WEIGHTS, seed)):
        records = arrays[:, 0].astype(int)
        np.testing.assert_array_equal(weights, WEIGHTS[np.array(LABELS)[records]] * own[records])
        assert weights.dtype == np.float32


def test_epochs_and_seeds_draw_differently(store: FeatureStore) -> None:
    draws = [shown(Batches(store, 4, WEIGHTS, seed, epoch)) for seed in ((3,), (4,)) for epoch in (0, 1, 2)]
    assert len({tuple(draw) for draw in draws}) == 6
    assert {view for draw in draws for _, view in draw} == {0, 1, 2, 3}


def test_same_seed_draws_the_same(store: FeatureStore) -> None:
    assert shown(Batches(store, 4, WEIGHTS, (3,))) == shown(Batches(store, 4, WEIGHTS, (3,)))
    assert shown(Batches(store, 4, WEIGHTS, (3,))) == shown(Batches(store, 7, WEIGHTS, (3,)))


@pytest.mark.parametrize("epoch", [1, 2, 5])
def test_resumed_epoch_draws_what_a_straight_run_draws(store: FeatureStore, epoch: int) -> None:
    straight = Batches(store, 4, WEIGHTS, seed=(3,))
    resumed = Batches(store, 4, WEIGHTS, seed=(3,), epoch=epoch)
    for further in range(2):
        assert shown(resumed, further) == shown(straight, epoch + further)


def test_seeds_may_be_several_numbers(store: FeatureStore) -> None:
    draws = [shown(Batches(store, 4, WEIGHTS, seed)) for seed in ((3, 1), (3, 2), (3,))]
    assert len({tuple(draw) for draw in draws}) == 3


def test_balanced_epoch_shows_every_class_alike(store: FeatureStore) -> None:
    batches = Batches(store, 4, WEIGHTS, seed=(3,), is_balanced=True)
    epochs = []
    for epoch in range(20):
        epochs.append(shown(batches, epoch))
        assert len(epochs[-1]) == len(LABELS)
        counts = np.bincount([LABELS[record] for record, _ in epochs[-1]], minlength=3)
        assert sorted(counts) == [3, 4, 4]
    assert {record for drawn in epochs for record, _ in drawn} == set(range(len(LABELS)))
    assert len({tuple(drawn) for drawn in epochs}) == 20
    # A record that comes twice comes in views of its own.
    twice = [sorted(drawn) for drawn in epochs]
    assert any(one[0] == two[0] and one[1] != two[1] for drawn in twice for one, two in pairwise(drawn))


@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=40), seed=st.integers(0, 99))
def test_balanced_order_spends_a_class_evenly(labels: list[int], seed: int) -> None:
    order = balanced_order(np.array(labels), np.random.default_rng(seed))
    assert len(order) == len(labels)
    by_class = [np.bincount(order, minlength=len(labels))[np.array(labels) == label] for label in set(labels)]
    assert all(np.ptp(times) <= 1 for times in by_class)
    totals = [times.sum() for times in by_class]
    assert max(totals) - min(totals) <= 1


@pytest.mark.parametrize("mixing", [{"mixup": 0.4}, {"mixup": 0.4, "cutmix": 1.0}])
def test_mixed_batches_follow_from_seed_epoch_and_place(
    store: FeatureStore, mixing: dict[str, float]
) -> None:
    plain, mixed, again = (
        Batches(store, 4, WEIGHTS, seed=(3,), **settings) for settings in ({}, mixing, mixing)
    )
    draws = []
    two_epochs = range(2 * len(mixed))
    draws += [mixed[index][0] for index in two_epochs]
    for index in reversed(two_epochs):  # whatever the order in which they are asked for
        for one, other in zip(mixed[index], again[index], strict=True):
            np.testing.assert_array_equal(one, other)
        assert not np.array_equal(mixed[index][0], plain[index][0])
    assert len({draw.tobytes() for draw in draws}) == len(draws)


def test_each_batch_of_each_epoch_is_mixed_in_its_own_way(
    store: FeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[float] = []

    def mix(batch: Batch, mixup: float, cutmix: float, generator: np.random.Generator) -> Batch:
        drawn.append(generator.random())
        return batch

    monkeypatch.setattr("components.trainer.batches.mix", mix)
    batches = Batches(store, 4, WEIGHTS, seed=(3,), mixup=1.0)
    for epoch in range(2):
        epoch_of(batches, epoch)
    assert len(set(drawn)) == 6


@pytest.mark.parametrize("seed", [None, (3,)])
@pytest.mark.parametrize("mixup", [0.0, 0.5])
def test_shares_of_a_batch_are_all_of_it(store: FeatureStore, seed: tuple[int] | None, mixup: float) -> None:
    whole = Batches(store, 4, WEIGHTS, seed=seed, mixup=mixup)
    shares = [
        Batches(store, 4, WEIGHTS, seed=seed, mixup=mixup, share=slice(rank, None, 3)) for rank in range(3)
    ]
    for index in range(len(whole)):
        for place, array in enumerate(whole[index]):
            for rank, share in enumerate(shares):
                np.testing.assert_array_equal(share[index][place], array[rank::3])


def test_a_share_reads_its_own_rows_alone(store: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole = store.read

    def noted(rows: list[int], views: list[int]) -> tuple[np.ndarray, np.ndarray]:
        read.extend(rows)
        return whole(rows, views)

    monkeypatch.setattr(store, "read", noted)
    batches = Batches(store, 4, WEIGHTS, seed=(3,), share=slice(1, None, 2))
    epoch_of(batches)
    assert len(read) == len(set(read)) == 5  # of 4, 4 and 3


def test_training_has_no_end_and_eval_has_one(store: FeatureStore) -> None:
    assert Batches(store, 4, WEIGHTS, seed=(3,)).num_batches is None
    assert Batches(store, 4, WEIGHTS).num_batches == 3


def test_eval_is_never_mixed(store: FeatureStore) -> None:
    assert shown(Batches(store, 4, WEIGHTS, mixup=1.0)) == shown(Batches(store, 4, WEIGHTS))


def test_eval_is_plain_and_in_order(store: FeatureStore) -> None:
    batches = Batches(store, 4, WEIGHTS)
    for epoch in range(2):
        assert shown(batches, epoch) == [(record, 0) for record in range(len(LABELS))]


@given(labels=st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_balanced_weights_equal_scikit_learns(labels: list[int]) -> None:
    weights = balanced_weights(np.array(labels), classes=6)
    present = sorted(set(labels))
    expected = compute_class_weight("balanced", classes=np.array(present), y=labels)
    np.testing.assert_allclose(weights[present], expected, rtol=1e-6)
    assert not np.delete(weights, present).any()
    assert weights.shape == (6,) and weights.dtype == np.float32
    assert np.mean(weights[labels]) == pytest.approx(1)
