"""From encoded pictures to features: decodes, shows a view, runs the frozen trunk."""

import functools
import hashlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from PIL import Image

from components import features, test_time_views
from components.augment.cache import Formats
from components.augment.drawing import augment, draws_of, ops_of
from components.augment.trunk import fingerprint, frozen_halves
from components.augment.views import PLAIN, RANDOM, View
from components.backbone import choose_backbone
from components.backbone.cut import PIXELS
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX
from pipeline import VERSION
from pipeline.errors import InputError
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig


class Extractor:
    """Pictures to pooled features and to activations at the cut.

    Attributes:
        formats: of what `extract` returns.
    """

    def __init__(
        self, transform_uri: str, backbone: BackboneConfig, config: AugmentConfig, cut: str, seed: int
    ) -> None:
        """
        Args:
            transform_uri: Transform's graph.
            backbone: the trunk.
            config: the operations of random views.
            cut: a stage of the trunk, or `pixels`.
            seed: of the run.
        """
        self._transform = tft.TFTransformOutput(transform_uri).transform_features_layer()
        self._cut, self._seed, self._ops = cut, seed, ops_of(config)
        self._backbone = choose_backbone(backbone)
        self._lower, self._upper = frozen_halves(self._backbone, cut, config.precision)
        images = tf.TensorSpec([None, *self._lower.input.shape[1:]], tf.float32)
        draws = tf.TensorSpec([None, sum(op.draws for op in self._ops)], tf.float32)
        # With a signature each is traced once, whatever the sizes of batches.
        self._embed = tf.function(self._through_the_trunk, input_signature=[images])
        self._augment = tf.function(
            lambda images, draws: augment(images, draws, self._ops), input_signature=[images, draws]
        )
        pooled, at_cut = self._embed.get_concrete_function().output_shapes
        dtype = "uint8" if cut == PIXELS else "float16"
        self.formats: Formats = {
            FEATURES_PREFIX: ("float16", pooled[1:].as_list()),
            ACTIVATIONS_PREFIX: (dtype, at_cut[1:].as_list()),
        }

    def labels(self, names: Sequence[str]) -> list[int]:
        """The indices of classes."""
        _, small = _known_pictures()  # the graph decodes one for each label
        raw = {
            features.IMAGE: tf.constant([small] * len(names)),
            features.LABEL: tf.constant([[name] for name in names]),
        }
        indices: list[int] = self._transform(raw)[features.LABEL_XF].numpy().tolist()
        return indices

    def decode(self, contents: Sequence[bytes]) -> tf.Tensor:
        """Encoded pictures -> float32 [pictures, size, size, 3] in 0..255."""
        return self._transform({features.IMAGE: tf.constant(list(contents))})[features.IMAGE_XF]

    def shown(self, images: tf.Tensor, ids: Sequence[bytes], view: View) -> tf.Tensor:
        """What the trunk sees of pictures from `decode` in one view; of the same shape."""
        if view.kind == RANDOM:
            return self._augment(images, draws_of(self._seed, ids, view.number, self._ops))
        return images if view.kind == PLAIN else test_time_views.view(images, view.kind)

    def extract(self, images: tf.Tensor, ids: Sequence[bytes], view: View) -> dict[str, np.ndarray]:
        """Looks at one view of each picture.

        Args:
            images: from `decode`.
            ids: of the pictures.
            view: which one.

        Returns:
            By prefix, arrays [pictures, ...] of `formats`.

        Raises:
            InputError: the trunk answers with what is no number, or beyond float16.
        """
        arrays = zip(self.formats.items(), self._embed(self.shown(images, ids, view)), strict=True)
        with np.errstate(over="ignore"):  # it is asked next
            extracted = {prefix: array.numpy().astype(dtype) for (prefix, (dtype, _)), array in arrays}
        if not all(np.isfinite(array).all() for array in extracted.values()):
            raise InputError(
                f"backbone `{self._backbone.name}` answers with values that are no numbers, or beyond "
                "65,504, where float16 ends. Check its weights, and what scaling of pixels it expects."
            )
        return extracted

    def digest(self, view: View) -> str:
        """Names all that a view follows from, but for the picture."""
        return view.digest([*self._followed, self._cut], [self._seed, repr(self._ops)])

    @functools.cached_property
    def _followed(self) -> list[Any]:
        """TensorFlow, Graft, the trunk, what Transform makes of known pictures: its code, by its effect."""
        decoded = hashlib.sha256(self.decode(_known_pictures()).numpy().tobytes()).hexdigest()
        # Keras sees the path of a SavedModel, not what its graph computes.
        program = None if self._backbone.trains else self._backbone.fingerprint()
        halves = fingerprint(self._lower), fingerprint(self._upper)
        return [tf.__version__, VERSION, *halves, program, decoded]

    def _through_the_trunk(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Pooled features and activations, in the order of `formats`."""
        at_cut = self._lower(images, training=False)
        feature_map = tf.cast(self._upper(at_cut, training=False), tf.float32)
        shown = tf.round(at_cut) if self._cut == PIXELS else tf.cast(at_cut, tf.float32)
        return tf.reduce_mean(feature_map, axis=(1, 2)), shown


def _known_pictures() -> list[bytes]:
    """A large JPEG and a small grey PNG, of noise and slopes."""
    pictures = []
    for (height, width), mode, form in (((400, 300), "RGB", "JPEG"), ((20, 30), "L", "PNG")):
        noise = np.random.default_rng(1).integers(0, 64, (height, width, 3))
        slope = np.linspace(0, 191, width)[None, :, None]
        buffer = io.BytesIO()
        Image.fromarray((noise + slope).astype(np.uint8)).convert(mode).save(buffer, form)
        pictures.append(buffer.getvalue())
    return pictures
