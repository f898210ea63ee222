"""A few training pictures in their views, as pictures: the store holds only what a trunk makes of them."""

import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from components import features
from components.augment.extractor import Extractor
from components.augment.sample_files import FILE, FOLDER, picture_file
from components.augment.views import View

PICTURES, VIEWS = 6, 8
_LOOKED_AT = 500
"""Records, in search of one of each class: they lie in no order, and reading all would take minutes."""


def write_samples(extractor: Extractor, records: Sequence[str], views: Sequence[View], uri: str) -> None:
    """Writes them below `uri`; where there are no random views, nothing.

    Args:
        extractor: draws the views.
        records: files of the train split.
        views: of a picture; the first few are shown.
        uri: of the artifact.
    """
    views = views[:VIEWS]
    chosen = _choose(tf.data.TFRecordDataset(list(records)).take(_LOOKED_AT).as_numpy_iterator())
    if len(views) < 2 or not chosen:
        return
    folder = os.path.join(uri, FOLDER)
    tf.io.gfile.makedirs(folder)
    images = extractor.decode([example[features.IMAGE].bytes_list.value[0] for example in chosen])
    ids = [example[features.IMAGE_ID].bytes_list.value[0] for example in chosen]
    for number, view in enumerate(views):
        shown = np.asarray(extractor.shown(images, ids, view)).round().clip(0, 255).astype(np.uint8)
        for picture, pixels in enumerate(shown):
            with tf.io.gfile.GFile(os.path.join(folder, picture_file(picture, number)), "wb") as file:
                file.write(tf.io.encode_jpeg(pixels, quality=90).numpy())
    names = [view.kind if not view.number else f"{view.kind} {view.number}" for view in views]
    rows = [
        {**{name: _text(example, name) for name in (features.PATH, features.LABEL)}, "views": names}
        for example in chosen
    ]
    with tf.io.gfile.GFile(os.path.join(folder, FILE), "w") as file:
        file.write(json.dumps(rows, indent=1, ensure_ascii=False))


def _choose(records: Iterable[bytes]) -> list[Any]:
    """Some of the records: of each class the first, then of each the second, ..."""
    by_class: dict[str, list[Any]] = {}
    for record in records:
        example = tf.train.Example.FromString(record).features.feature
        of_class = by_class.setdefault(_text(example, features.LABEL), [])
        if len(of_class) < PICTURES:
            of_class.append(example)
    ranked = [
        (place, label, example)
        for label, examples in by_class.items()
        for place, example in enumerate(examples)
    ]
    return [example for *_, example in sorted(ranked, key=lambda each: each[:2])[:PICTURES]]


def _text(example: Any, name: str) -> str:
    values = example[name].bytes_list.value
    return values[0].decode() if values else ""
