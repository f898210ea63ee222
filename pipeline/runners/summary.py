"""`summary.json`: what a run did and what it reached, in the shape that scripts hold on to.

What reads a node's artifacts is imported once there are some: a run that fails before its first node, or
while TensorFlow and TFX are loaded, has a summary too.
"""

import contextlib
import importlib.metadata
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from components import features
from components.compact_json import compact_json
from components.example_validator.anomalies import read_anomalies
from pipeline import VERSION
from pipeline.config import Config
from pipeline.runners.peak_memory import peak_rss_mib
from pipeline.whole_file import write_whole

if TYPE_CHECKING:
    from tfx import types

    from pipeline.runners.local import NodeResult

Status = Literal["pushed", "not_blessed", "failed", "stopped"]
Summary = dict[str, Any]
_PACKAGES = ("tensorflow", "keras", "tfx", "tensorflow-transform", "tensorflow-model-analysis", "apache-beam")


class Runner(Protocol):
    """What is asked of a runner, after its run, whole or not."""

    @property
    def node_ids(self) -> Sequence[str]:
        """All of them, in the order of the flow."""

    @property
    def results(self) -> Sequence["NodeResult"]:
        """Of those that were reached."""

    def outputs(self, node: str, name: str) -> "list[types.Artifact]":
        """Artifacts of this run; none if it did not get that far."""


class NotStarted:
    """Stands in for a runner that could not be made: every node was skipped."""

    results: Sequence["NodeResult"] = ()

    def __init__(self, node_ids: Sequence[str]) -> None:
        """`node_ids` are all of them, in the order of the flow."""
        self.node_ids = node_ids

    def outputs(self, node: str, name: str) -> "list[types.Artifact]":
        """None."""
        return []


def summarise(
    runner: Runner,
    config: Config,
    run_id: str,
    wall_seconds: float,
    status: Status | None = None,
    error: str | None = None,
) -> Summary:
    """Collects the summary from the artifacts of a run.

    Args:
        runner: after its run, whole or not.
        config: of the run.
        run_id: of the run.
        wall_seconds: of the whole command, imports included.
        status: where the caller knows it (`failed`, `stopped`); otherwise it follows from the gate.
        error: why it failed, on one line.

    Returns:
        The contract's fields; a part that the run did not reach is left empty. `error` is there if given.
    """
    explanation = _explanation(runner)
    blessing = _blessing(explanation["verdicts"]) if explanation else {}
    model = _model(runner, config)
    seconds = sum(result.seconds for result in runner.results)
    return {
        "run_id": run_id,
        "started": datetime.fromtimestamp(time.time() - wall_seconds, UTC).isoformat(timespec="milliseconds"),
        "status": status or _status(blessing, model),
        **({} if error is None else {"error": error}),
        "nodes": _nodes(runner),
        "data": _data(runner),
        "tuning": _tuning(runner),
        "training": _training(runner),
        "evaluation": explanation.get("evaluation", {}),
        "label_check": _label_check(runner),
        "blessing": blessing,
        "model": model,
        "exports": _exports(runner),
        "versions": versions(),
        "wall_seconds": round(wall_seconds, 3),
        "overhead_seconds": round(wall_seconds - seconds, 3),
        "peak_rss_mib": round(peak_rss_mib(), 1),
    }


def versions() -> dict[str, str]:
    """Of what a run's figures depend on, as it is installed here."""
    found = {"graft": VERSION, "python": platform.python_version()}
    for name in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # a run that failed for that
            found[name] = importlib.metadata.version(name)
    return found


def write_summary(summary: Summary, run: Path) -> None:
    """Writes `summary.json` into the run's folder, whole or not at all."""
    write_whole(run / "summary.json", compact_json(summary) + "\n")


def _status(blessing: dict[str, Any], model: dict[str, Any]) -> Status:
    """Of a run that went as far as it was asked to."""
    if blessing and not blessing["blessed"]:
        return "not_blessed"
    return "pushed" if model["pushed_to"] else "stopped"


def _nodes(runner: Runner) -> list[dict[str, Any]]:
    """Every node of the flow; one that was not reached was skipped."""
    reached = {result.id: result for result in runner.results}
    return [_node(node, reached.get(node)) for node in runner.node_ids]


