"""A policy of glimpses as it is served: the whole search, from a picture to its answer, in one graph."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from components.backbone.fold import fold_batch_norm
from components.environments.served_window import served_numbers, served_window, whole_picture
from components.environments.window import MOVES, picture_side, start
from components.served import Served, graph
from pipeline.settings.environment import GlimpseConfig

_State = tuple[tf.Tensor, ...]


class ServedGlimpse(Served):
    """Looks, moves and answers; at its last glimpse it answers, whatever it would rather do."""

    def __init__(self, policy: keras.Model, classes: Sequence[str], config: GlimpseConfig) -> None:
        """
        Args:
            policy: windows and numbers -> logits of the moves, then of the answers.
            classes: names of the answers.
            config: of the environment.
        """
        super().__init__(list(classes))
        self._policy, self._config = fold_batch_norm(policy), config
        self._side = picture_side(policy.inputs[0].shape[1], config)

    @graph(tf.TensorSpec([None], tf.string, name="image_bytes"))
    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """string [batch] -> the answer, and how it was found.

        Returns:
            `label`, `probability` [batch], `probabilities` and `labels` [batch, classes], of the answers at
            the last glimpse; `action` int64 [batch], its place among all actions; `looks` int64 [batch], how
            many glimpses; `places` int64 [batch, budget, 2], column and row of each, the last one repeated.
        """
        pictures = tf.map_fn(
            lambda content: whole_picture(content, self._side), image_bytes, fn_output_signature=tf.uint8
        )
        probabilities, looks, places = self._search(pictures)
        answered = self.answered(probabilities)
        return {
            **answered,
            "action": len(MOVES) + tf.argmax(probabilities, axis=1),
            "looks": tf.cast(looks, tf.int64),
            "places": tf.cast(places, tf.int64),
        }

    def names(self) -> list[str]:
        """Of all actions: a classifier that answers with the same classes is another kind of model."""
        return [*MOVES, *super().names()]

    def _search(self, pictures: tf.Tensor) -> _State:
        """uint8 [batch, side, side, 3] -> probabilities, looks, places, as they are served."""
        count, (column, row) = tf.shape(pictures)[0], start(self._config)
        classes, positions = self.labels.shape[0], self._config.positions
        begin = (
            tf.constant(0),
            tf.tile([[column, row]], (count, 1)),
            tf.zeros((count, positions**2), tf.bool),
            tf.zeros((count, classes)),
            tf.zeros((count,), tf.int32),
            tf.zeros((count, self._config.budget, 2), tf.int32),
        )
        shapes = [
            tf.TensorShape([None, *each.shape[1:]]) if each.shape.rank else each.shape for each in begin
        ]
        _, _, _, probabilities, looks, places = tf.while_loop(
            # Convolutions do not take empty batches.
            lambda step, *_: (step < self._config.budget) & (count > 0),
            lambda *state: self._look(pictures, *state),
            begin,
            shape_invariants=tuple(shapes),
            parallel_iterations=1,
        )
        return probabilities, looks, places

    def _look(
        self,
        pictures: tf.Tensor,
        step: tf.Tensor,
        place: tf.Tensor,
        visited: tf.Tensor,
        probabilities: tf.Tensor,
        looks: tf.Tensor,
        places: tf.Tensor,
    ) -> _State:
        """One glimpse at each picture; those that were answered stay as they are."""
        positions, budget = self._config.positions, self._config.budget
        is_looking = looks == 0
        visited |= tf.one_hot(place[:, 1] * positions + place[:, 0], positions**2, True, False, dtype=tf.bool)
        logits = self._logits(pictures, place, step, visited)
        moves, answers = logits[:, : len(MOVES)], logits[:, len(MOVES) :]
        ends = is_looking & (
            # Of equals the first is taken, as in training: a move.
            (tf.reduce_max(answers, axis=1) > tf.reduce_max(moves, axis=1)) | (step == budget - 1)
        )
        places = tf.tensor_scatter_nd_update(tf.transpose(places, (1, 0, 2)), [[step]], place[None])
        return (
            step + 1,
            tf.where((is_looking & ~ends)[:, None], self._moved(place, tf.argmax(moves, axis=1)), place),
            visited,
            tf.where(ends[:, None], tf.nn.softmax(answers), probabilities),
            tf.where(ends, step + 1, looks),
            tf.transpose(places, (1, 0, 2)),
        )

    def _logits(
        self, pictures: tf.Tensor, place: tf.Tensor, step: tf.Tensor, visited: tf.Tensor
    ) -> tf.Tensor:
        size = self._policy.inputs[0].shape[1]
        windows = tf.map_fn(
            lambda each: served_window(each[0], each[1][0], each[1][1], self._config),
            (pictures, place),
            fn_output_signature=tf.TensorSpec((size, size, 3), tf.float32),
        )
        numbers = tf.map_fn(
            lambda each: served_numbers(each[0][0], each[0][1], step, each[1], self._config),
            (place, visited),
            fn_output_signature=tf.float32,
        )
        numbers = tf.ensure_shape(numbers, (None, self._policy.inputs[1].shape[1]))
        return self._policy([windows, numbers], training=False)

    def _moved(self, place: tf.Tensor, moves: tf.Tensor) -> tf.Tensor:
        steps = tf.gather(tf.constant(list(MOVES.values())), moves)
        return tf.clip_by_value(place + steps, 0, self._config.positions - 1)
