"""Augment in Beam: every picture comes out, with the same views every time."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils, standard_artifacts

from components import features
from components.augment import executor as augment_executor
from components.augment.executor import AugmentExecutor
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, FeatureStore
from pipeline.config import AugmentConfig

pytestmark = pytest.mark.slow

COUNTS = {"train": {"a": 3, "b": 2}, "eval": {"a": 1, "b": 1}, "test": {"a": 1}}
CONFIG = AugmentConfig(views=3, batch_size=2)


class _Graph:
    """Stands for Transform's: 224 pixels, class names in order."""

    def __init__(self, _: str) -> None:
        pass

    def transform_features_layer(self) -> Any:
        def transform(raw: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            images = [tf.image.resize(tf.io.decode_png(png, channels=3), (224, 224)) for png in raw["image"]]
            labels = [ord(label) - ord("a") for label in raw["label"].numpy().ravel().tolist()]
            return {features.IMAGE_XF: tf.stack(images), features.LABEL_XF: tf.constant(labels)}

        return transform


def _weight(label: str, number: int) -> float:
    return 2.0 if label == "b" else number / 4


def _example(split: str, label: str, number: int) -> bytes:
    name = f"{split}-{label}-{number}"
    pixels = np.random.default_rng(list(name.encode())).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    values = {"image": buffer.getvalue(), "label": label.encode(), "image_id": name.encode()}
    lists = {key: tf.train.BytesList(value=[value]) for key, value in values.items()}
    feature = {key: tf.train.Feature(bytes_list=value) for key, value in lists.items()}
    weight = tf.train.FloatList(value=[_weight(label, number)])
    feature["weight"] = tf.train.Feature(float_list=weight)
    return bytes(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(augment_executor.tft, "TFTransformOutput", _Graph)
    artifact = standard_artifacts.Examples()
    artifact.uri = str(tmp_path / "examples")
    artifact.split_names = artifact_utils.encode_split_names(list(COUNTS))
    features.set_counts(artifact, COUNTS)
    for split, by_label in COUNTS.items():
        folder = Path(artifact_utils.get_split_uri([artifact], split))
        folder.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(folder / "examples-00000-of-00001")) as writer:
            for label, count in by_label.items():
                for number in range(count):
                    writer.write(_example(split, label, number))
    return artifact


def _run(examples: Any, root: Path) -> dict[str, dict[str, FeatureStore]]:
    graph, output = standard_artifacts.TransformGraph(), standard_artifacts.Examples()
    graph.uri, output.uri = str(root / "graph"), str(root / "features")
    context = base_beam_executor.BaseBeamExecutor.Context(
        beam_pipeline_args=["--runner=FnApiRunner"], tmp_dir=str(root), unique_id="1"
    )
    properties = {
        "augment": CONFIG.model_dump_json(),
        "backbone": "efficientnet_lite0",
        "cut": "block_11",
        "seed": 5,
    }
    AugmentExecutor(context).Do(
        {"examples": [examples], "transform_graph": [graph]}, {"features": [output]}, properties
    )
    return {
        split: {
            prefix: FeatureStore(
                [str(path) for path in (root / "features" / f"Split-{split}").glob(f"{prefix}*")]
            )
            for prefix in (FEATURES_PREFIX, ACTIVATIONS_PREFIX)
        }
        for split in (features.TRAIN, features.EVAL)
    }


def test_every_picture_comes_out_in_its_views(examples: Any, tmp_path: Path) -> None:
    stores = _run(examples, tmp_path)
    for split, views in ((features.TRAIN, CONFIG.views), (features.EVAL, 1)):
        pooled, cached = stores[split][FEATURES_PREFIX], stores[split][ACTIVATIONS_PREFIX]
        assert len(pooled) == len(cached) == sum(COUNTS[split].values())
        assert pooled.views == cached.views == views
        assert (pooled.shape, cached.shape) == ((1280,), (7, 7, 192))
        assert np.bincount(pooled.labels).tolist() == list(COUNTS[split].values())
        weights = [
            _weight(label, number) for label, count in COUNTS[split].items() for number in range(count)
        ]
        assert pooled.weights.tolist() == cached.weights.tolist() == weights
    assert not (tmp_path / "features" / "Split-test").exists()
    rows = range(5)
    plain, other = (stores["train"][FEATURES_PREFIX].read(rows, [view] * 5)[0] for view in (0, 1))
    assert not np.allclose(plain, other)


def test_same_seed_same_views(examples: Any, tmp_path: Path) -> None:
    one, other = (_run(examples, tmp_path / name)["train"] for name in ("one", "other"))
    for prefix in (FEATURES_PREFIX, ACTIVATIONS_PREFIX):
        for view in range(CONFIG.views):
            arrays = [store[prefix].read(range(5), [view] * 5)[0] for store in (one, other)]
            np.testing.assert_array_equal(*arrays)


def test_lost_picture_is_an_error(examples: Any, tmp_path: Path) -> None:
    features.set_counts(examples, {**COUNTS, "train": {"a": 3, "b": 3}})
    with pytest.raises(RuntimeError, match="6 pictures went in, 5 records of features came out"):
        _run(examples, tmp_path)
