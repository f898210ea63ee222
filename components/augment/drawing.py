"""Random views of a picture: which operations a config asks for, and how a view is drawn with them.

Every view draws from a seed made of (run seed, picture's id, view number): the same view comes out on any
machine, in any order, in any batch.

Synopsis:
    ops = ops_of(config)
    seeds = tf.constant([seed_of(17, image_id, 1) for image_id in ids])
    views = augment(images, seeds, ops)
"""

import hashlib

import tensorflow as tf

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
    VerticalFlip,
    Zoom,
)
from components.augment.policies import rand_augment, trivial_augment
from components.augment.resample import mirror, product, resample
from pipeline.augment_config import AugmentConfig


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
        *((Rotation(config.rotation_degrees),) if config.rotation_degrees else ()),
        *((Zoom(config.zoom),) if config.zoom else ()),
        *((Crop(config.crop),) if config.crop else ()),
        *((Brightness(config.brightness),) if config.brightness else ()),
        *((Contrast(config.contrast),) if config.contrast else ()),
        *policies[config.policy],
        *((Erasing(config.erasing),) if config.erasing else ()),
    )


def seed_of(run_seed: int, image_id: bytes, view: int) -> tuple[int, int]:
    """The two 32-bit numbers that TensorFlow's stateless draws take, for one view of one picture."""
    digest = hashlib.sha256(b"%d:%s:%d" % (run_seed, image_id, view)).digest()
    return int.from_bytes(digest[:4], "big", signed=True), int.from_bytes(digest[4:8], "big", signed=True)


def augment(images: tf.Tensor, seeds: tf.Tensor, ops: tuple[Op, ...]) -> tf.Tensor:
    """Draws one view of each picture.

    Args:
        images: float32 [batch, height, width, 3] in 0..255.
        seeds: int32 [batch, 2], from `seed_of`.
        ops: the geometric ones are applied first, all at once, then the photometric ones in their order.

    Returns:
        float32, the shape of `images`, in 0..255.
    """
    if not ops:
        return images
    total = sum(op.draws for op in ops)
    draws = tf.map_fn(
        lambda seed: tf.random.stateless_uniform([total], seed), seeds, fn_output_signature=tf.float32
    )
    by_op = list(zip(ops, tf.split(draws, [op.draws for op in ops], axis=1), strict=True))
    geometric = [(op, draw) for op, draw in by_op if isinstance(op, Geometric)]
    if geometric:
        move = mirror if all(isinstance(op, Flip) for op, _ in geometric) else resample
        images = move(images, product([op.matrix(draw) for op, draw in geometric]))
    for op, draw in by_op:
        if isinstance(op, Photometric):
            images = tf.clip_by_value(op.apply(images, draw), 0.0, 255.0)
    return images
