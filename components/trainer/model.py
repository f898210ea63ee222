"""The model: a pre-trained trunk whose head was cut off, cut once more where training begins.

    images --lower--> activations at the cut --upper--> feature map --mean--> features --head--> logits

`lower` never trains, so Trainer starts from its cached output. All parts share their layers: what the
phases train is what is exported.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from components.backbone import Backbone
from components.backbone.cut import HEAD, split_trunk, unfrozen_stages
from components.trainer.heads import PenalisedLogits, build_head
from components.trainer.pointwise import multiply_pixels
from pipeline.settings.trainer import TrainerConfig

POOLED = "pooled"
"""The layer between the feature map and the head."""


@dataclass(frozen=True)
class LayerGroup:
    """What learns at one rate.

    Attributes:
        name: `head`, a stage of the backbone, or `below the cut`.
        variables: its weights, BatchNorm's running statistics included.
        trainable: those of them that the phase may change.
        rate: peak learning rate; `None` means frozen.
    """

    name: str
    variables: tuple[keras.Variable, ...]
    trainable: tuple[keras.Variable, ...]
    rate: float | None

    @property
    def parameters(self) -> int:
        """How many numbers its variables hold."""
        return sum(int(np.prod(variable.shape)) for variable in self.variables)


class TransferModel:
    """A trunk with whatever weights it comes with, and a head.

    Attributes:
        backbone: the row it was built from.
        trunk: images float32 [batch, size, size, 3] in 0..255 -> feature map.
        upper: activations at the cut -> feature map.
        head: features float32 [batch, width] -> what is learnt, such as logits float32 [batch, classes].
        whole: images -> the same, as served; its weights are all there are.
    """

    def __init__(
        self, backbone: Backbone, cut: str, head: Callable[[int], keras.Model], *, norms_adapt: bool = False
    ) -> None:
        """
        Args:
            backbone: the trunk; its weights are loaded.
            cut: a stage of it, or `pixels`.
            head: makes the head for features of a width. It takes the features first; whatever else it
                takes, the models that end in it take as well.
            norms_adapt: whether BatchNorm follows the new data.

        Raises:
            InputError: the weights are missing, damaged, or another model's.
        """
        self.backbone = backbone
        self._norms_adapt = norms_adapt
        self.trunk = backbone.build_pretrained()
        multiply_pixels(self.trunk_layers())
        _, self.upper = split_trunk(self.trunk, cut)
        self.head = head(backbone.width)
        self.whole = self._ending_in_head(self.trunk.input, self.trunk.output, "whole")
        activations = keras.Input(self.upper.input.shape[1:], name="activations")
        self._from_cut = self._ending_in_head(activations, self.upper(activations), "from_cut")

    def trained_by(self, unfreeze: str) -> keras.Model:
        """The part that a phase trains: the head on features, or all that lies above the cut."""
        return self.head if unfreeze == HEAD else self._from_cut

    def freeze_all_but(self, unfreeze: str) -> None:
        """Lets the head and the stages from `unfreeze` upwards train, and nothing else.

        Unless it `adapts`, BatchNorm stays frozen everywhere. `training=False` does not hold it: Keras'
        `fit` passes its own flag through a functional model, and the running means drift to the new data's.
        """
        unfrozen = set(unfrozen_stages(self.backbone, unfreeze))
        for stage, members in self._stages().items():
            for layer in members:
                layer.trainable = stage in unfrozen
                for part in _parts(layer):
                    if isinstance(part, layers.BatchNormalization) and not self._norms_adapt:
                        part.trainable = False

    def penalise(self, penalty: float) -> None:
        """Sets the penalty on the weights of the head's logits, see `PenalisedLogits`; before `compile`."""
        for layer in self.head.layers:
            if isinstance(layer, PenalisedLogits):
                layer.penalty = penalty

    def layer_groups(
        self, unfreeze: str, head_rate: float, trunk_rate: float, decay: float
    ) -> list[LayerGroup]:
        """Head first, then the trunk's stages top down, with rates that fall with depth."""
        head = tuple(self.head.weights)
        groups = [LayerGroup(HEAD, head, tuple(self.head.trainable_variables), head_rate)]
        unfrozen = unfrozen_stages(self.backbone, unfreeze)
        for stage, members in reversed(self._stages().items()):
            variables = tuple(variable for layer in members for variable in layer.variables)
            trainable = tuple(variable for layer in members for variable in layer.trainable_variables)
            depth = unfrozen.index(stage) if stage in unfrozen else None
            rate = None if depth is None else trunk_rate * decay**depth
            groups.append(LayerGroup(stage, variables, trainable, rate))
        return groups

    def trunk_layers(self) -> Iterator[keras.Layer]:
        """All of the trunk's layers, those inside of other models too."""
        return (part for layer in self.trunk.layers for part in _parts(layer))

    def _ending_in_head(
        self, start: keras.KerasTensor, feature_map: keras.KerasTensor, name: str
    ) -> keras.Model:
        others = [keras.Input(each.shape[1:], name=each.name) for each in self.head.inputs[1:]]
        if not others:
            return keras.Model(start, self.head(_pooled(feature_map)), name=name)
        return keras.Model([start, *others], self.head([_pooled(feature_map), *others]), name=name)

    def _stages(self) -> dict[str, list[keras.Layer]]:
        """The trunk's layers by stage, bottom to top: each stage ends with the layer of its name."""
        stages: dict[str, list[keras.Layer]] = {}
        ends = iter(self.backbone.stages)
        members: list[keras.Layer] = []
        end = next(ends)
        for layer in self.trunk.layers:
            members.append(layer)
            if layer.name == end:
                stages[end], members, end = members, [], next(ends, "")
        return stages


def build_classifier(backbone: Backbone, cut: str, classes: int, config: TrainerConfig) -> TransferModel:
    """A trunk with a fresh head for classes.

    Args:
        backbone: the trunk; its weights are loaded.
        cut: a stage of it, or `pixels`.
        classes: how many the head tells apart.
        config: of the head and of BatchNorm.

    Raises:
        InputError: the weights are missing, damaged, or another model's.
    """
    return TransferModel(
        *(backbone, cut, lambda width: build_head(config, width, classes)),
        norms_adapt=config.batch_norm == "adapts",
    )


def _parts(layer: keras.Layer) -> Iterator[keras.Layer]:
    """A layer and, where it is a model, what it is made of."""
    yield layer
    for part in layer.layers if isinstance(layer, keras.Model) else ():
        yield from _parts(part)


def _pooled(feature_map: keras.KerasTensor) -> keras.KerasTensor:
    """[batch, height, width, channels] -> the mean, [batch, channels]."""
    return layers.GlobalAveragePooling2D(name=POOLED)(feature_map)
