"""Summaries of runs that are over, and what is printed of them."""

import io
from typing import Any

from rich.console import Console

from pipeline.runners.report_text import print_summary

COUNTS = {"train": 60, "eval": 7, "test": 10}


CLASS_SCORES = ["precision", "recall", "F1"]
_OF_CLASS = {"precision": 0.9, "recall": 0.8, "f1": 0.84706}


CALIBRATION = {"temperature": 0.8, "ece": 0.0312, "ece_uncalibrated": 0.0578, "band_95": [0.011, 0.0489]}


BLESSED = {"blessed": True, "reasons": [], "failures": [], "not_judged": []}


def scores(examples: int, accuracy: float, confusion: list[list[int]]) -> dict[str, Any]:
    return {
        "examples": examples,
        "accuracy": accuracy,
        "macro_precision": accuracy - 0.01,
        "macro_recall": accuracy - 0.02,
        "macro_f1": accuracy - 0.05,
        "intervals": {"accuracy": [accuracy - 0.1, accuracy + 0.05]},
        "per_class": {
            label: {**_OF_CLASS, "support": sum(row), "intervals": {key: [0.4, 0.98] for key in _OF_CLASS}}
            for label, row in zip(("good", "[worn]"), confusion, strict=True)
        },
        "confusion": confusion,
    }


def summary(**changes: Any) -> dict[str, Any]:
    return {
        "run_id": "2024-05-01-1",
        "status": "pushed",
        "data": {
            "counts": {split: {"good": 10, "[worn]": count} for split, count in COUNTS.items()},
            "findings": [],
            "quarantined": 0,
            "quarantine": [],
            "anomalies": [],
        },
        "training": [{"name": "head", "epochs": 12, "eval_accuracy": 0.81236}],
        "label_check": {},
        "evaluation": {
            "split": "test",
            "labels": ["good", "[worn]"],
            **scores(20, 0.85, [[13, 2], [1, 4]]),
            "calibration": CALIBRATION,
            "slices": {
                "cell_type=mono": scores(8, 0.75, [[6, 2], [0, 0]]),
                "label=good": scores(15, 0.9, [[13, 2], [0, 0]]),
            },
            "worst_slices": [],
            "comparison": {},
        },
        "blessing": BLESSED,
        "model": {"pushed_to": "serving/cells/1700000000"},
        "exports": [],
        "wall_seconds": 63.21,
        "overhead_seconds": 4.56,
        "peak_rss_mib": 2345.6,
        **changes,
    }


def text_of(summary: dict[str, Any], width: int = 100, is_terminal: bool = True) -> str:
    console = Console(record=True, force_terminal=is_terminal, width=width, file=io.StringIO())
    print_summary(summary, console)
    return console.export_text()


def line_with(text: str, word: str) -> str:
    (line,) = [line for line in text.splitlines() if word in line]
    return line


REASONS = [
    "accuracy on cell_type=[poly] is 0.9000, must be at least 0.9900",
    "accuracy on overall is 0.0321 below the last blessed model's, more than max_accuracy_drop = 0.01 allows",
]


def not_blessed() -> dict[str, Any]:
    failures = [
        {
            "metric": "recall",
            "label": "[worn]",
            "slice": "cell_type=[poly]",
            "value": 0.9,
            "interval": [0.81, 0.95],
            "rule": "at_least",
            "bound": 0.99,
            "baseline": None,
            "examples": 40,
            "pictures": [mistake("a/[1].png", 0.71), mistake("b.png", 0.98)],
        },
        {
            "metric": "accuracy",
            "label": None,
            "slice": "overall",
            "value": 0.8579,
            "interval": None,
            "rule": "max_drop",
            "bound": 0.01,
            "baseline": 0.89,
            "examples": 400,
            "pictures": [mistake("b.png", 0.98), *(mistake(f"{row}.png", 0.5) for row in range(9))],
        },
    ]
    blessing = {"blessed": False, "reasons": REASONS, "failures": failures, "not_judged": ["recall of x: 2"]}
    return summary(status="not_blessed", blessing=blessing)


def mistake(path: str, probability: float) -> dict[str, Any]:
    return {"path": path, "label": "good", "answer": "[worn]", "probability": probability}
