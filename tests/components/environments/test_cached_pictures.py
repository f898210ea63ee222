"""What Augment cached, as observations."""

import copy
from pathlib import Path

import numpy as np
import pytest

from components.environments.cached_pictures import StoredPictures
from components.feature_store import FeatureStore
from tests.components.stores import write_shards


@pytest.mark.parametrize("dtype", [np.float16, np.uint8])
@pytest.mark.parametrize("shape", [(6,), (3, 4, 2)])
def test_views_are_those_of_the_store(tmp_path: Path, dtype: type, shape: tuple[int, ...]) -> None:
    arrays = np.random.default_rng(2).uniform(0, 255, (4, 3, *shape)).astype(dtype)
    records = [(b"%d" % place, place % 2, array) for place, array in enumerate(arrays)]
    store = FeatureStore(write_shards(tmp_path, [records[:1], records[1:]]))
    pictures = StoredPictures(store, ["cat", "dog"])
    assert (len(pictures), pictures.views, pictures.classes) == (4, 3, ("cat", "dog"))
    assert pictures.labels.tolist() == [0, 1, 0, 1]
    for row, view in ((3, 1), (0, 0), (3, 1), (2, 2)):
        seen = pictures.read(row, view)
        assert seen in pictures.space
        np.testing.assert_array_equal(seen, arrays[row, view])
        assert not np.shares_memory(seen, pictures.read(row, view))
    assert copy.deepcopy(pictures) is pictures
