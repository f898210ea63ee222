"""Epochs over a store: every picture once, in an order that follows from seed and epoch."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from components.feature_store import FeatureStore
from components.trainer.batches import Batch, Batches, balanced_weights
from tests.components.stores import records_of, write_shards

LABELS = [0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 0]
WEIGHTS = np.array([0.5, 1.0, 2.0], np.float32)


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return FeatureStore(write_shards(tmp_path, [records_of(LABELS, views=4)]))


def epoch_of(batches: Batches) -> list[Batch]:
    return [batches[index] for index in range(len(batches))]


def shown(batches: Batches) -> list[tuple[int, int]]:
    """(record, view) in the order of an epoch."""
    arrays = np.concatenate([arrays for arrays, _, _ in epoch_of(batches)])
    return [(int(record), int(view)) for record, view in arrays[:, :2]]


@pytest.mark.parametrize("batch_size", [1, 4, 11, 50])
def test_epoch_shows_each_record_once(store: FeatureStore, batch_size: int) -> None:
    batches = Batches(store, batch_size, WEIGHTS, seed=3)
    for _ in range(3):
        sizes = [len(labels) for _, labels, _ in epoch_of(batches)]
        assert sum(sizes) == len(LABELS)
        assert set(sizes[:-1]) <= {batch_size}
        assert sorted(record for record, _ in shown(batches)) == list(range(len(LABELS)))
        batches.on_epoch_end()


def test_batch_fits_its_records(store: FeatureStore) -> None:
    for arrays, labels, weights in epoch_of(Batches(store, 4, WEIGHTS, seed=3)):
        expected = [LABELS[int(record)] for record in arrays[:, 0]]
        np.testing.assert_array_equal(labels, np.eye(3)[expected])
        np.testing.assert_array_equal(weights, WEIGHTS[expected])
        assert arrays.dtype == labels.dtype == weights.dtype == np.float32


@pytest.mark.parametrize("seed", [3, None])
def test_weight_of_an_example_multiplies_that_of_its_class(tmp_path: Path, seed: int | None) -> None:
    own = np.arange(len(LABELS), dtype=np.float32) / 4
    by_id = {b"%03d" % place: float(weight) for place, weight in enumerate(own)}
    store = FeatureStore(write_shards(tmp_path, [records_of(LABELS, views=4)], weights=by_id))
    for arrays, _, weights in epoch_of(Batches(store, 4, WEIGHTS, seed)):
        records = arrays[:, 0].astype(int)
        np.testing.assert_array_equal(weights, WEIGHTS[np.array(LABELS)[records]] * own[records])
        assert weights.dtype == np.float32


def test_epochs_and_seeds_draw_differently(store: FeatureStore) -> None:
    draws = [shown(Batches(store, 4, WEIGHTS, seed, epoch)) for seed in (3, 4) for epoch in (0, 1, 2)]
    assert len({tuple(draw) for draw in draws}) == 6
    assert {view for draw in draws for _, view in draw} == {0, 1, 2, 3}


def test_same_seed_draws_the_same(store: FeatureStore) -> None:
    assert shown(Batches(store, 4, WEIGHTS, 3)) == shown(Batches(store, 4, WEIGHTS, 3))
    assert shown(Batches(store, 4, WEIGHTS, 3)) == shown(Batches(store, 7, WEIGHTS, 3))


@pytest.mark.parametrize("epoch", [1, 2, 5])
def test_resumed_epoch_draws_what_a_straight_run_draws(store: FeatureStore, epoch: int) -> None:
    straight = Batches(store, 4, WEIGHTS, seed=3)
    for _ in range(epoch):
        straight.on_epoch_end()
    resumed = Batches(store, 4, WEIGHTS, seed=3, epoch=epoch)
    for _ in range(2):
        assert shown(resumed) == shown(straight)
        straight.on_epoch_end()
        resumed.on_epoch_end()


def test_eval_is_plain_and_in_order(store: FeatureStore) -> None:
    batches = Batches(store, 4, WEIGHTS)
    for _ in range(2):
        assert shown(batches) == [(record, 0) for record in range(len(LABELS))]
        batches.on_epoch_end()


@given(labels=st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_balanced_weights_equal_scikit_learns(labels: list[int]) -> None:
    weights = balanced_weights(np.array(labels), classes=6)
    present = sorted(set(labels))
    expected = compute_class_weight("balanced", classes=np.array(present), y=labels)
    np.testing.assert_allclose(weights[present], expected, rtol=1e-6)
    assert not np.delete(weights, present).any()
    assert weights.shape == (6,) and weights.dtype == np.float32
    assert np.mean(weights[labels]) == pytest.approx(1)
