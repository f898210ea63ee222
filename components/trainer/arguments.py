"""What TFX's arguments to a training say."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from components import features


def labels_of(transform: tft.TFTransformOutput) -> list[str]:
    """Class names, in the order of their indices."""
    return [name.decode() for name in transform.vocabulary_by_name(features.LABEL_VOCABULARY)]


def split_folder(patterns: Sequence[str]) -> str:
    """The folder of one split: TFX hands over `Split-train/*`."""
    return os.path.dirname(patterns[0])


def checkpoint_folder(fn_args: FnArgs) -> Path:
    """A folder that the same training finds again after a kill, and no other one does.

    It lies in the node's own folder for them.
    """
    settings = [fn_args.custom_config, fn_args.hyperparameters, sorted(fn_args.train_files)]
    key = json.dumps(settings, sort_keys=True)
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return Path(fn_args.custom_config["checkpoints"]) / f"training-{digest}"
