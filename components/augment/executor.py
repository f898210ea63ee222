"""The work of Augment: pictures to views, views through the frozen trunk, results into a store."""

import os
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils

from components import features, progress
from components.augment.ops import augment, ops_of, seed_of
from components.backbone import get_backbone
from components.backbone.cut import PIXELS, split_trunk
from components.backbone.fold import fold_batch_norm
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, count_records, encode
from pipeline.config import AugmentConfig


class AugmentExecutor(base_beam_executor.BaseBeamExecutor):
    """Writes K views of train and the plain view of eval; test is not touched."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Fills `features`: for each split, pooled features and activations at the cut.

        Raises:
            RuntimeError: fewer or more records came out than went in.
        """
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        output = artifact_utils.get_single_instance(output_dict["features"])
        output.split_names = artifact_utils.encode_split_names([features.TRAIN, features.EVAL])
        counts = features.get_counts(examples)
        expected = {split: sum(counts[split].values()) for split in (features.TRAIN, features.EVAL)}
        config = AugmentConfig.model_validate_json(exec_properties["augment"])
        transform_uri = artifact_utils.get_single_uri(input_dict["transform_graph"])
        total = -(-expected[features.TRAIN] // config.batch_size) * config.views
        total += -(-expected[features.EVAL] // config.batch_size)
        with self._make_beam_pipeline() as pipeline:
            for split, views in ((features.TRAIN, config.views), (features.EVAL, 1)):
                embed = _Embed(transform_uri, exec_properties, config, views, total)
                embedded = (
                    pipeline
                    | f"Read[{split}]"
                    >> beam.io.ReadFromTFRecord(
                        os.path.join(artifact_utils.get_split_uri([examples], split), "*")
                    )
                    | f"Batch[{split}]" >> beam.ParDo(_Batch(config.batch_size))
                    | f"Embed[{split}]" >> beam.ParDo(embed).with_outputs()
                )
                for prefix in (FEATURES_PREFIX, ACTIVATIONS_PREFIX):
                    path = os.path.join(artifact_utils.get_split_uri([output], split), prefix)
                    _ = embedded[prefix] | f"Write[{split}][{prefix}]" >> beam.io.WriteToTFRecord(path)
        for split, count in expected.items():
            _check_count(artifact_utils.get_split_uri([output], split), count)


def _check_count(uri: str, expected: int) -> None:
    for prefix in (FEATURES_PREFIX, ACTIVATIONS_PREFIX):
        found = count_records(tf.io.gfile.glob(os.path.join(uri, f"{prefix}*")))
        if found != expected:
            raise RuntimeError(f"{expected} pictures went in, {found} records of {prefix} came out: {uri}")


class _Batch(beam.DoFn):
    """Lists of `size` records, the last one shorter; always the same lists for the same bundle."""

    def __init__(self, size: int) -> None:
        self._size = size

    def start_bundle(self) -> None:
        self._batch: list[bytes] = []

    def process(self, record: bytes) -> Iterator[list[bytes]]:
        self._batch.append(record)
        if len(self._batch) == self._size:
            yield self._batch
            self._batch = []

    def finish_bundle(self) -> Iterator[Any]:
        if self._batch:
            yield beam.utils.windowed_value.WindowedValue(
                self._batch, beam.window.MIN_TIMESTAMP, [beam.window.GlobalWindow()]
            )


class _Embed(beam.DoFn):
    """A batch of examples -> for each picture, its pooled features and its activations."""

    def __init__(
        self, transform_uri: str, properties: dict[str, Any], config: AugmentConfig, views: int, total: int
    ) -> None:
        self._transform_uri = transform_uri
        self._backbone_name = properties["backbone"]
        self._cut = properties["cut"]
        self._run_seed = properties["seed"]
        self._config = config
        self._views = views
        self._total = total

    def setup(self) -> None:
        backbone = get_backbone(self._backbone_name)
        parts = split_trunk(backbone.build_pretrained(), self._cut)
        lower, upper = (fold_batch_norm(part) for part in parts)
        self._transform = tft.TFTransformOutput(self._transform_uri).transform_features_layer()
        ops = ops_of(self._config)
        self._plain = tf.function(lambda images: _embed(images, lower, upper), reduce_retracing=True)
        self._augmented = tf.function(
            lambda images, seeds: _embed(augment(images, seeds, ops), lower, upper), reduce_retracing=True
        )

    def process(self, records: list[bytes]) -> Iterator[beam.pvalue.TaggedOutput]:
        parsed = [tf.train.Example.FromString(record).features.feature for record in records]
        images, labels = self._decode(parsed)
        ids = [example[features.IMAGE_ID].bytes_list.value[0] for example in parsed]
        weights = [example[features.WEIGHT].float_list.value[0] for example in parsed]
        cached, pooled = [], []
        for view in range(self._views):
            if view == 0:
                at_cut, features_of_view = self._plain(images)
            else:
                seeds = tf.constant([seed_of(self._run_seed, image_id, view) for image_id in ids], tf.int32)
                at_cut, features_of_view = self._augmented(images, seeds)
            cached.append(self._compact(at_cut.numpy()))
            pooled.append(features_of_view.numpy().astype(np.float16))
            progress.count("views", self._total)
        for row, (image_id, label, weight) in enumerate(zip(ids, labels, weights, strict=True)):
            by_prefix = {
                FEATURES_PREFIX: np.stack([view[row] for view in pooled]),
                ACTIVATIONS_PREFIX: np.stack([view[row] for view in cached]),
            }
            for prefix, array in by_prefix.items():
                yield beam.pvalue.TaggedOutput(prefix, encode(image_id, label, weight, array))

    def _decode(self, parsed: list[Any]) -> tuple[tf.Tensor, list[int]]:
        raw = {
            features.IMAGE: tf.constant([example[features.IMAGE].bytes_list.value[0] for example in parsed]),
            features.LABEL: tf.constant(
                [[example[features.LABEL].bytes_list.value[0]] for example in parsed]
            ),
        }
        transformed = self._transform(raw)
        return transformed[features.IMAGE_XF], transformed[features.LABEL_XF].numpy().tolist()

    def _compact(self, at_cut: np.ndarray) -> np.ndarray:
        return at_cut.round().astype(np.uint8) if self._cut == PIXELS else at_cut.astype(np.float16)


def _embed(images: tf.Tensor, lower: Any, upper: Any) -> tuple[tf.Tensor, tf.Tensor]:
    at_cut = lower(images, training=False)
    return at_cut, tf.reduce_mean(upper(at_cut, training=False), axis=(1, 2))
