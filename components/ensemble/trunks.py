"""The trunks of an ensemble: the first one, and those that stand beside it."""

from collections.abc import Sequence

from components.backbone import choose_backbone, get_backbone
from pipeline.errors import InputError
from pipeline.settings.backbone import LARGEST, BackboneConfig


def trunks_of(first: BackboneConfig, others: Sequence[str]) -> tuple[BackboneConfig, ...]:
    """The trunks of a run.

    Args:
        first: as configured.
        others: rows of the table. They take pictures of the first one's size, so that Transform's graph
            serves all of them, and pre-trained weights unless the first has none.

    Raises:
        InputError: one of them is no backbone, or takes no pictures of the first one's size.
    """
    if not others:
        return (first,)
    size = choose_backbone(first).size
    for name in others:
        smallest = get_backbone(name, "ensemble.backbones").smallest
        if not smallest <= size <= LARGEST:
            raise InputError(
                f"`ensemble.backbones`: {name} takes pictures of {smallest} to {LARGEST} px, and all trunks "
                f"take those of the first, which has {size}. Choose another `backbone`, or set backbone.size."
            )
    weights = "none" if first.weights == "none" else "imagenet"
    return (first, *(BackboneConfig(name=name, size=size, weights=weights) for name in others))
