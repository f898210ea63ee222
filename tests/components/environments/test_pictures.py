"""Which picture an episode shows."""

import numpy as np
import pytest

from components.environments.pictures import choose
from tests.components.environments.shown import vectors


def test_a_name_is_followed() -> None:
    generator = np.random.default_rng(0)
    chosen = [choose(vectors(count=3), generator, named) for named in (0, 2, 3, 7)]
    assert chosen == [(0, 0), (2, 0), (0, 0), (1, 0)]


def test_all_are_as_likely() -> None:
    generator = np.random.default_rng(1)
    counts = np.zeros((4, 2))
    for _ in range(8000):
        counts[choose(vectors(count=4, views=2), generator, None)] += 1
    assert counts / 8000 == pytest.approx(np.full((4, 2), 1 / 8), abs=0.015)
