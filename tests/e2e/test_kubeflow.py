"""The compiled pipeline, every executor a process of its own: as Kubeflow Pipelines would run it."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.evaluator.explanation_file import read_explanation
from tests.cli import run_cli
from tests.e2e import sample
from tests.e2e.kubeflow_driver import Kubeflow

pytestmark = pytest.mark.e2e

JUDGED = ["latest-blessed-model", "evaluator", "pusher", "label-check"]


def _compile(root: Path, *more: str) -> Path:
    settings = (*sample.SMALL, f"kubeflow.mount={root / 'volume'}", "kubeflow.data_version=1", *more)
    sets = [part for setting in settings for part in ("--set", setting)]
    done = run_cli("compile", "kubeflow", "--output", root / "graft.yaml", *sets, timeout=240)
    assert done.returncode == 0, done.stderr
    return root / "graft.yaml"


def _evaluation(kubeflow: Kubeflow) -> Any:
    return read_explanation(str(kubeflow.path("evaluator", "evaluation")))["evaluation"]


def _served(root: Path) -> list[Path]:
    return sorted((root / "volume" / "serving" / "solar-cells").iterdir())


def test_kubeflow_reaches_what_a_local_run_reaches(tmp_path: Path, finished: Path) -> None:
    kubeflow, compiled = Kubeflow(tmp_path), _compile(tmp_path)
    kubeflow.run(compiled)
    assert len(kubeflow.executed) == 13
    local = sample.summaries(finished)[0]
    sample.check_alike(local["evaluation"], json.loads(json.dumps(_evaluation(kubeflow))))
    assert len(_served(tmp_path)) == 1

    # Unchanged: nothing is done again, and nothing is pushed.
    kubeflow.run(compiled)
    assert kubeflow.executed == []

    # Another recipe: Trainer and what follows, held against the model that is served.
    kubeflow.run(_compile(tmp_path, "trainer.phases.1.epochs=1"))
    assert sorted(kubeflow.executed) == sorted(["trainer", *JUDGED])
    assert _evaluation(kubeflow)["comparison"]
    assert len(_served(tmp_path)) == 2
