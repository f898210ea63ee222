"""Mixed batches: arrays, labels and weights belong together, and a mixed loss is the mix of losses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.trainer.mixing import Batch, mix

CLASSES = 5


def _batch(shape: tuple[int, ...], pictures: int = 8, seed: int = 1) -> Batch:
    """Every array is full of its own place."""
    generator = np.random.default_rng(seed)
    places = np.arange(pictures, dtype=np.float32).reshape(-1, *[1] * len(shape))
    labels = np.eye(CLASSES, dtype=np.float32)[generator.integers(CLASSES, size=pictures)]
    weights = generator.uniform(0, 2, pictures).astype(np.float32)
    return np.broadcast_to(places, (pictures, *shape)).copy(), labels, weights


def _mixed(batch: Batch, mixup: float, cutmix: float, seed: int = 2) -> Batch:
    return mix(batch, mixup, cutmix, np.random.default_rng(seed))


@pytest.mark.parametrize(("shape", "cutmix"), [((4,), 0.0), ((4,), 1.0), ((6, 6, 2), 0.0)])
def test_nothing_to_mix_leaves_the_batch(shape: tuple[int, ...], cutmix: float) -> None:
    batch = _batch(shape)
    assert _mixed(batch, 0.0, cutmix) is batch


@pytest.mark.parametrize("shape", [(4,), (6, 6, 2)])
@pytest.mark.parametrize(("mixup", "cutmix"), [(0.2, 0.0), (1.0, 0.0), (0.0, 1.0), (0.4, 1.0)])
def test_shapes_dtypes_and_originals_stay(shape: tuple[int, ...], mixup: float, cutmix: float) -> None:
    batch = _batch(shape)
    before = [part.copy() for part in batch]
    for mixed, part, original in zip(_mixed(batch, mixup, cutmix), batch, before, strict=True):
        assert (mixed.shape, mixed.dtype) == (part.shape, np.float32)
        np.testing.assert_array_equal(part, original)


@pytest.mark.parametrize("shape", [(4,), (6, 6, 2)])
def test_mixup_stays_between_two_and_differs_by_example(shape: tuple[int, ...]) -> None:
    arrays, labels, _ = _mixed(_batch(shape, pictures=64), 1.0, 0.0)
    flat = arrays.reshape(64, -1)
    np.testing.assert_allclose(flat, flat[:, :1] * np.ones_like(flat), rtol=1e-5)
    assert flat.min() >= 0 and flat.max() <= 63
    np.testing.assert_allclose(labels.sum(axis=1), 1, rtol=1e-5)
    assert ((labels > 0).sum(axis=1) <= 2).all()
    assert len(np.unique(labels.max(axis=1).round(4))) > 20


def test_cutmix_pastes_one_rectangle_and_counts_it() -> None:
    batch = _batch((12, 10, 2), pictures=16)
    arrays, labels, _ = _mixed((batch[0], batch[1], np.ones(16, np.float32)), 0.0, 1.0)
    is_pasted = arrays[..., 0] != batch[0][..., 0]
    moved = is_pasted.any(axis=(1, 2))
    assert moved.sum() > 8, "or it tests nothing"
    for place in np.flatnonzero(moved):
        rows, columns = (np.flatnonzero(is_pasted[place].any(axis=axis)) for axis in (1, 0))
        assert is_pasted[place][np.ix_(rows, columns)].all()
        (partner,) = np.unique(arrays[place][is_pasted[place]])
        share = 1 - is_pasted[place].mean()
        expected = share * batch[1][place] + (1 - share) * batch[1][int(partner)]
        np.testing.assert_allclose(labels[place], expected, atol=1e-6)
        assert (len(rows), len(columns)) == (np.ptp(rows) + 1, np.ptp(columns) + 1)


@given(seed=st.integers(0, 10**6), cutmix=st.sampled_from([0.0, 0.3, 1.0, 5.0]), side=st.integers(1, 9))
def test_mixed_loss_is_what_both_would_have_cost(seed: int, cutmix: float, side: int) -> None:
    generator = np.random.default_rng(seed)
    arrays, labels, weights = _batch((side, side, 1), seed=seed)
    weights[::3] = 0  # pictures may count for nothing
    costs = generator.uniform(0, 3, (len(arrays), CLASSES))  # of each class, as -log of its probability
    mixed, mixed_labels, mixed_weights = _mixed(
        (arrays, labels, weights), 0.0 if cutmix else 0.7, cutmix, seed
    )
    shares, partners = _undo(mixed, seed, cutmix)
    own, other = ((labels[rows] * costs).sum(axis=1) for rows in (slice(None), partners))
    expected = shares * weights * own + (1 - shares) * weights[partners] * other
    np.testing.assert_allclose(mixed_weights * (mixed_labels * costs).sum(axis=1), expected, atol=1e-4)
    np.testing.assert_allclose(mixed_labels.sum(axis=1), 1, rtol=1e-5)


def _undo(mixed: np.ndarray, seed: int, cutmix: float) -> tuple[np.ndarray, np.ndarray]:
    """Shares and partners, from arrays that were full of their own places."""
    count = len(mixed)
    partners = np.random.default_rng(seed).permutation(count)
    means, places = mixed.reshape(count, -1).mean(axis=1), np.arange(count)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (means - partners) / (places - partners)
    known = shares[np.isfinite(shares)]
    return np.where(np.isfinite(shares), shares, known[0] if cutmix and len(known) else 1.0), partners


def test_same_generator_mixes_the_same() -> None:
    batch = _batch((6, 6, 2))
    for one, same in zip(_mixed(batch, 0.4, 1.0), _mixed(batch, 0.4, 1.0), strict=True):
        np.testing.assert_array_equal(one, same)
    assert not np.array_equal(_mixed(batch, 0.4, 1.0)[0], _mixed(batch, 0.4, 1.0, seed=3)[0])


def test_both_take_turns() -> None:
    batch = _batch((12, 12, 1), pictures=16)
    kinds = {bool((_mixed(batch, 5.0, 5.0, seed)[0] % 1).any()) for seed in range(20)}
    assert kinds == {True, False}


@pytest.mark.parametrize("shape", [(3,), (4, 4, 1)])
def test_batch_of_one_mixes_with_itself(shape: tuple[int, ...]) -> None:
    batch = _batch(shape, pictures=1)
    for mixed, part in zip(_mixed(batch, 0.5, 0.5), batch, strict=True):
        np.testing.assert_allclose(mixed, part, rtol=1e-6)
