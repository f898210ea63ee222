"""The cached arrays: what goes in comes out, however it was sharded."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.array_file import ArrayWriter, OpenFiles
from components.feature_store import (
    ACTIVATIONS_PREFIX,
    FEATURES_PREFIX,
    FeatureStore,
    array_file_name,
    open_store,
    write_members,
)
from tests.components.stores import Record, records_of, write_shards


@pytest.mark.parametrize("dtype", [np.float16, np.uint8])
@pytest.mark.parametrize("shape", [(5,), (3, 4, 2)])
def test_read_round_trip(tmp_path: Path, dtype: type, shape: tuple[int, ...]) -> None:
    generator = np.random.default_rng(2)
    arrays = (generator.uniform(0, 255, (4, 3, *shape))).astype(dtype)
    records = [(b"%d" % place, place % 2, array) for place, array in enumerate(arrays)]
    store = FeatureStore(write_shards(tmp_path, [records]))
    values, labels = store.read([3, 0, 3], views=[0, 2, 1])
    np.testing.assert_array_equal(values, arrays[[3, 0, 3], [0, 2, 1]].astype(np.float32))
    assert values.dtype == np.float32
    assert labels.tolist() == [1, 0, 1] and labels.dtype == np.int64
    assert (len(store), store.views, store.shape) == (4, 3, shape)
    files = OpenFiles()
    one = store.read_one(3, 1, files)
    np.testing.assert_array_equal(one, arrays[3, 1].astype(np.float32))
    assert one.dtype == np.float32 and one.flags.writeable
    assert not np.shares_memory(one, store.read_one(3, 1, files))
    files.close()


@settings(max_examples=20, deadline=None)
@given(
    order=st.permutations(range(7)),
    cuts=st.lists(st.integers(0, 7), max_size=3).map(sorted),
    backwards=st.booleans(),
)
def test_order_depends_neither_on_shards_nor_on_their_order(
    order: list[int], cuts: list[int], backwards: bool
) -> None:
    records = records_of([0, 1, 2, 0, 1, 2, 0], views=2)
    shuffled = [records[place] for place in order]
    shards = [shuffled[low:high] for low, high in zip([0, *cuts], [*cuts, 7], strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        paths = write_shards(Path(folder), shards)
        store = FeatureStore(paths[::-1] if backwards else paths)
        values, labels = store.read(range(7), views=[1] * 7)
    assert values[:, 0].tolist() == list(range(7))
    assert values[:, 1].tolist() == [1] * 7
    assert labels.tolist() == store.labels.tolist() == [0, 1, 2, 0, 1, 2, 0]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2), (2, 3, 1, 0)])
def test_weights_stand_in_the_order_of_ids(tmp_path: Path, order: tuple[int, ...]) -> None:
    records = records_of([0, 1, 2, 0], views=1)
    weights = {b"000": 0.5, b"001": 0.0, b"003": 2.25}
    shards = [[records[place] for place in order[:3]], [records[order[3]]]]
    store = FeatureStore(write_shards(tmp_path, shards, weights=weights))
    assert store.weights.tolist() == [0.5, 0.0, 1.0, 2.25]
    assert store.weights.dtype == np.float32


def test_identical_pictures_are_kept_both(tmp_path: Path) -> None:
    twin: Record = (b"same", 0, np.ones((1, 2), np.float16))
    store = FeatureStore(write_shards(tmp_path, [[twin], [twin]]))
    assert len(store) == 2
    assert store.read([0, 1], views=[0, 0])[0].tolist() == [[1, 1], [1, 1]]


def test_pictures_that_are_no_members_are_passed_over(tmp_path: Path) -> None:
    records = records_of([0, 1, 2, 1], views=2)
    paths = write_shards(tmp_path, [records[:3], records[3:]])
    write_members(str(tmp_path), [(b"003", 1, 1.0), (b"001", 1, 0.5)])
    store = FeatureStore(paths)
    assert (len(store), store.weights.tolist()) == (2, [0.5, 1.0])
    assert store.read([0, 1], views=[1, 0])[0].tolist() == [[1, 1], [3, 0]]


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_open_without_a_view_of_some_picture(tmp_path: Path, lost: int) -> None:
    records = records_of([0, 1, 0], views=2)
    paths = write_shards(tmp_path, [records[:1], records[1:]])
    with pytest.raises(ValueError, match="a view of picture .* is missing"):
        FeatureStore([path for place, path in enumerate(paths) if place != lost])


@pytest.mark.parametrize("shards", [[], [[]], [[], []]])
def test_open_without_records(tmp_path: Path, shards: list[list[Record]]) -> None:
    with pytest.raises(ValueError, match="no records"):
        FeatureStore(write_shards(tmp_path, shards))


def test_read_view_that_does_not_exist(tmp_path: Path) -> None:
    store = FeatureStore(write_shards(tmp_path, [records_of([0], views=2)]))
    with pytest.raises(IndexError):
        store.read([0], views=[2])


def test_read_needs_a_view_for_each_row(tmp_path: Path) -> None:
    store = FeatureStore(write_shards(tmp_path, [records_of([0, 1], views=1)]))
    with pytest.raises(ValueError, match="shorter"):
        store.read([0, 1], views=[0])


def test_open_store_takes_the_files_of_the_prefix(tmp_path: Path) -> None:
    for width, prefix in enumerate((FEATURES_PREFIX, ACTIVATIONS_PREFIX), start=2):
        write_shards(tmp_path, [records_of([0], views=1, width=width)], prefix)
    for width, prefix in enumerate((FEATURES_PREFIX, ACTIVATIONS_PREFIX), start=2):
        assert open_store(str(tmp_path), prefix).shape == (width,)


def test_store_on_another_file_system() -> None:
    folder = "ram://store"
    write_members(folder, [(b"b", 1, 2.0), (b"a", 0, 1.0)])
    writer = ArrayWriter(f"{folder}/{array_file_name(FEATURES_PREFIX, 0, 'x')}", "float16", [2])
    writer.append([b"b", b"a"], np.array([[1, 2], [3, 4]], np.float16))
    writer.close()
    store = open_store(folder, FEATURES_PREFIX)
    values, labels = store.read([0, 1], views=[0, 0])
    assert values.tolist() == [[3, 4], [1, 2]]
    assert (labels.tolist(), store.weights.tolist()) == ([0, 1], [1, 2])
