"""What the exported model will say, from the cache."""

from pathlib import Path

import keras
import numpy as np
import pytest

from components.feature_store import open_store
from components.trainer.logits import logits_of
from tests.components.stores import records_of, write_shards


def _store(tmp_path: Path) -> tuple[list[np.ndarray], str]:
    records = records_of([0, 1, 1, 0, 1, 0, 0], views=3, width=4)
    write_shards(tmp_path, [records[4:], records[:4]])
    return [array.astype(np.float32) for _, _, array in records], str(tmp_path)


@pytest.mark.parametrize("batch_size", [1, 3, 7, 64])
@pytest.mark.parametrize("views", [1, 2, 3])
def test_logits_are_the_mean_over_the_first_views(tmp_path: Path, views: int, batch_size: int) -> None:
    arrays, folder = _store(tmp_path)
    keras.utils.set_random_seed(5)
    # Dropout must not be on.
    trained = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(2)])
    logits = logits_of(trained, open_store(folder, "features"), views, batch_size)
    expected = [np.mean(trained(array[:views], training=False), axis=0) for array in arrays]
    np.testing.assert_allclose(logits, expected, atol=1e-6)
    assert logits.dtype == np.float64
