"""The trunks of an ensemble: the first one, and those that stand beside it."""

from collections.abc import Sequence

from components.backbone import choose_backbone, get_backbone
from pipeline.backbone_config import BackboneConfig


def trunks_of(first: BackboneConfig, others: Sequence[str]) -> tuple[BackboneConfig, ...]:
    """The trunks of a run.

    Args:
        first: as configured.
        others: rows of the table. They take pictures of the first one's size, so that Transform's graph
            serves all of them, and pre-trained weights unless the first has none.

    Raises:
        InputError: one of them is no backbone.
    """
    if not others:
        return (first,)
    for name in others:
        get_backbone(name, "ensemble.backbones")
    size = choose_backbone(first).size
    weights = "none" if first.weights == "none" else "imagenet"
    return (first, *(BackboneConfig(name=name, size=size, weights=weights) for name in others))
