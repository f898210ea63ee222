"""The views of a split, and what each of them follows from."""

import hashlib
import inspect
import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from components import test_time_views
from components.augment import drawing, erasing, grouped, ops, policies, policy_steps, resample

_DRAWING = (drawing, erasing, grouped, ops, policies, policy_steps, resample)
PLAIN, RANDOM = "plain", "random"


@dataclass(frozen=True)
class View:
    """One view of every picture.

    Attributes:
        kind: `PLAIN`, `RANDOM`, or the name of a test-time view.
        number: of a random view, from 1.
    """

    kind: str
    number: int = 0

    def digest(self, trunk: Sequence[Any], drawn: Sequence[Any]) -> str:
        """Names what the view follows from: two runs with the same digest have the same view.

        Args:
            trunk: what any view follows from.
            drawn: what a random view follows from besides.
        """
        key = [*trunk, self.kind]
        if self.kind == RANDOM:
            key += [*drawn, self.number, *map(_source, _DRAWING)]
        elif self.kind != PLAIN:
            key.append(_source(test_time_views))
        return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]


def train_views(count: int) -> tuple[View, ...]:
    """The plain view, and random ones after it: `count` in all."""
    return (View(PLAIN), *(View(RANDOM, number) for number in range(1, count)))


def eval_views(names: Sequence[str]) -> tuple[View, ...]:
    """The plain view, and test-time views after it."""
    return (View(PLAIN), *(View(name) for name in names))


def _source(module: ModuleType) -> str:
    """Code is part of what a view follows from."""
    return hashlib.sha256(inspect.getsource(module).encode()).hexdigest()
