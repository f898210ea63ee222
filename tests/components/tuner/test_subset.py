"""Some pictures of a store read as they do in the whole."""

from pathlib import Path

import numpy as np
import pytest

from components.feature_store import FeatureStore
from components.tuner.subset import some
from tests.components.stores import records_of, write_shards


@pytest.fixture
def whole(tmp_path: Path) -> FeatureStore:
    records = records_of([0, 1, 2, 1, 0] * 4, views=3)
    weights = {name: place / 10 for place, (name, _, _) in enumerate(records)}
    return FeatureStore(write_shards(tmp_path, [records], weights=weights))


@pytest.mark.parametrize("seed", [0, 1])
def test_some_read_as_in_the_whole(whole: FeatureStore, seed: int) -> None:
    few = some(whole, 7, seed)
    assert (len(few), few.views, few.shape) == (7, whole.views, whole.shape)
    arrays, labels = few.read([6, 0, 3], [2, 0, 1])
    rows = arrays[:, 0].astype(int).tolist()
    expected, _ = whole.read(rows, [2, 0, 1])
    np.testing.assert_array_equal(arrays, expected)
    np.testing.assert_array_equal(labels, few.labels[[6, 0, 3]])
    np.testing.assert_array_equal(labels, whole.labels[rows])
    np.testing.assert_array_equal(few.weights[[6, 0, 3]], whole.weights[rows])


def test_some_are_drawn_by_the_seed_once_each(whole: FeatureStore) -> None:
    def rows(seed: int) -> list[int]:
        return some(whole, 7, seed).read(range(7), [0] * 7)[0][:, 0].astype(int).tolist()

    assert rows(0) == rows(0) != rows(1)
    assert rows(0) == sorted(set(rows(0)))


@pytest.mark.parametrize("pictures", [20, 2000])
def test_all_are_the_whole(whole: FeatureStore, pictures: int) -> None:
    assert some(whole, pictures, 0) is whole
