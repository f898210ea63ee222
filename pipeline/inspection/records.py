"""The folders of the runs: what each reached, in its own words.

Synopsis:
    record = find_run(workspace, "20240501-120000")
    record.summary["status"]
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import InputError
from pipeline.workspace import Workspace

LAST = "last"
"""In place of an id: the latest run."""


@dataclass(frozen=True)
class RunRecord:
    """A run's folder.

    Attributes:
        id: of the run.
        folder: `runs/<id>`.
        summary: its `summary.json`; empty where the run was killed before it could write one, or is at work.
    """

    id: str
    folder: Path
    summary: dict[str, Any]

    @property
    def status(self) -> str:
        """`pushed`, `not_blessed`, `failed`, `stopped`; `unfinished` without a summary."""
        return str(self.summary.get("status", "unfinished"))

    @property
    def started(self) -> str:
        """ISO 8601, local time; empty where the folder's name is no time."""
        try:
            return datetime.strptime(self.id[:15], "%Y%m%d-%H%M%S").isoformat(sep=" ")
        except ValueError:
            return ""

    def config(self) -> dict[str, Any]:
        """Its `config.yaml`, whole; empty where there is none."""
        file = self.folder / "config.yaml"
        found = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None
        return found or {}

    def row(self) -> dict[str, Any]:
        """What stands in a list of runs; what the run did not reach is `None`."""
        evaluation, model = self.summary.get("evaluation", {}), self.summary.get("model", {})
        return {
            "run": self.id,
            "started": self.started,
            "status": self.status,
            "backbone": model.get("backbone"),
            "accuracy": evaluation.get("accuracy"),
            "macro_f1": evaluation.get("macro_f1"),
            "mean_return": evaluation.get("mean_return"),
            "version": model.get("version"),
            "seconds": self.summary.get("wall_seconds"),
        }


def read_runs(workspace: Workspace) -> list[RunRecord]:
    """All runs, the latest first.

    Raises:
        InputError: there are none.
    """
    folders = sorted(workspace.runs.iterdir(), reverse=True) if workspace.runs.is_dir() else []
    records = [_read(folder) for folder in folders if folder.is_dir()]
    if not records:
        raise InputError(
            f"nothing has run in workspace `{workspace.root}` yet. Name another with --workspace DIR, or run "
            "`python pipeline_runner.py run`."
        )
    return records


def find_run(workspace: Workspace, run_id: str) -> RunRecord:
    """The run with this id, or the one whose id begins so, or the `last`.

    Raises:
        InputError: there is no such run, or there are several.
    """
    records = read_runs(workspace)
    found = records[:1] if run_id == LAST else [each for each in records if each.id == run_id]
    found = found or [each for each in records if each.id.startswith(run_id)]
    if len(found) != 1:
        many = f"{len(found)} runs begin so" if found else "there is no such run"
        shown = ", ".join(each.id for each in (found or records)[:3])
        raise InputError(f"run `{run_id}`: {many}. `inspect runs` lists them: {shown}, ...")
    return found[0]


def _read(folder: Path) -> RunRecord:
    file = folder / "summary.json"
    try:
        summary = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except ValueError:
        summary = {}
    return RunRecord(folder.name, folder, summary)
