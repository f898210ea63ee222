"""The work of Ensemble: joins the models, and chooses the temperature of their mean on eval."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components import features
from components.backbone.pushed import EXTRA
from components.ensemble.served import ServedEnsemble
from components.temperature import Calibration, calibrate

_BATCH = 32


class EnsembleExecutor(base_executor.BaseExecutor):
    """Writes `model`."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Loads every model, judges their mean on eval, exports it.

        A later run that goes on from it goes on from its first trunk, which lies in `assets.extra`.
        """
        # TFX resolves a union channel by channel: the first trunk's model comes first.
        folders = [path_utils.serving_model_path(model.uri) for model in input_dict["models"]]
        served = ServedEnsemble(folders)
        examples = artifact_utils.get_split_uri(input_dict["examples"], features.EVAL)
        calibration = _calibrate(served, examples, exec_properties["calibration"] == "temperature")
        served.temperature = calibration.temperature
        directory = path_utils.serving_model_dir(artifact_utils.get_single_uri(output_dict["model"]))
        shutil.copytree(os.path.join(folders[0], EXTRA), os.path.join(directory, EXTRA))
        served.save(directory, calibration)


def _calibrate(served: ServedEnsemble, split: str, is_scaled: bool) -> Calibration:
    logits, labels, weights = map(np.concatenate, zip(*_answers(served, split), strict=True))
    return calibrate(logits, labels, weights, is_scaled)


def _answers(served: ServedEnsemble, split: str) -> Iterator[tuple[np.ndarray, ...]]:
    """In batches: logits float64 [batch, classes], labels int64 [batch], weights float32 [batch]."""
    known = {
        features.IMAGE: tf.io.FixedLenFeature([], tf.string),
        features.LABEL: tf.io.FixedLenFeature([1], tf.string),
        features.WEIGHT: tf.io.FixedLenFeature([], tf.float32),
    }
    files = sorted(tf.io.gfile.glob(os.path.join(split, "*")))
    for records in tf.data.TFRecordDataset(files, num_parallel_reads=1).batch(_BATCH):
        parsed = tf.io.parse_example(records, known)
        logits = served.logits(parsed[features.IMAGE]).numpy().astype(np.float64)
        yield logits, served.indices(parsed[features.LABEL]).numpy(), parsed[features.WEIGHT].numpy()
