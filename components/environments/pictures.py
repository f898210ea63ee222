"""What environments of labelled pictures ask of a set of pictures."""

from collections.abc import Sequence
from typing import Any, Protocol

import gymnasium
import numpy as np


class Pictures(Protocol):
    """Labelled pictures, each in one view or more, any of them at hand."""

    @property
    def classes(self) -> Sequence[str]:
        """Names, in the order of the labels' indices."""

    @property
    def labels(self) -> np.ndarray:
        """int64 [pictures], 0 to classes - 1."""

    @property
    def views(self) -> int:
        """Of each picture; view 0 is the picture as it is."""

    @property
    def space(self) -> gymnasium.spaces.Box[Any]:
        """Of one of them, as it is read."""

    def __len__(self) -> int: ...

    def read(self, row: int, view: int) -> np.ndarray:
        """One view of one picture: an array of `space`, a new one or one that cannot be written to."""


def choose(pictures: Pictures, generator: np.random.Generator, named: int | None) -> tuple[int, int]:
    """Which picture an episode shows, and in which view.

    Args:
        pictures: to choose from.
        generator: draws both, where nothing is named.
        named: the picture of this number, in view 0; numbers beyond the last begin anew.

    Returns:
        row and view.
    """
    if named is not None:
        return named % len(pictures), 0
    return int(generator.integers(len(pictures))), int(generator.integers(pictures.views))
