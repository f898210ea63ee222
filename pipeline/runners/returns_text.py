"""What the Evaluator found of a policy, as tables for the terminal."""

from typing import Any

from rich.table import Table
from rich.text import Text

from components.evaluator.slices import OVERALL
from pipeline.runners.evaluation_text import interval_text, table_of
from pipeline.settings.environment import DECISION, GLIMPSE
from pipeline.visible import visible


def returns_table(evaluation: dict[str, Any]) -> Table:
    """Mean return, its interval, and how long episodes are, a slice a row."""
    has_pictures = evaluation["environment"] in (DECISION, GLIMPSE)
    title = f"{evaluation['split']} split" if has_pictures else "held-out episodes"
    table = table_of("slice", ("episodes", "mean return", "95 %", "steps"), title)
    for name, figures in {OVERALL: evaluation, **evaluation["slices"]}.items():
        interval = interval_text(figures["intervals"]["mean_return"])
        numbers = (f"{figures['mean_return']:.4f}", interval, f"{figures['mean_steps']:.2f}")
        table.add_row(Text(visible(name)), str(figures["examples"]), *numbers)
    return table


def actions_line(evaluation: dict[str, Any]) -> Text:
    """How often each action ended an episode."""
    shares = (f"{name} {share:.1%}" for name, share in evaluation["actions"].items())
    return Text(visible(f"it ended with: {', '.join(shares)}"))


def rivals_table(evaluation: dict[str, Any]) -> Table:
    """What other policies earn in the same episodes, the best first."""
    table = table_of("instead of it", ("mean return", "it earns more by", "95 %"))
    ordered = sorted(evaluation["rivals"].items(), key=lambda item: -item[1]["mean_return"])
    for name, rival in ordered:
        numbers = (f"{rival['mean_return']:.4f}", f"{rival['gain']:+.4f}", interval_text(rival["interval"]))
        table.add_row(Text(visible(name)), *numbers)
    return table


def last_line(comparison: dict[str, Any]) -> Text:
    """What it earns more than the last blessed policy."""
    interval = interval_text(comparison["interval"])
    return Text(
        f"against the last blessed model, which earns {comparison['mean_return']:.4f} here: "
        f"{comparison['gain']:+.4f} ({interval})"
    )
