"""What a policy answered to pictures of each class, what each answer costs, and what that came to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from components.evaluator.returns.episodes import Episode
from pipeline.report.matrix import MOST_CLASSES, MOST_PAIRS
from pipeline.settings.environment import ASK, DECISION, GLIMPSE

Cell = dict[str, Any]


def answers_section(evaluation: Mapping[str, Any], episodes: Sequence[Episode]) -> dict[str, Any]:
    """A table of classes and answers.

    Args:
        evaluation: of a policy.
        episodes: that it is of; empty where they are gone: then there are no counts.

    Returns:
        Empty where pictures have no class, or nothing is known. `actions`; `has_costs`, `has_counts`;
        `rows`, each with `label`, its `cells`, and their `sum`; `sums` of the actions and of `all`; where
        there are too many classes, no rows, and `listed` the costliest cells, with how many `more` there are.
        A cell has `count`, `cost` of each, their `total`, and the `share` of it that its shade shows.
    """
    names, costs = list(evaluation["names"]), evaluation.get("costs")
    labels = list(costs) if costs else [name for name in names if name != ASK]
    if evaluation["environment"] not in (DECISION, GLIMPSE) or not (costs or episodes):
        return {}
    counts = Counter((episode.label, episode.action) for episode in episodes)
    rows = [_row(label, names, counts, costs) for label in labels]
    _shade(rows, has_costs=bool(costs))
    cells = [cell for row in rows for cell in row["cells"]]
    is_matrix = len(labels) <= MOST_CLASSES
    listed = [] if is_matrix else _costliest(cells)
    return {
        "actions": names,
        "has_costs": bool(costs),
        "has_counts": bool(episodes),
        "rows": rows if is_matrix else [],
        "sums": [_sum([cell for cell in cells if cell["action"] == name]) for name in names],
        "all": _sum(cells),
        "listed": listed[:MOST_PAIRS],
        "more": max(0, len(listed) - MOST_PAIRS),
    }


def _row(
    label: str, names: Sequence[str], counts: Counter[tuple[str, str]], costs: Mapping[str, Any] | None
) -> dict[str, Any]:
    cells = []
    for name in names:
        cost, count = costs[label][name] if costs else 0.0, counts[label, name]
        is_right = name == label
        cells.append(
            {
                "label": label,
                "action": name,
                "count": count,
                "cost": cost,
                "total": count * cost,
                "is_right": is_right,
            }
        )
    return {"label": label, "cells": cells, "sum": _sum(cells)}


def _sum(cells: Sequence[Cell]) -> Cell:
    return {key: sum(cell[key] for cell in cells) for key in ("count", "total")}


def _shade(rows: Sequence[dict[str, Any]], has_costs: bool) -> None:
    """Each cell's share: of the highest cost of all, else of its class's pictures."""
    highest = max((cell["total"] for row in rows for cell in row["cells"]), default=0)
    for row in rows:
        for cell in row["cells"]:
            part, whole = (cell["total"], highest) if has_costs else (cell["count"], row["sum"]["count"])
            cell["share"] = round(100 * part / whole, 1) if whole else 0


def _costliest(cells: Sequence[Cell]) -> list[Cell]:
    """Of the cells that hold something and are not right, those that cost most, then the fullest."""
    wrong = [cell for cell in cells if cell["count"] and not cell["is_right"]]
    return sorted(wrong, key=lambda cell: (-cell["total"], -cell["count"]))
