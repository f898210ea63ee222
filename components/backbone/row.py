"""What a backbone is: one row of the table, or a model of the user's own.

Pixel scaling belongs to the weights, so it is part of the model that a row builds: every trunk takes
pixels as they come, 0..255.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.backbone.weights import Weights

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Backbone:
    """A trunk, and where its weights are.

    Attributes:
        name: as in the config; of a user's own model, the file's.
        size: side of the square picture that the trunk takes, pixels.
        smallest: the smallest side that the architecture allows.
        width: channels of its last feature map.
        stages: where the trunk can be cut, bottom to top: each names the layer that ends it. Fine-
            tuning unfreezes whole stages.
        parameters: of the trunk, without any head: all that its weights file holds. `None` where
            nobody counted.
        multiply_adds: for one picture of the row's own size; `None` where nobody counted.
        build: makes the trunk for pictures of a size, weights random unless they lie in the model.
        weights: where they are.
        trains: whether phases may unfreeze it.
    """

    name: str
    size: int
    smallest: int
    width: int
    stages: tuple[str, ...]
    parameters: int | None
    multiply_adds: int | None
    build: Callable[[int], "keras.Model"]
    weights: Weights
    trains: bool = True

    def check_weights(self) -> None:
        """Asks whether the weights can be had, and are those of this trunk; loads no TensorFlow.

        Raises:
            InputError: they are missing, damaged, or another model's.
        """
        self.weights.check(self.name, self.parameters or 0)

    def build_pretrained(self) -> "keras.Model":
        """The trunk with its weights; without any (`weights: none`), the same random ones each time.

        Returns:
            images float32 [batch, size, size, 3] in 0..255 -> feature map [batch, h, w, width].

        Raises:
            InputError: the weights are missing, damaged, or another model's.
        """
        trunk = self.build(self.size)
        self.weights.load(self.name, trunk)
        return trunk

    def fingerprint(self) -> str:
        """What the trunk's answers depend on, beside the pictures: caches are keyed by it.

        Raises:
            InputError: the weights cannot be read.
        """
        return f"{self.name} {self.size} {self.weights.digest()}"
