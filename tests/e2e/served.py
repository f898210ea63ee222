"""What a run served, and what it was made of."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from components.backbone import choose_backbone
from components.backbone.cut import cut_for
from components.calibration import read_temperature
from components.ensemble.trunks import trunks_of
from components.test_time_views import view
from pipeline.config import Config
from pipeline.nodes import node_of
from pipeline.settings.backbone import BackboneConfig
from tests.e2e import sample

if TYPE_CHECKING:
    import tensorflow as tf

    Images = tf.Tensor
    """Encoded pictures, string [batch]."""


def records(workspace: Path, split: str) -> list[Any]:
    """The features by name of each picture of a split, of a workspace's first run."""
    import tensorflow as tf

    examples = _first(workspace / "artifacts" / "ImageExampleGen" / "examples")
    files = sorted(str(path) for path in (examples / f"Split-{split}").iterdir())
    serialized = tf.data.TFRecordDataset(files).as_numpy_iterator()
    return [tf.train.Example.FromString(record).features.feature for record in serialized]


def images_of(some: Sequence[Any]) -> "Images":
    """The pictures of some records."""
    import tensorflow as tf

    return tf.constant([record["image"].bytes_list.value[0] for record in some])


def answers(pushed: Path, images: "Images") -> np.ndarray:
    """What the pushed model says: probabilities float32 [batch, classes]."""
    import tensorflow as tf

    model = tf.saved_model.load(pushed)
    return np.asarray(model.signatures["serving_default"](image_bytes=images)["probabilities"])


def trained_answers(workspace: Path, config: Config, images: "Images") -> np.ndarray:
    """What the models say that Keras trained in a workspace's first run, with their own graphs.

    Args:
        workspace: whose first run was pushed.
        config: of that run.
        images: encoded.

    Returns:
        probabilities float32 [batch, classes]: of the one model, or of the mean of several.
    """
    import tensorflow as tf
    import tensorflow_transform as tft

    summary, artifacts = sample.summaries(workspace)[0], workspace / "artifacts"
    transform = tft.TFTransformOutput(str(_first(artifacts / "Transform" / "transform_graph")))
    pixels = transform.transform_features_layer()({"image": images})["image_xf"]
    seen = [pixels, *(view(pixels, name) for name in config.test_time_views())]
    logits, classes = [], len(summary["evaluation"]["labels"])
    trunks = trunks_of(config.backbone, config.ensemble.backbones)
    for backbone, name in zip(trunks, ("", *config.ensemble.backbones), strict=True):
        outputs = artifacts / node_of("Trainer", name)
        model = _trained(backbone, config, classes, _first(outputs / "model_run"))
        temperature = read_temperature(str(_first(outputs / "model") / "Format-Serving"))
        logits.append(tf.reduce_mean([model(each, training=False) for each in seen], axis=0) / temperature)
    if len(logits) == 1:
        return np.asarray(tf.nn.softmax(logits[0]))
    mean = tf.reduce_mean(tf.nn.log_softmax(logits), axis=0)
    return np.asarray(tf.nn.softmax(mean / read_temperature(summary["model"]["pushed_to"])))


def _trained(config: BackboneConfig, whole: Config, classes: int, model_run: Path) -> Any:
    from components.trainer.model import build_classifier
    from components.trainer.phases_file import WEIGHTS_FILE

    backbone = choose_backbone(config)
    cut = cut_for(backbone, [phase.unfreeze for phase in whole.trainer.phases])
    model = build_classifier(backbone, cut, classes, whole.trainer).whole
    model.load_weights(model_run / WEIGHTS_FILE)
    return model


def random_ops(pushed: Path) -> set[str]:
    """The ops of a SavedModel that draw numbers; every such op bears one of these words."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((pushed / "saved_model.pb").read_bytes())
    # As text, so that the bodies of the functions are searched as well.
    ops = set(re.findall(r'\bop: "(\w+)"', str(saved.meta_graphs[0].graph_def)))
    assert "Conv2D" in ops
    # Saving and restoring shuffles nothing.
    return {op for op in ops if "Random" in op or "Multinomial" in op or "Shuffle" in op}


def _first(executions: Path) -> Path:
    """The folder of an artifact's first execution."""
    return min(executions.iterdir(), key=lambda path: int(path.name))
