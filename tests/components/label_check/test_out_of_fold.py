"""Each picture is judged by a ridge regression on the others, whatever the chunks and the stores."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from components.feature_store import FEATURES_PREFIX, FeatureStore, open_store
from components.label_check import out_of_fold as module
from components.label_check.out_of_fold import RIDGES, fold_of, out_of_fold
from tests.components.stores import write_shards

CLASSES, WIDTH = 3, 6


def _stores(root: Path, weights: dict[bytes, float] | None = None) -> tuple[list[FeatureStore], np.ndarray]:
    """Train with two views, eval with one; and the features as they should be seen."""
    draws, seen = np.random.default_rng(4), []
    for split, count, views in (("train", 40, 2), ("eval", 15, 1)):
        labels = np.arange(count) % CLASSES
        centres = 3 * np.eye(CLASSES, WIDTH)[labels][:, None]
        arrays = (centres + draws.normal(size=(count, views, WIDTH))).astype(np.float16)
        records = [(b"%s%03d" % (split.encode(), i), int(labels[i]), arrays[i]) for i in range(count)]
        write_shards(root / f"Split-{split}", [records], weights=weights)
        mean = arrays.astype(np.float32).mean(axis=1)
        roots = np.sign(mean) * np.sqrt(np.abs(mean))
        seen.append(roots / np.linalg.norm(roots, axis=1, keepdims=True))
    stores = [open_store(str(root / f"Split-{split}"), FEATURES_PREFIX) for split in ("train", "eval")]
    return stores, np.concatenate(seen)


def test_equals_scikit_learns_ridge_on_the_other_folds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 7)
    weights = {b"train%03d" % i: 0.5 for i in range(0, 40, 3)} | {b"eval004": 0.0}
    stores, features = _stores(tmp_path, weights)
    folds = [np.arange(len(store)) % 4 for store in stores]
    scores = out_of_fold(stores, folds, CLASSES)
    held, labels, counted = (
        np.concatenate(each)
        for each in (folds, [store.labels for store in stores], [store.weights for store in stores])
    )
    assert set(scores) == set(RIDGES)
    for ridge, found in scores.items():
        for fold in range(4):
            others, rows = held != fold, held == fold
            model = Ridge(ridge).fit(features[others], np.eye(CLASSES)[labels[others]], counted[others])
            np.testing.assert_allclose(found[rows], model.predict(features[rows]), atol=1e-4)
    assert (scores[1.0].argmax(axis=1) == labels).mean() > 0.8


def test_all_pictures_in_one_fold_have_nobody_to_learn_from(tmp_path: Path) -> None:
    stores, _ = _stores(tmp_path)
    folds = [np.full(len(store), 2) for store in stores]
    assert not np.concatenate(list(out_of_fold(stores, folds, CLASSES).values())).any()


def test_kin_share_a_fold_and_folds_are_about_even() -> None:
    assert fold_of("sender 7", 5) == fold_of("sender 7", 5)
    counts = np.bincount([fold_of(str(number), 5) for number in range(5000)])
    assert len(counts) == 5
    assert counts.min() > 900
