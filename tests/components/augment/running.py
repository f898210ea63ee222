"""Runs Augment's executor on small made-up pictures and a tiny trunk, and notes what it computes."""

import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils, standard_artifacts

from components import features
from components.augment import extractor
from components.augment.executor import AugmentExecutor
from components.feature_store import FeatureStore, open_store
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig
from tests.components.trainer.tiny import SIZE, TinyBackbone

PREFIXES = ("features", "activations")
BEAM = ["--runner=FnApiRunner", "--sdk_container_image=none"]
"""An image, which is not used, or TFX would package itself for remote workers."""

Counts = Mapping[str, Mapping[str, int]]
COUNTS: Counts = {"train": {"a": 4, "b": 3}, "eval": {"a": 1, "b": 2}, "test": {"a": 1}}


class _Graph:
    """Stands for Transform's: the trunk's size, class names in order."""

    def __init__(self, _: str) -> None:
        pass

    def transform_features_layer(self) -> Any:
        def transform(raw: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            if features.LABEL in raw:
                names = raw[features.LABEL].numpy().ravel().tolist()
                return {features.LABEL_XF: tf.constant([ord(name) - ord("a") for name in names])}
            images = [tf.io.decode_image(content, channels=3) for content in raw[features.IMAGE].numpy()]
            return {features.IMAGE_XF: tf.stack([tf.image.resize(image, (SIZE, SIZE)) for image in images])}

        return transform


def weight_of(label: str, number: int) -> float:
    return 2.0 if label == "b" else number / 4


def pixels_of(name: str) -> np.ndarray:
    return np.random.default_rng(list(name.encode())).integers(0, 255, (SIZE, SIZE, 3), dtype=np.uint8)


def _example(name: str, label: str, weight: float) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels_of(name)).save(buffer, "PNG")
    values = {"image": buffer.getvalue(), "label": label.encode(), "image_id": name.encode()}
    lists = {key: tf.train.BytesList(value=[value]) for key, value in values.items()}
    feature = {key: tf.train.Feature(bytes_list=value) for key, value in lists.items()}
    feature["weight"] = tf.train.Feature(float_list=tf.train.FloatList(value=[weight]))
    return bytes(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())


def write_examples(root: Path, counts: Counts = COUNTS) -> Any:
    """Pictures `<split>-<label>-<number>`, as ImageExampleGen writes them."""
    artifact = standard_artifacts.Examples()
    artifact.uri = str(root)
    artifact.split_names = artifact_utils.encode_split_names(list(counts))
    features.set_counts(artifact, {split: dict(by_label) for split, by_label in counts.items()})
    for split, by_label in counts.items():
        folder = Path(artifact_utils.get_split_uri([artifact], split))
        folder.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(folder / "examples-00000-of-00001")) as writer:
            for label, count in by_label.items():
                for number in range(count):
                    name = f"{split}-{label}-{number}"
                    writer.write(_example(name, label, weight_of(label, number)))
    return artifact


@dataclass
class Augmenter:
    """One workspace, run after run.

    Attributes:
        root: of the workspace.
        computed: how many pictures the last run computed, by view, such as `random 1`.
        fails_after: batches; the next run dies then.
    """

    root: Path
    computed: Counter[str] = field(default_factory=Counter)
    fails_after: int | None = None
    runs: int = 0

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def output(self) -> Path:
        """Of the last run."""
        return self.root / f"features-{self.runs}"

    def run(
        self,
        examples: Any,
        test_time_views: tuple[str, ...] = (),
        cut: str = "block_0",
        seed: int = 5,
        **augment: Any,
    ) -> dict[str, dict[str, FeatureStore]]:
        """The stores, by split and prefix."""
        self.runs += 1
        self.computed.clear()
        graph, output = standard_artifacts.TransformGraph(), standard_artifacts.Examples()
        graph.uri, output.uri = str(self.root / "graph"), str(self.output)
        context = base_beam_executor.BaseBeamExecutor.Context(
            beam_pipeline_args=BEAM, tmp_dir=str(self.root), unique_id="1"
        )
        properties = {
            "augment": AugmentConfig(**{"views": 3, "batch_size": 2, **augment}).model_dump_json(),
            "backbone": BackboneConfig().model_dump_json(),
            "cut": cut,
            "seed": seed,
            "test_time_views": json.dumps(test_time_views),
            "cache": str(self.cache),
        }
        inputs = {"examples": [examples], "transform_graph": [graph]}
        AugmentExecutor(context).Do(inputs, {"features": [output]}, properties)
        return {
            split: {prefix: open_store(str(self.output / f"Split-{split}"), prefix) for prefix in PREFIXES}
            for split in (features.TRAIN, features.EVAL)
        }


@pytest.fixture
def augmenter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Augmenter:
    """With a tiny trunk instead of the real one."""
    result = Augmenter(tmp_path)
    extract = extractor.Extractor.extract

    def noted(self: Any, images: Any, ids: Any, view: Any) -> Any:
        if result.fails_after is not None and sum(result.computed.values()) >= result.fails_after:
            raise RuntimeError("killed")
        result.computed[f"{view.kind} {view.number}" if view.number else view.kind] += len(ids)
        return extract(self, images, ids, view)

    monkeypatch.setattr(extractor.Extractor, "extract", noted)
    monkeypatch.setattr(extractor.tft, "TFTransformOutput", _Graph)
    monkeypatch.setattr(extractor, "choose_backbone", lambda _: TinyBackbone())
    return result
