"""What a run reached on test: the verdict, key figures, slices, gates, mistakes, calibration, comparison."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.evaluator.confusion import BY_CLASS, F1
from components.evaluator.known import known
from components.evaluator.slices import OVERALL
from components.heat_file import LOOKED_AT
from pipeline.report.album import Album, mistakes
from pipeline.report.material import Material
from pipeline.report.reliability import bands, reliability_chart
from pipeline.runners.evaluation_text import calibration_line, comparison_line

_FLIPS_SHOWN = 24
_COSTS_SHOWN = 6
MOST_SLICES = 300
_NAMES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "auc": "AUC",
    "top_3": "Among the top 3",
    "log_loss": "Log loss",
}
_SIGNS = {"at_least": "at least", "at_most": "at most", "max_drop": "drops by at most"}


def verdict_section(material: Material) -> dict[str, Any]:
    """`heading`, `is_blessed`, `reasons`, and where it was pushed."""
    summary, blessing = material.summary, material.summary["blessing"]
    is_blessed, status = blessing.get("blessed", False), summary["status"]
    headings = {"pushed": "Blessed, and pushed", "not_blessed": "Not blessed, nothing pushed"}
    other = f"Blessed, but {status} before it was pushed" if is_blessed else status.capitalize()
    return {
        "is_blessed": is_blessed,
        "heading": headings.get(status, other),
        "version": summary["model"].get("version"),
        "backbone": summary["model"].get("backbone"),
        "reasons": blessing.get("reasons", []),
        "not_judged": blessing.get("not_judged", []),
        "held": sum(each["state"] == "held" for each in material.verdicts),
    }


def key_figures(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`name`, `value` and `interval` of what says most, overall; `most`, what a perfect model would show."""
    figures = [
        {"name": name, "value": evaluation[key], "interval": evaluation["intervals"].get(key), "most": None}
        for key, name in _NAMES.items()
        if evaluation.get(key) is not None
    ]
    calibration = evaluation["calibration"]
    error = {"name": "Calibration error", "value": calibration["ece"], "interval": None}
    return [*figures, {**error, "most": calibration["band_95"][1]}]


def slice_rows(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Figures of each slice, `overall` first, with a bar of the accuracy's interval."""
    worst = {each["slice"] for each in evaluation.get("worst_slices", ()) if each["is_below"]}
    slices = shown_slices(evaluation)
    lowest = min(each["intervals"]["accuracy"][0] for each in slices.values())
    return [
        {
            **each,
            "name": name,
            "is_below": name in worst,
            "bar": bar(each["accuracy"], each["intervals"]["accuracy"], lowest),
        }
        for name, each in slices.items()
    ]


def shown_slices(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """`overall`, and the largest slices: thousands of them would fill the file."""
    slices: Mapping[str, Any] = evaluation.get("slices", {})
    largest = set(sorted(slices, key=lambda name: -slices[name]["examples"])[:MOST_SLICES])
    return {OVERALL: evaluation, **{name: each for name, each in slices.items() if name in largest}}


def class_rows(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Figures of each class, with a bar of the interval of its F1; `None` where no picture tells of one."""
    classes = [
        {**each, "name": name, **{key: known(each, key) for key in BY_CLASS}}
        for name, each in evaluation["per_class"].items()
    ]
    told = [each for each in classes if each[F1] is not None]
    lowest = min((each["intervals"][F1][0] for each in told), default=0.0)
    return [
        {**each, "bar": bar(each[F1], each["intervals"][F1], lowest) if each[F1] is not None else None}
        for each in classes
    ]


def bar(value: float, ends: Sequence[float], lowest: float, highest: float = 1.0) -> dict[str, float]:
    """Where an interval and its value stand between `lowest` and `highest`, in percent."""
    span = max(highest - lowest, 1e-9)
    places = [round(100 * (each - lowest) / span, 1) for each in (ends[0], value, ends[1])]
    return {"left": places[0], "at": places[1], "width": round(places[2] - places[0], 1)}


def gate_rows(material: Material, album: Album) -> list[dict[str, Any]]:
    """Every bound: those that failed first, each with the pictures that cost it."""
    order = {"failed": 0, "not_judged": 1, "held": 2}
    rows = [
        {
            **{"reason": "", "state": "failed", **verdict},
            "what": _what(verdict),
            "rule": f"{_SIGNS[verdict['rule']]} {verdict['bound']:.4f}",
            "pictures": pictured(verdict["pictures"], album),
        }
        for verdict in material.verdicts
    ]
    return sorted(rows, key=lambda row: order[row["state"]])


def costly_pictures(gates: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """What cost the gates: `pictures`, and the `reasons` of all gates that these very ones cost.

    Also how many more there are than are shown.
    """
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for gate in gates:
        if gate["pictures"]:
            paths = tuple(picture["path"] for picture in gate["pictures"])
            found.setdefault(paths, {"pictures": gate["pictures"], "reasons": []})["reasons"].append(
                gate["reason"]
            )
    return list(found.values())[:_COSTS_SHOWN], max(0, len(found) - _COSTS_SHOWN)


def _what(verdict: Mapping[str, Any]) -> str:
    return f"{verdict['metric']} of {verdict['label']}" if verdict["label"] else str(verdict["metric"])


def pictured(pictures: Sequence[Mapping[str, Any]], album: Album) -> list[dict[str, Any]]:
    """Pictures that are told by their paths, with what can be seen of them; `overlay` if there is one."""
    return [
        {**each, "source": album.shown.get(each["path"]), "overlay": album.overlays.get(each["path"])}
        for each in pictures
    ]


def mistake_section(material: Material, album: Album) -> dict[str, Any]:
    """The surest mistakes, and how many there are in all."""
    if material.answers is None:
        return {"pictures": [], "total": None}
    wrong = mistakes(material.answers)
    return {"pictures": pictured(wrong[:LOOKED_AT], album), "total": len(wrong)}


def calibration_section(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """A line, the diagram, and its bins."""
    calibration = evaluation["calibration"]
    bins = calibration.get("bins", [])
    return {
        "line": calibration_line(calibration).plain,
        "temperature": calibration["temperature"],
        "chart": reliability_chart(bins, "reliability") if bins else None,
        "bins": [{**each, "band": band} for each, band in zip(bins, bands(bins), strict=True)],
    }


def comparison_section(material: Material, shown: Mapping[str, str]) -> dict[str, Any]:
    """Won and lost against the last blessed model; empty without one."""
    comparison = material.evaluation.get("comparison")
    if not comparison:
        return {}
    flips = {
        kind: [{"path": path, "source": shown.get(path)} for path in comparison[kind][:_FLIPS_SHOWN]]
        for kind in ("lost", "won")
    }
    return {**comparison, "line": comparison_line(comparison).plain, "flips": flips}
