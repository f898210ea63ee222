"""Which trunks a run has."""

from typing import Any

import pytest

from components.ensemble.trunks import trunks_of
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig


@pytest.mark.parametrize(
    "first", [{}, {"name": "vgg16", "weights": "mine.h5"}, {"model": "there_is_none.keras"}]
)
def test_a_trunk_alone_is_as_configured(first: dict[str, Any]) -> None:
    config = BackboneConfig(**first)
    assert trunks_of(config, ()) == (config,)


@pytest.mark.parametrize(
    ("first", "size", "weights"),
    [
        ({"name": "efficientnet_lite2"}, 260, "imagenet"),
        ({"name": "efficientnet_lite2", "size": 300}, 300, "imagenet"),
        ({"name": "efficientnet_lite2", "weights": "mine.h5"}, 260, "imagenet"),
        ({"name": "efficientnet_lite2", "weights": "none"}, 260, "none"),
    ],
)
def test_others_take_the_first_ones_pictures(first: dict[str, Any], size: int, weights: str) -> None:
    config = BackboneConfig(**first)
    lite0, vgg = (
        BackboneConfig(name=name, size=size, weights=weights) for name in ("efficientnet_lite0", "vgg16")
    )
    assert trunks_of(config, ("efficientnet_lite0", "vgg16")) == (config, lite0, vgg)


@pytest.mark.parametrize(("name", "field"), [("vgg99", "backbone.name"), ("vgg16", "ensemble.backbones")])
def test_no_such_trunk(name: str, field: str) -> None:
    with pytest.raises(InputError, match=f"`{field}` must be one of .* Received: 'vgg99'"):
        trunks_of(BackboneConfig(name=name), ("vgg99" if name == "vgg16" else "vgg16",))


def test_trunk_that_takes_no_pictures_of_the_first_ones_size() -> None:
    first = BackboneConfig(name="efficientnet_lite0", size=64)
    with pytest.raises(InputError, match="inception_v3 takes pictures of 75 to 1024 px, .* has 64"):
        trunks_of(first, ("inception_v3",))
