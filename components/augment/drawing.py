"""Random views of a picture: which operations a config asks for, and how a view is drawn with them.

Every view follows from (run seed, picture's id, view number): the same view comes out on any machine, in any
order, in any batch.

Synopsis:
    ops = ops_of(config)
    views = augment(images, draws_of(17, ids, 1, ops), ops)
"""

import functools
import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from scipy.stats.qmc import Sobol

from components.augment.erasing import Erasing
from components.augment.ops import (
    Brightness,
    Contrast,
    Crop,
    Flip,
    Geometric,
    HorizontalFlip,
    Op,
    Photometric,
    Rotation,
    Transpose,
    VerticalFlip,
    Zoom,
)
from components.augment.policies import rand_augment, trivial_augment
from components.augment.resample import mirror, product, resample
from pipeline.settings.augment import AugmentConfig

_BITS = 30
_UPPER_HALF = 1 << (_BITS - 1)
"""The half of [0, 1) where a flip does nothing."""


def ops_of(config: AugmentConfig) -> tuple[Op, ...]:
    """The operations that `config` switches on, in their order."""
    policies: dict[str, tuple[Op, ...]] = {
        "none": (),
        "rand_augment": (rand_augment(config.policy_operations, config.policy_magnitude),),
        "trivial_augment": (trivial_augment(),),
    }
    return (
        *((HorizontalFlip(),) if config.horizontal_flip else ()),
        *((VerticalFlip(),) if config.vertical_flip else ()),
        *((Transpose(),) if config.transpose else ()),
        *((Rotation(config.rotation_degrees),) if config.rotation_degrees else ()),
        *((Zoom(config.zoom),) if config.zoom else ()),
        *((Crop(config.crop),) if config.crop else ()),
        *((Brightness(config.brightness),) if config.brightness else ()),
        *((Contrast(config.contrast),) if config.contrast else ()),
        *policies[config.policy],
        *((Erasing(config.erasing),) if config.erasing else ()),
    )


def draws_of(
    run_seed: int, image_ids: Sequence[bytes], view: int, ops: tuple[Op, ...]
) -> npt.NDArray[np.float32]:
    """The numbers that decide one view of some pictures.

    The views of a picture are the points of a Sobol sequence (Joe and Kuo, 2008), under a digital shift of
    the picture's own (Owen, "Quasi-Monte Carlo sampling", 2003): over the pictures each is as uniform as
    independent draws, and a picture's first few cover more evenly what the operations can do. Only flips are
    not shifted, so that the plain view, number 0, is none of theirs: with both flips, the first four views
    are all four; with `transpose` as well, the first eight are all eight.

    Args:
        run_seed: of the run.
        image_ids: of the pictures.
        view: its number, from 1; any later one can be drawn without those before it.
        ops: that the numbers are for.

    Returns:
        float32 [pictures, numbers] in [0, 1), of 24 bits, so that no rounding reaches 1.
    """
    count = sum(op.draws for op in ops)
    plain = np.array([_UPPER_HALF if isinstance(op, Flip) else 0 for op in ops for _ in range(op.draws)], int)
    shifts = np.array([_shift(run_seed, image_id, count) for image_id in image_ids], int).reshape(
        len(image_ids), count
    )
    bits = (shifts | plain) ^ _sobol_point(view, count)
    return (bits >> (_BITS - 24)).astype(np.float32) / np.float32(2**24)


def _shift(run_seed: int, image_id: bytes, count: int) -> npt.NDArray[np.int64]:
    """As many numbers of `_BITS` bits; the same ones on any machine, and in any version of numpy."""
    digest = hashlib.sha256(b"%d:%s" % (run_seed, image_id)).digest()
    words = np.random.Philox(key=int.from_bytes(digest[:16], "big")).random_raw(count)
    return (np.asarray(words, np.uint64) >> np.uint64(64 - _BITS)).astype(np.int64)


@functools.cache
def _sobol_point(number: int, dimensions: int) -> npt.NDArray[np.int64]:
    sequence = Sobol(dimensions, scramble=False, bits=_BITS)
    point = (sequence.fast_forward(number) if number else sequence).random(1)[0]
    return (point * 2**_BITS).astype(np.int64)


def augment(images: tf.Tensor, draws: tf.Tensor, ops: tuple[Op, ...]) -> tf.Tensor:
    """Draws one view of each picture.

    Args:
        images: float32 [batch, height, width, 3] in 0..255.
        draws: float32 [batch, numbers] in [0, 1), from `draws_of`.
        ops: the geometric ones are applied first, all at once, then the photometric ones in their order.

    Returns:
        float32, the shape of `images`, in 0..255.
    """
    if not ops:
        return images
    by_op = list(zip(ops, tf.split(draws, [op.draws for op in ops], axis=1), strict=True))
    geometric = [(op, draw) for op, draw in by_op if isinstance(op, Geometric)]
    if geometric:
        is_square = images.shape[1] == images.shape[2]
        are_flips = all(isinstance(op, Flip) for op, _ in geometric)
        move = mirror if are_flips and is_square else resample
        images = move(images, product([op.matrix(draw) for op, draw in geometric]))
    for op, draw in by_op:
        if isinstance(op, Photometric):
            images = tf.clip_by_value(op.apply(images, draw), 0.0, 255.0)
    return images
