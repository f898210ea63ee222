"""How a run's models were trained: each training with its phases, their layers and their curves."""

from typing import Any

from pipeline.report.curves import curve_charts
from pipeline.report.material import Material
from pipeline.report.return_curves import return_charts


def training_section(material: Material) -> list[dict[str, Any]]:
    """A training each: `node`, `phases`, `charts`."""
    charts = return_charts if material.is_policy else curve_charts
    by_node: dict[str, list[dict[str, Any]]] = {}
    for phase in material.summary.get("training", []):
        layers = folded(phase.get("layers", []))
        by_node.setdefault(phase.get("node", "Trainer"), []).append(
            {"history": [], **phase, "layers": layers}
        )
    return [
        {"node": node, "phases": phases, "charts": charts(phases, f"training-{number}")}
        for number, (node, phases) in enumerate(by_node.items())
    ]


def folded(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups that train, and one row for all that are frozen below them."""
    trained = [group for group in groups if group["rate"] is not None]
    frozen = [group for group in groups if group["rate"] is None]
    if not frozen:
        return trained
    name = frozen[0]["name"] if len(frozen) == 1 else f"{frozen[-1]['name']} to {frozen[0]['name']}"
    return [
        *trained,
        {"name": name, "parameters": sum(group["parameters"] for group in frozen), "rate": None},
    ]
