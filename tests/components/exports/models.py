"""A SavedModel to bring into other formats, and pictures in the shape of ImageExampleGen's."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import tensorflow as tf
from tfx.types import artifact_utils, standard_artifacts

from components import features
from tests.components.ensemble.members import export_member, grey

SLOPES = (3.0, 0.0, -4.0)


def save_model(folder: Path) -> str:
    """Answers by the brightness of a picture, of 4 pixels a side, with one of three labels."""
    return export_member(folder, SLOPES)


def grey_examples(folder: Path, shades: Mapping[str, Sequence[int]]) -> standard_artifacts.Examples:
    """Examples whose pictures are of one shade each, 0 to 255, by split."""
    examples = standard_artifacts.Examples()
    examples.uri = str(folder)
    examples.split_names = artifact_utils.encode_split_names(list(shades))
    for split, of_split in shades.items():
        target = Path(artifact_utils.get_split_uri([examples], split))
        target.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(target / "examples-00000-of-00001")) as writer:
            for content in grey(*of_split).numpy() if of_split else ():
                value = tf.train.Feature(bytes_list=tf.train.BytesList(value=[content]))
                example = tf.train.Example(features=tf.train.Features(feature={features.IMAGE: value}))
                writer.write(example.SerializeToString())
    features.set_counts(examples, {split: {"cat": len(of_split)} for split, of_split in shades.items()})
    return examples
