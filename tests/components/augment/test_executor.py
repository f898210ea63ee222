"""Augment in Beam: every picture comes out, with the same views every time, and none is computed twice."""

import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components import features
from components.augment import cache, embed, extractor
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, FeatureStore
from tests.components.augment.running import (
    COUNTS,
    Augmenter,
    augmenter,
    pixels_of,
    weight_of,
    write_examples,
)
from tests.components.trainer.tiny import WIDTH, TinyBackbone

__all__ = ["augmenter"]

Stores = dict[str, dict[str, FeatureStore]]


@pytest.fixture
def examples(tmp_path: Path) -> Any:
    return write_examples(tmp_path / "examples")


def _contents(stores: Stores) -> dict[str, np.ndarray]:
    """Every array, label and weight."""
    return {
        f"{split} {prefix} {view}": np.concatenate(
            [
                store.read(range(len(store)), [view] * len(store))[0].reshape(len(store), -1),
                np.stack([store.labels, store.weights], axis=1),
            ],
            axis=1,
        )
        for split, by_prefix in stores.items()
        for prefix, store in by_prefix.items()
        for view in range(store.views)
    }


def _assert_equal(one: Stores, other: Stores) -> None:
    first, second = _contents(one), _contents(other)
    assert first.keys() == second.keys()
    for key, values in first.items():
        np.testing.assert_array_equal(values, second[key], err_msg=key)


def _fresh(augmenter: Augmenter) -> Augmenter:
    """A workspace without a cache."""
    root = augmenter.root / "fresh"
    root.mkdir()
    return Augmenter(root)


def test_every_picture_comes_out_in_its_views(augmenter: Augmenter, examples: Any) -> None:
    stores = augmenter.run(examples, ("half_turn",))
    for split, views in ((features.TRAIN, 3), (features.EVAL, 2)):
        pooled, cached = stores[split][FEATURES_PREFIX], stores[split][ACTIVATIONS_PREFIX]
        assert len(pooled) == len(cached) == sum(COUNTS[split].values())
        assert pooled.views == cached.views == views
        assert (pooled.shape, cached.shape) == ((WIDTH,), (4, 4, WIDTH))
        assert np.bincount(pooled.labels).tolist() == list(COUNTS[split].values())
        weights = [
            weight_of(label, number) for label, count in COUNTS[split].items() for number in range(count)
        ]
        assert pooled.weights.tolist() == cached.weights.tolist() == weights
    assert {path.name for path in augmenter.output.iterdir()} == {"Split-train", "Split-eval", "samples"}
    values = _contents(stores)
    assert not np.allclose(values["train features 0"], values["train features 1"])
    assert not np.allclose(values["train features 1"], values["train features 2"])


def test_eval_holds_the_plain_and_the_test_time_views(augmenter: Augmenter, examples: Any) -> None:
    store = augmenter.run(examples, ("vertical_flip", "horizontal_flip"))["eval"][FEATURES_PREFIX]
    trunk = TinyBackbone().build_pretrained()
    names = ["eval-a-0", "eval-b-0", "eval-b-1"]
    images = np.stack([pixels_of(name) for name in names]).astype(np.float32)
    for view, shown in enumerate((images, images[:, ::-1], images[:, :, ::-1])):
        expected = trunk(shown).numpy().mean(axis=(1, 2))
        np.testing.assert_allclose(store.read(range(3), [view] * 3)[0], expected, rtol=2e-3, atol=1e-4)


def test_same_seed_same_views_in_any_batch(augmenter: Augmenter, examples: Any) -> None:
    one = augmenter.run(examples, batch_size=2)
    shutil.rmtree(augmenter.cache)
    _assert_equal(one, augmenter.run(examples, batch_size=5))
    assert augmenter.computed == {"plain": 10, "random 1": 7, "random 2": 7}


def test_only_what_is_missing_is_computed(augmenter: Augmenter, examples: Any) -> None:
    drawn, every = {"random 1": 7, "random 2": 7}, {"plain": 10, "random 1": 7, "random 2": 7}
    changes: list[tuple[dict[str, Any], dict[str, int]]] = [
        ({}, every),
        ({"batch_size": 3}, {}),
        ({"views": 5}, {"random 3": 7, "random 4": 7}),
        ({"views": 1}, {}),
        ({"test_time_views": ("half_turn", "vertical_flip")}, {"half_turn": 3, "vertical_flip": 3}),
        ({"zoom": 0.3}, drawn),
        ({"seed": 6}, drawn),
        ({"policy": "trivial_augment"}, drawn),
        ({"cut": "stem"}, every),
        ({"precision": "bfloat16"}, every),
    ]
    for changed, computed in changes:
        augmenter.run(examples, **changed)
        assert augmenter.computed == computed, changed


