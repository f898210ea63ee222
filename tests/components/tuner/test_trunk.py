"""One trunk, always as it was at first."""

from typing import Any, cast

import keras
import numpy as np
import pytest

from components.tuner.trunk import ReusedTrunk
from tests.components.trainer.tiny import TinyBackbone


def _values(trunk: keras.Model) -> list[np.ndarray]:
    return [np.array(variable) for variable in trunk.variables]


def test_trunk_is_built_once_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[keras.Model] = []
    original = TinyBackbone.build_pretrained

    def build(self: TinyBackbone) -> keras.Model:
        built.append(original(self))
        return built[-1]

    monkeypatch.setattr(TinyBackbone, "build_pretrained", build)
    reused = ReusedTrunk(cast(Any, TinyBackbone()))
    first = reused.build_pretrained()
    before = _values(first)
    for variable in first.variables:
        variable.assign(variable + 1)
    assert reused.build_pretrained() is first is built[0]
    assert len(built) == 1
    for one, other in zip(before, _values(first), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_rest_is_the_backbone() -> None:
    backbone = TinyBackbone()
    reused = ReusedTrunk(cast(Any, backbone))
    assert (reused.stages, reused.width, reused.size) == (backbone.stages, backbone.width, backbone.size)
    with pytest.raises(AttributeError, match="nothing"):
        _ = reused.nothing
