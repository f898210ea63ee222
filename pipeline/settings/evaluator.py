"""Evaluator: which slices are reported, and what a model must reach to be pushed."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.section import Section, Share

OVERALL = "overall"
_OF_CLASS = ("precision", "recall", "f1", "auc")
_OF_PROBABILITIES = ("auc", "log_loss", "ece", "top_3", "top_5")
_SMALL_IS_GOOD = ("log_loss", "ece")


class ThresholdConfig(Section):
    """One gate: what `metric` must be on `slice`, or the model is not blessed."""

    metric: Literal[
        "accuracy",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "weighted_precision",
        "weighted_recall",
        "weighted_f1",
        "precision",
        "recall",
        "f1",
        "auc",
        "top_3",
        "top_5",
        "log_loss",
        "ece",
    ]
    """Macro: the mean over the classes that the slice holds or is taken for, each counting alike; weighted:
    by their pictures. `precision`, `recall` and `f1` are a class's own and need `label`."""
    label: str | None = None
    """The class whose metric it is; `auc` alone makes sense without: the mean over all classes."""
    slice: str = OVERALL
    """`overall`, or `column=value`, such as `cell_type=mono`; `a=x,b=y` for a crossed slice."""
    at_least: Share | None = None
    """A model below it is not pushed."""
    at_most: Annotated[float, Field(ge=0, le=100)] | None = None
    """A model above it is not pushed: for `log_loss`, in nats, and `ece`, the calibration error, 0 to 1."""
    max_drop: Share | None = None
    """How far a model may fall behind the last blessed one, on the same pictures."""
    min_examples: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """A slice, or a class in it, of fewer pictures is not judged: a handful says nothing. What was not judged
    is named in the summary. At 0, a slice without a picture is a reason of its own to refuse."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.at_least is self.at_most is self.max_drop is None:
            raise ValueError(f"{self.metric} needs a bound: at_least, at_most or max_drop")
        wrong = self.at_least if self.metric in _SMALL_IS_GOOD else self.at_most
        if wrong is not None:
            raise ValueError(f"at_most is for {', '.join(_SMALL_IS_GOOD)}, at_least for all others")
        if self.label is None and self.metric in _OF_CLASS[:3]:
            raise ValueError(f"{self.metric} is a class's own: set label to that class")
        if self.label is not None and self.metric not in _OF_CLASS:
            raise ValueError(f"{self.metric} is no class's own: leave label out, or make it {_OF_CLASS[1]}")
        if self.max_drop is not None and self.metric in _OF_PROBABILITIES:
            raise ValueError(f"max_drop compares answers, and {self.metric} is made of probabilities")
        return self

    def values(self) -> dict[str, str]:
        """The slice's value for each of its columns; none for the overall one."""
        if self.slice == OVERALL:
            return {}
        pairs = (part.partition("=") for part in re.split(r",(?=[^,=]+=)", self.slice))
        return {column: value for column, _, value in pairs}


class ReturnsConfig(Section):
    """The gate of a policy, where `task` is `reinforcement`; the thresholds are those of a classifier."""

    at_least: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None
    """A policy whose mean return on the held-out episodes is below it is not pushed."""
    beats_fixed: bool = True
    """Whether it must earn at least what the best single action would have earned on the same pictures."""
    max_drop: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """How much mean return it may lose against the last blessed policy, in the same episodes."""


class EvaluatorConfig(Section):
    """Which slices are reported, and the gates."""

    slices: tuple[str | tuple[str, ...], ...] = ()
    """Columns of the data, one slice for each value; a list of columns crosses them. Derived ones are
    always there: `size_bucket`, `brightness_bucket`, `orientation`."""
    thresholds: tuple[ThresholdConfig, ...] = (ThresholdConfig(metric="accuracy", at_least=0.5),)
    """All must hold. One half stops a broken training, and little else: set what your product needs."""
    max_accuracy_drop: Share = 0.01
    """How much accuracy a model may lose against the last blessed one on the same test split."""
    returns: ReturnsConfig = ReturnsConfig()
    smallest_slice: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    """Of how many pictures a slice must be to stand among the worst: of 20 at 0.9, chance makes 0.75 to 1."""

    def crossings(self) -> list[tuple[str, ...]]:
        """The columns of each slice, each combination once: those that are reported, those of thresholds."""
        named = [(entry,) if isinstance(entry, str) else entry for entry in self.slices]
        named += [tuple(gate.values()) for gate in self.thresholds]
        return sorted({tuple(sorted(set(columns))) for columns in named} - {()})

    def columns(self) -> list[str]:
        """Every column that a slice or a threshold names, once, sorted."""
        return sorted({column for crossing in self.crossings() for column in crossing})

    def gates(self) -> list[ThresholdConfig]:
        """The thresholds, and the accuracy that may be lost."""
        return [*self.thresholds, ThresholdConfig(metric="accuracy", max_drop=self.max_accuracy_drop)]
