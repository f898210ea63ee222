"""The gate: every threshold held against the figures of its slice.

Synopsis:
    verdicts = judge(config.gates(), slices, figures)
    is_blessed = all(verdict.state != "failed" for verdict in verdicts)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from components.answers import Answers
from components.evaluator.confusion import confusion_matrix, scores
from components.evaluator.costly import costly
from components.evaluator.figures import Figures
from components.evaluator.intervals import Interval
from components.evaluator.slices import slice_name
from components.features import LABEL
from pipeline.settings.evaluator import ThresholdConfig

Rule = Literal["at_least", "at_most", "max_drop"]
_ROUNDING = 1e-9
"""Shares and their means are no exact numbers: 0.9 - 0.89 is more than 0.01, three times 0.7 below 2.1."""


@dataclass(frozen=True)
class Verdict:
    """One bound, and whether it holds.

    Attributes:
        metric: as in `evaluator.thresholds`.
        slice: its name.
        label: the class whose metric it is, if it is one's.
        rule: `at_least`, `at_most` or `max_drop`.
        bound: of the rule.
        state: what came of it. A bound is not judged where there are fewer pictures than it asks for; a drop
            where there is no blessed model yet has held.
        reason: why it failed or was not judged, in words.
        examples: pictures of the slice, or of the class in it.
        value: the candidate's; `None` where there is none.
        interval: of the value, 95 %; `None` where there is none.
        baseline: the last blessed model's value, for `max_drop`.
        pictures: the surest of the mistakes that cost it; see `costly.costly`.
    """

    metric: str
    slice: str
    label: str | None
    rule: Rule
    bound: float
    state: Literal["held", "failed", "not_judged"]
    reason: str = ""
    examples: int = 0
    value: float | None = None
    interval: Interval | None = None
    baseline: float | None = None
    pictures: tuple[dict[str, Any], ...] = ()


def judge(
    gates: Sequence[ThresholdConfig], slices: Mapping[str, Answers], figures: Mapping[str, Figures]
) -> list[Verdict]:
    """A verdict for each bound of each gate, in their order.

    Args:
        gates: of the config.
        slices: the answers of each slice, by name.
        figures: of the same.
    """
    verdicts = []
    for gate in gates:
        name = slice_name(dict(sorted(gate.values().items())))
        for rule in get_args(Rule):
            bound = getattr(gate, rule)
            if bound is not None:
                found = _judged(gate, rule, bound, name, slices.get(name), figures.get(name))
                verdicts.append(Verdict(gate.metric, name, gate.label, rule, bound, **found))
    return verdicts


def _judged(
    gate: ThresholdConfig,
    rule: Rule,
    bound: float,
    name: str,
    answers: Answers | None,
    figures: Figures | None,
) -> dict[str, Any]:
    """The fields of a verdict that follow from the answers."""
    value, interval = _figure(gate, figures) if figures else (None, None)
    examples = _support(gate, answers)
    found = {"examples": examples, "value": value, "interval": interval}
    what = f"{gate.metric}{f' of {gate.label}' if gate.label else ''} on {name}"
    if examples < gate.min_examples:
        few = f"{what} was not judged: {examples} pictures, min_examples is {gate.min_examples}"
        return {**found, "state": "not_judged", "reason": few}
    if answers is None or not examples:
        of_class = f" of class {gate.label}" if gate.label else ""
        nothing = f"no test picture{of_class} lies in slice {name}, which has a threshold"
        return {**found, "state": "failed", "reason": nothing}
    if value is None:
        return {**found, "state": "failed", "reason": f"{what} cannot be judged: {_why_none(gate, answers)}"}
    baseline = _baseline_value(gate, answers) if rule == "max_drop" else None
    found["baseline"] = baseline
    reason = _reason(what, rule, bound, value, baseline)
    if not reason:
        return {**found, "state": "held"}
    return {
        **found,
        "state": "failed",
        "reason": reason,
        "pictures": costly(answers, gate, rule == "max_drop"),
    }


def _figure(gate: ThresholdConfig, figures: Figures) -> tuple[float | None, Interval | None]:
    """Value and interval, where there are any."""
    if gate.metric == "ece":
        return figures["calibration"]["ece"], None
    found = figures if gate.label is None else figures["per_class"].get(gate.label, {})
    return found.get(gate.metric), found.get("intervals", {}).get(gate.metric)


def _support(gate: ThresholdConfig, answers: Answers | None) -> int:
    """How many pictures it says something about, whether or not the model knows their class."""
    if answers is None:
        return 0
    return len(answers) if gate.label is None else int((answers.columns[LABEL] == gate.label).sum())


def _why_none(gate: ThresholdConfig, answers: Answers) -> str:
    """Why there is no value."""
    if gate.label is not None and gate.label not in answers.names:
        return f"the model does not know class {gate.label}"
    if gate.metric.startswith("top_"):
        return f"the model knows no more than {len(answers.names)} classes"
    if gate.metric == "log_loss":
        return "it takes two pictures whose class the model knows"
    return "it takes pictures of two classes"


def _baseline_value(gate: ThresholdConfig, answers: Answers) -> float | None:
    """What the last blessed model reaches on the same pictures; `None` without one."""
    if answers.baseline is None:
        return None
    names = answers.names
    found = scores(confusion_matrix(answers.labels, answers.baseline, len(names)))[gate.metric]
    return float(found if gate.label is None else found[names.index(gate.label)])  # type: ignore[index]


def _reason(what: str, rule: Rule, bound: float, value: float, baseline: float | None) -> str:
    """Why the bound does not hold; empty if it does."""
    if rule == "at_least" and value < bound - _ROUNDING:
        return f"{what} is {value:.4f}, must be at least {bound:.4f}"
    if rule == "at_most" and value > bound + _ROUNDING:
        return f"{what} is {value:.4f}, must be at most {bound:.4f}"
    if rule == "max_drop" and baseline is not None and baseline - value > bound + _ROUNDING:
        behind = f"{value:.4f}, {baseline - value:.4f} below the last blessed model's {baseline:.4f}"
        return f"{what} is {behind}, more than the {bound:.4f} that it may drop"
    return ""