def test_later_views_equal_those_of_one_run(augmenter: Augmenter, examples: Any) -> None:
    augmenter.run(examples, views=2)
    later = augmenter.run(examples, views=4)
    assert augmenter.computed == {"random 2": 7, "random 3": 7}
    _assert_equal(later, _fresh(augmenter).run(examples, views=4))


def test_only_new_pictures_are_computed(augmenter: Augmenter, examples: Any) -> None:
    augmenter.run(examples)
    more = write_examples(augmenter.root / "more", {**COUNTS, "train": {"a": 5, "b": 5}})
    stores = augmenter.run(more)
    assert augmenter.computed == {"plain": 3, "random 1": 3, "random 2": 3}
    assert len(stores["train"][FEATURES_PREFIX]) == 10
    _assert_equal(stores, _fresh(augmenter).run(more))


def test_pictures_that_went_are_not_in_the_store(augmenter: Augmenter, examples: Any) -> None:
    augmenter.run(examples)
    fewer = write_examples(augmenter.root / "fewer", {**COUNTS, "train": {"a": 2, "b": 1}})
    assert len(augmenter.run(fewer)["train"][FEATURES_PREFIX]) == 3
    assert not augmenter.computed


def test_other_weights_share_nothing(
    augmenter: Augmenter, examples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class _Trained(TinyBackbone):
        def build_pretrained(self) -> Any:
            trunk = super().build_pretrained()
            trunk.get_layer("top_norm").set_weights([np.full(WIDTH, value) for value in (1, 0.1, 0, 1)])
            return trunk

    augmenter.run(examples)
    monkeypatch.setattr(extractor, "choose_backbone", lambda _: _Trained())
    augmenter.run(examples)
    assert augmenter.computed == {"plain": 10, "random 1": 7, "random 2": 7}


def test_twins_are_both_in_the_store(augmenter: Augmenter, tmp_path: Path) -> None:
    examples = write_examples(tmp_path / "examples", {**COUNTS, "train": {"a": 1, "b": 2}})
    (path,) = (tmp_path / "examples" / "Split-train").iterdir()
    path.write_bytes(path.read_bytes() * 2)
    features.set_counts(examples, {**COUNTS, "train": {"a": 2, "b": 4}})  # type: ignore[dict-item]
    store = augmenter.run(examples)["train"][FEATURES_PREFIX]
    assert store.labels.tolist() == [0, 0, 1, 1, 1, 1]
    values, _ = store.read(range(6), [1] * 6)
    np.testing.assert_array_equal(values[::2], values[1::2])


def test_lost_picture_is_an_error(augmenter: Augmenter, examples: Any) -> None:
    features.set_counts(examples, {**COUNTS, "train": {"a": 4, "b": 4}})  # type: ignore[dict-item]
    with pytest.raises(RuntimeError, match="8 pictures went in, 7 of features came out"):
        augmenter.run(examples)


def test_damaged_file_is_computed_again(
    augmenter: Augmenter, examples: Any, caplog: pytest.LogCaptureFixture
) -> None:
    one = _contents(augmenter.run(examples))
    path = sorted(augmenter.cache.rglob("activations-*"))[0]
    path.write_bytes(path.read_bytes()[:-64])
    with caplog.at_level(logging.WARNING):
        other = _contents(augmenter.run(examples))
    assert f"`{path}` is damaged" in caplog.text
    assert len(augmenter.computed) == 1
    assert all(np.array_equal(values, other[key]) for key, values in one.items())


def test_killed_run_leaves_nothing_half_done(
    augmenter: Augmenter, examples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_PICTURES_IN_A_FILE", 2)
    monkeypatch.setattr(embed, "_AT_ONCE", 1)  # so that the first batch is not the one that dies
    augmenter.fails_after = 15
    with pytest.raises(Exception, match="killed"):
        augmenter.run(examples)
    assert list(augmenter.cache.rglob("activations-*")), "something was finished"
    augmenter.fails_after = None
    stores = augmenter.run(examples)
    assert 0 < sum(augmenter.computed.values()) < 3 * 7 + 3, "and is not computed again"
    _assert_equal(stores, _fresh(augmenter).run(examples))


def test_stores_outlive_the_cache(augmenter: Augmenter, examples: Any) -> None:
    stores = augmenter.run(examples)
    before = _contents(stores)
    files = [path for path in augmenter.output.rglob("*-*") if path.is_file()]
    assert all(path.stat().st_nlink == 2 for path in files)  # linked: no second time on disk
    shutil.rmtree(augmenter.cache)
    assert all(np.array_equal(values, before[key]) for key, values in _contents(stores).items())


def test_pixels_are_cached_where_the_whole_trunk_trains(augmenter: Augmenter, examples: Any) -> None:
    store = augmenter.run(examples, cut="pixels")["eval"][ACTIVATIONS_PREFIX]
    values, _ = store.read([1], [0])
    np.testing.assert_array_equal(values[0], pixels_of("eval-b-0"))