def _node(node: str, result: "NodeResult | None") -> dict[str, Any]:
    if result is None:
        return {"id": node, "state": "skipped", "seconds": 0.0}
    used = result.cpu_seconds
    counted = {} if used is None else {"cpu_seconds": round(used, 3)}
    return {"id": node, "state": result.state, "seconds": round(result.seconds, 3), **counted}


def _data(runner: Runner) -> dict[str, Any]:
    examples = runner.outputs("ImageExampleGen", "examples")
    if not examples:
        return {}
    from components.example_gen.quarantine import read_findings, read_quarantine

    counts = features.get_counts(examples[0])
    aside = runner.outputs("ImageExampleGen", "quarantine")[0].uri
    refused = read_quarantine(aside)
    return {
        "splits": {split: sum(by_label.values()) for split, by_label in counts.items()},
        "classes": sorted({label for by_label in counts.values() for label in by_label}),
        "counts": counts,
        "quarantined": len(refused),
        "quarantine": refused,
        "findings": read_findings(aside),
        "anomalies": [
            asdict(anomaly)
            for artifact in runner.outputs("ExampleValidator", "anomalies")
            for anomaly in read_anomalies(artifact.uri)
        ],
    }


def _tuning(runner: Runner) -> dict[str, Any]:
    """How many recipes were tried, the best one, and what the config's own is worth."""
    tables = runner.outputs("Tuner", "tuner_results")
    if not tables:
        return {}
    trials = json.loads((Path(tables[0].uri) / "tuner_results.json").read_text())
    best = {name: value for name, value in trials[0].items() if name not in ("trial_id", "score")}
    own = next((trial["score"] for trial in trials if int(trial["trial_id"]) == 0), None)
    return {"trials": len(trials), "eval_loss": trials[0]["score"], "best": best, "own_eval_loss": own}


def _training(runner: Runner) -> list[dict[str, Any]]:
    """The phases of every training, each with its node."""
    trained = [node for node in runner.node_ids if node.partition(".")[0] == "Trainer"]
    runs = {node: artifact for node in trained for artifact in runner.outputs(node, "model_run")}
    if not runs:
        return []
    from components.trainer.phases_file import read_phases

    return [{"node": node, **phase} for node, artifact in runs.items() for phase in read_phases(artifact.uri)]


def _explanation(runner: Runner) -> dict[str, Any]:
    evaluations = runner.outputs("Evaluator", "evaluation")
    if not evaluations:
        return {}
    from components.evaluator.explanation_file import read_explanation

    return read_explanation(evaluations[0].uri)


def _label_check(runner: Runner) -> dict[str, Any]:
    """How many labels were judged and look wrong, in all and by split, and the surest ones."""
    tables = runner.outputs("LabelCheck", "suspects")
    if not tables:
        return {}
    from components.label_check.suspects import overview, read_labels

    return overview(read_labels(tables[0].uri))


def _blessing(verdicts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Whether all bounds held; those that did not, in words and in figures; those that were not judged."""
    failures = [verdict for verdict in verdicts if verdict["state"] == "failed"]
    return {
        "blessed": not failures,
        "reasons": [failure["reason"] for failure in failures],
        "failures": failures,
        "not_judged": [verdict["reason"] for verdict in verdicts if verdict["state"] == "not_judged"],
    }


def _model(runner: Runner, config: Config) -> dict[str, Any]:
    pushed = runner.outputs("Pusher", "pushed_model")
    target = _served(pushed[0]) if pushed else None
    return {
        "backbone": "+".join((config.backbone.model or config.backbone.name, *config.ensemble.backbones)),
        "pushed_to": target,
        "version": Path(target).name if target else None,
    }


def _exports(runner: Runner) -> list[dict[str, Any]]:
    """The formats beside the pushed model, and how well each agrees with it on pictures of test."""
    from components.exports.exports_file import read_exports

    return [
        export
        for pushed in runner.outputs("Pusher", "pushed_model")
        for export in read_exports(Path(pushed.uri))
    ]


def _served(pushed: "types.Artifact") -> str | None:
    from components import pusher

    return str(pusher.ensure_served(pushed)) if pusher.is_pushed(pushed) else None
