"""Figures that no picture tells of: they are 0 by convention, and are shown as unknown."""

from collections.abc import Mapping
from typing import Any

NOTHING = (0.0, 1.0)
"""The interval of a share of nothing; no other share has it."""


def known(scores: Mapping[str, Any], key: str) -> float | None:
    """A figure of a class, unless nothing stands below its fraction bar.

    No picture of the class tells nothing of its recall, no answer that names it nothing of its precision.

    Args:
        scores: of the class, with `intervals`.
        key: `precision`, `recall` or another figure that has an interval.
    """
    value: float = scores[key]
    return None if tuple(scores["intervals"][key]) == NOTHING else value
