"""Names of the features of an example, written once.

ImageExampleGen writes the raw ones, Transform the `_xf` ones. The slices of a data set
(`cell_type`, ...) are further string features under their own names.
"""

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from tfx import types  # seconds to import, and `components.example_gen.sources` must be quick

Counts = dict[str, dict[str, int]]
"""Pictures by split and class."""

IMAGE = "image"
"""Encoded picture, JPEG or PNG, 8 bits, grey or RGB, upright."""
LABEL = "label"
"""Class name."""
PATH = "path"
"""Path below the data root, for people."""
IMAGE_ID = "image_id"
"""sha256 of the file's bytes, in hex: the picture's identity, whatever it is called."""
WIDTH = "width"
HEIGHT = "height"
CHANNELS = "channels"
BRIGHTNESS = "brightness"
"""Mean luminance, 0 (black) to 1 (white)."""

WEIGHT = "weight"
"""How much the picture counts in training, 0 or more."""
SIZE_BUCKET, BRIGHTNESS_BUCKET, ORIENTATION = DERIVED = ("size_bucket", "brightness_bucket", "orientation")
"""Slices that every data set has: small, medium, large; dark, medium, bright; portrait, square, landscape."""

RAW_FEATURES = (IMAGE, LABEL, PATH, IMAGE_ID, WIDTH, HEIGHT, CHANNELS, BRIGHTNESS, WEIGHT, *DERIVED)

THOUGHTS = ("suggested_label", "wrong_probability", "suspect_rank")
"""Columns of LabelCheck's table. They say what was thought of a label, not what is on the picture: a source
that meets them leaves them out."""

IMAGE_XF = "image_xf"
"""float32 [height, width, 3] in 0..255, at the backbone's size."""
LABEL_XF = "label_xf"
"""int64, the index of the class in `LABEL_VOCABULARY`."""
LABEL_VOCABULARY = "labels"
"""Transform's asset with one class name a line."""

TRAIN, EVAL, TEST = SPLITS = ("train", "eval", "test")
"""Train on train, choose on eval, report and gate on test."""

_COUNTS_PROPERTY = "counts"
_QUOTED = str.maketrans({character: f"%{ord(character):02X}" for character in '%"\\'})
"""What JSON would write with a backslash, which ML Metadata cannot write into PostgreSQL."""


def set_counts(examples: "types.Artifact", counts: Counts) -> None:
    """Notes on the examples how many pictures each class has in each split."""
    quoted = {
        split: {name.translate(_QUOTED): count for name, count in of_split.items()}
        for split, of_split in counts.items()
    }
    examples.set_string_custom_property(_COUNTS_PROPERTY, json.dumps(quoted, ensure_ascii=False))


def get_counts(examples: "types.Artifact") -> Counts:
    """What `set_counts` noted: `counts["train"]["cat"]`."""
    quoted: Counts = json.loads(examples.get_string_custom_property(_COUNTS_PROPERTY))
    return {
        split: {unquote(name): count for name, count in of_split.items()}
        for split, of_split in quoted.items()
    }
