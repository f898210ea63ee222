"""`summary.json`: what a run did and what it reached, in the shape that scripts hold on to."""

import json
import os
import resource
from pathlib import Path
from typing import Any, Literal

from components import features, pusher
from components.evaluator.component import OVERALL
from components.evaluator.results import read_reasons, read_scores
from components.example_gen.executor import read_quarantine
from components.trainer.run_fn import PHASES_FILE
from pipeline.config import Config
from pipeline.runners.local import LocalRunner

Status = Literal["pushed", "not_blessed", "failed", "stopped"]
Summary = dict[str, Any]


def summarise(
    runner: LocalRunner, config: Config, run_id: str, wall_seconds: float, status: Status | None = None
) -> Summary:
    """Collects the summary from the artifacts of a run.

    Args:
        runner: after its run, whole or not.
        config: of the run.
        run_id: of the run.
        wall_seconds: of the whole command, imports included.
        status: where the caller knows it (`failed`, `stopped`); otherwise it follows from the gate.

    Returns:
        The contract's fields; a part that the run did not reach is left empty.
    """
    blessing = _blessing(runner)
    model = _model(runner, config)
    if status is None:
        status = "stopped" if not blessing else ("pushed" if model["pushed_to"] else "not_blessed")
    seconds = sum(result.seconds for result in runner.results)
    return {
        "run_id": run_id,
        "status": status,
        "nodes": [
            {"id": result.id, "state": result.state, "seconds": round(result.seconds, 3)}
            for result in runner.results
        ],
        "data": _data(runner),
        "training": _training(runner),
        "evaluation": _evaluation(runner),
        "blessing": blessing,
        "model": model,
        "wall_seconds": round(wall_seconds, 3),
        "overhead_seconds": round(wall_seconds - seconds, 3),
        # Linux counts in KiB.
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def write_summary(summary: Summary, run: Path) -> None:
    """Writes `summary.json` into the run's folder, whole or not at all."""
    unfinished = run / ".summary.json"
    unfinished.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(unfinished, run / "summary.json")


def _data(runner: LocalRunner) -> dict[str, Any]:
    examples = runner.outputs("ImageExampleGen", "examples")
    if not examples:
        return {}
    counts = features.get_counts(examples[0])
    refused = read_quarantine(runner.outputs("ImageExampleGen", "quarantine")[0].uri)
    return {
        "splits": {split: sum(by_label.values()) for split, by_label in counts.items()},
        "classes": sorted({label for by_label in counts.values() for label in by_label}),
        "counts": counts,
        "quarantined": len(refused),
        "quarantine": refused,
    }


def _training(runner: LocalRunner) -> list[dict[str, Any]]:
    runs = runner.outputs("Trainer", "model_run")
    if not runs:
        return []
    phases: list[dict[str, Any]] = json.loads((Path(runs[0].uri) / PHASES_FILE).read_text())
    return phases


def _evaluation(runner: LocalRunner) -> dict[str, Any]:
    evaluations = runner.outputs("Evaluator", "evaluation")
    models = runner.outputs("Trainer", "model")
    if not evaluations or not models:
        return {}
    labels = _labels(models[0].uri)
    slices = {scores.name: scores.as_dict(labels) for scores in read_scores(evaluations[0].uri)}
    overall = slices.pop(OVERALL)
    return {"split": features.TEST, **overall, "labels": labels, "slices": slices}


def _blessing(runner: LocalRunner) -> dict[str, Any]:
    blessings = runner.outputs("Evaluator", "blessing")
    evaluations = runner.outputs("Evaluator", "evaluation")
    if not blessings or not evaluations:
        return {}
    is_blessed = bool(blessings[0].get_int_custom_property("blessed"))
    return {"blessed": is_blessed, "reasons": [] if is_blessed else read_reasons(evaluations[0].uri)}


def _model(runner: LocalRunner, config: Config) -> dict[str, Any]:
    pushed = runner.outputs("Pusher", "pushed_model")
    target = str(pusher.ensure_served(pushed[0])) if pushed and pusher.is_pushed(pushed[0]) else None
    return {
        "backbone": config.backbone.name,
        "pushed_to": target,
        "version": Path(target).name if target else None,
    }


def _labels(model_uri: str) -> list[str]:
    path = Path(model_uri) / "Format-Serving" / "assets" / "labels.txt"
    return path.read_text(encoding="utf-8").splitlines()
