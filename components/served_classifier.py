"""What is served, whatever answers inside of it: raw image bytes in, class names and probabilities out."""

from typing import Any

import tensorflow as tf

from components import features
from components.served import Served, graph


class ServedClassifier(Served):
    """The signatures; what they ask is `probabilities`, `class_maps` and `indices`.

    Attributes:
        from_pixels: `answers` as a graph. It lies in the SavedModel beside the signatures, for whoever brings
            the model into a format that decodes no pictures.
    """

    def __init__(self, labels: list[str], size: int) -> None:
        """
        Args:
            labels: class names in the order of the probabilities.
            size: side of the pictures as the model sees them, pixels.
        """
        super().__init__(labels)
        spec = tf.TensorSpec([None, size, size, 3], tf.float32, name="pixels")
        self.from_pixels = graph(spec)(self.answers)

    def seen(self, image_bytes: tf.Tensor) -> tf.Tensor:
        """Encoded pictures, string [batch] -> as the model sees them, float32 [batch, size, size, 3]."""
        raise NotImplementedError

    def answers(self, pixels: tf.Tensor) -> tf.Tensor:
        """What `seen` makes of at least one picture -> probabilities, float32 [batch, classes]."""
        raise NotImplementedError

    def probabilities(self, image_bytes: tf.Tensor) -> tf.Tensor:
        """Encoded pictures, string [batch] -> float32 [batch, classes]; an empty batch is one, too."""
        raise NotImplementedError

    def class_maps(self, image_bytes: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        """What each place of a picture says for a class, below 0 against it.

        In logits, so that maps of several models can be added: with a linear head the mean over the places is
        the logit, but for its bias.

        Args:
            image_bytes: encoded pictures, string [batch]; none is a batch, too.
            classes: int64 [batch], places in `labels`.

        Returns:
            float32 [batch, height, width], on the grid of the feature map.
        """
        raise NotImplementedError

    def indices(self, names: tf.Tensor) -> tf.Tensor:
        """Class names, string [batch, 1] -> int64 [batch], their places in `labels`."""
        raise NotImplementedError

    @graph(tf.TensorSpec([None], tf.string, name="image_bytes"))
    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """string [batch] -> label, probability [batch]; probabilities, labels [batch, classes]."""
        return self.answered(self.probabilities(image_bytes))

    @graph(
        tf.TensorSpec([None], tf.string, name="image_bytes"), tf.TensorSpec([None], tf.int64, name="classes")
    )
    def evidence(self, image_bytes: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        """`class_maps`, as an ensemble asks its members."""
        return self.class_maps(image_bytes, classes)

    @graph(tf.TensorSpec([None], tf.string, name="image_bytes"))
    def to_pixels(self, image_bytes: tf.Tensor) -> tf.Tensor:
        """`seen`: the preprocessing of training, whatever is made of its pixels."""
        return self.seen(image_bytes)

    @graph(tf.TensorSpec([None], tf.string, name="image_bytes"))
    def explain(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """As `serving_default`, and `heat` [batch, height, width], 0 to 1: what speaks for `label`, by place.

        Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization"
        (2017). Where nothing speaks for it, all is 0.
        """
        answers = self.serving_default(image_bytes)
        maps = self.evidence(image_bytes, tf.argmax(answers["probabilities"], axis=1))
        heat = tf.nn.relu(maps)
        return {**answers, "heat": tf.math.divide_no_nan(heat, tf.reduce_max(heat, (1, 2), keepdims=True))}

    @graph(tf.TensorSpec([None], tf.string, name="examples"))
    def label_ids(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Serialized tf.Examples -> `label_xf` int64 [batch]: for the Evaluator."""
        parsed = tf.io.parse_example(examples, {features.LABEL: tf.io.FixedLenFeature([1], tf.string)})
        return {features.LABEL_XF: self.indices(parsed[features.LABEL])}

    def signatures(self) -> dict[str, Any]:
        return {**super().signatures(), "explain": self.explain, "label_ids": self.label_ids}
