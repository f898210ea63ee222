"""Where the model looks in the pictures whose labels are likeliest wrong."""

import os
from collections.abc import Iterable

import tensorflow as tf
from tfx import types
from tfx.types import artifact_utils

from components.heat import heat_of
from components.heat_file import LOOKED_AT, write_heat
from components.label_check.suspects import Label, suspects_of


def look_at_suspects(labels: Iterable[Label], model: str, examples: types.Artifact, folder: str) -> None:
    """Writes it beside the table; nothing of a model that cannot explain itself, as in the Evaluator.

    Args:
        labels: of all pictures.
        model: folder of the SavedModel.
        examples: that hold them.
        folder: of the `suspects` artifact.
    """
    looked_at = suspects_of(labels)[:LOOKED_AT]
    files = [
        file
        for split in sorted({each.split for each in looked_at})
        for file in sorted(
            tf.io.gfile.glob(os.path.join(artifact_utils.get_split_uri([examples], split), "*"))
        )
    ]
    write_heat(heat_of(model, files, {each.path for each in looked_at}), folder)
