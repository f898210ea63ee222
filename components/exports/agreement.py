"""How well two models agree on the same pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Agreement:
    """Of two models.

    Attributes:
        pictures: on which both were asked.
        agreement: the share of them, 0 to 1, to which both give the same label; 1 where there are none.
        largest_difference: between two probabilities of the same class, 0 to 1.
    """

    pictures: int
    agreement: float
    largest_difference: float


def compare(expected: np.ndarray, found: np.ndarray) -> Agreement:
    """Holds probabilities against others, both float32 [pictures, classes]."""
    same = expected.argmax(axis=1) == found.argmax(axis=1)
    differences = np.abs(expected.astype(np.float64) - found)
    largest = np.nan_to_num(differences, nan=1.0).max(initial=0.0)  # NaN is no answer at all
    return Agreement(len(same), float(same.mean()) if len(same) else 1.0, float(largest))


def joined(parts: Sequence[Agreement]) -> Agreement:
    """Of all pictures, from agreements on some of them."""
    pictures = sum(part.pictures for part in parts)
    same = sum(part.agreement * part.pictures for part in parts)
    largest = max((part.largest_difference for part in parts), default=0.0)
    return Agreement(pictures, same / pictures if pictures else 1.0, largest)
