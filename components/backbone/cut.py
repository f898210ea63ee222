"""Where a trunk is cut: what lies below never trains, so its output is computed once and cached.

The cut is the deepest point that no phase unfreezes. With a stage named in `unfreeze`, it is the
output of the stage below; with the lowest stage, or below it, it is the pixels themselves.
"""

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from components.backbone import Backbone
from pipeline.errors import InputError

if TYPE_CHECKING:
    import keras

HEAD = "head"
PIXELS = "pixels"
"""The cut of a trunk that trains as a whole: augmented pictures are cached, as uint8."""


def unfrozen_stages(
    backbone: Backbone, unfreeze: str, field: str = "trainer.phases.unfreeze"
) -> tuple[str, ...]:
    """The stages that train when `unfreeze` is the lowest of them, top first; none for `head`.

    Args:
        backbone: whose stages.
        unfreeze: `head`, a stage, or a share such as `30%`: the topmost stages, so many, rounded up.
        field: of the config, for the message.

    Raises:
        InputError: the backbone has no such stage, or never trains.
    """
    if unfreeze == HEAD:
        return ()
    if not backbone.trains:
        raise InputError(
            f"backbone `{backbone.name}` is a SavedModel, which never trains: `{field}` must be {HEAD}. "
            f"Received: {unfreeze!r}"
        )
    if share := re.fullmatch(r"(100|[1-9]\d?)%", unfreeze):
        count = math.ceil(len(backbone.stages) * int(share[1]) / 100)
        return tuple(reversed(backbone.stages))[:count]
    if unfreeze not in backbone.stages:
        raise InputError(
            f"`{field}` must be {HEAD}, a share from 1% to 100%, or a stage of {backbone.name}: "
            f"{', '.join(backbone.stages)}. Received: {unfreeze!r}"
        )
    return tuple(reversed(backbone.stages[backbone.stages.index(unfreeze) :]))


def cut_for(backbone: Backbone, unfreezes: Iterable[str]) -> str:
    """The cut that serves all phases: a stage, or `pixels`; the top stage if only heads train.

    Raises:
        InputError: a phase names a stage that the backbone does not have.
    """
    deepest = max((len(unfrozen_stages(backbone, unfreeze)) for unfreeze in unfreezes), default=0)
    below = backbone.stages[: len(backbone.stages) - deepest]
    return below[-1] if below else PIXELS


def check_order(backbone: Backbone, unfreezes: Sequence[str], field: str = "trainer.phases") -> None:
    """Asks that each phase trains what the one before it trained, or more.

    Otherwise its cached features would be those of layers that have changed since.

    Args:
        backbone: of all phases.
        unfreezes: what each phase unfreezes, in their order.
        field: of the config, for the message.

    Raises:
        InputError: a phase unfreezes less than the one before it, or no stage of the backbone.
    """
    depths = [len(unfrozen_stages(backbone, unfreeze, f"{field}.unfreeze")) for unfreeze in unfreezes]
    if depths != sorted(depths):
        raise InputError(
            f"`{field}` must unfreeze from the top down, each as much as the one before or more. "
            f"Received: {list(unfreezes)}"
        )


def split_trunk(trunk: "keras.Model", cut: str) -> tuple["keras.Model", "keras.Model"]:
    """Two models that share the trunk's layers: images -> cut, and cut -> feature map."""
    import keras

    tensor = trunk.input if cut == PIXELS else trunk.get_layer(cut).output
    if tensor is trunk.output:  # only heads train, and nothing lies above the cut
        feature_map = keras.Input(tensor.shape[1:])
        return trunk, keras.Model(feature_map, keras.layers.Identity()(feature_map), name="upper")
    return keras.Model(trunk.input, tensor, name="lower"), keras.Model(tensor, trunk.output, name="upper")
