"""TFRecords as ImageExampleGen writes them, with as few features as a reader of pictures needs."""

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from components import features
from tests.components.example_gen.sources.makers import example

Row = tuple[str, str, bytes]
"""A picture's id, its label, its bytes."""


def png(pixels: np.ndarray) -> bytes:
    """A picture without loss."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def write_records(file: Path, rows: Iterable[Row]) -> Path:
    """One file; a picture's path is its label and its id."""
    with tf.io.TFRecordWriter(str(file)) as writer:
        for image_id, label, content in rows:
            values = {
                features.IMAGE: content,
                features.LABEL: label,
                features.PATH: f"{label}/{image_id}.png",
                features.IMAGE_ID: image_id,
                features.WIDTH: 90,
            }
            writer.write(example(values))
    return file
