"""The folders of the runs: what each reached, in its own words.

Synopsis:
    record = find_run(workspace, "20240501-120000")
    record.summary["status"]
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic_core import from_json

from pipeline.errors import InputError
from pipeline.workspace import Workspace

LAST = "last"
"""In place of an id: the latest run."""
_TOLD = re.compile(rb'"started": "([^"]+)"')
_HEAD = 500
"""Bytes of a summary that hold its `run_id` and when it `started`."""


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
        """ISO 8601, local time."""
        return datetime.fromtimestamp(_started(self.folder)).isoformat(sep=" ", timespec="seconds")

    def config(self) -> dict[str, Any]:
        """Its `config.yaml`, whole; empty where there is none.

        Raises:
            InputError: it is damaged.
        """
        file = self.folder / "config.yaml"
        try:
            found = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None
        except (yaml.YAMLError, ValueError):  # such as a day that no month has, or no UTF-8
            found = "no YAML"
        if not isinstance(found or {}, dict):
            raise InputError(
                f"`{file}` is damaged: it holds no settings. Delete it to do without the run's config."
            )
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


def read_runs(workspace: Workspace) -> Iterator[RunRecord]:
    """All runs, the latest first; each is read when its turn comes, since a summary of many slices is large.

    Raises:
        InputError: there are none; at once, not when the first is asked for.
    """
    return (read_run(folder) for folder in _folders(workspace))


def find_run(workspace: Workspace, run_id: str) -> RunRecord:
    """The run with this id, or the one whose id begins so, or the `last`.

    Raises:
        InputError: there is no such run, or there are several.
    """
    folders = _folders(workspace)
    found = folders[:1] if run_id == LAST else [each for each in folders if each.name == run_id]
    found = found or [each for each in folders if each.name.startswith(run_id)]
    if len(found) != 1:
        many = f"{len(found)} runs begin so" if found else "there is no such run"
        shown = ", ".join(each.name for each in (found or folders)[:3])
        raise InputError(f"run `{run_id}`: {many}. `inspect runs` lists them: {shown}, ...")
    return read_run(found[0])


def read_run(folder: Path) -> RunRecord:
    """The run with this folder."""
    file = folder / "summary.json"
    try:
        summary = from_json(file.read_bytes()) if file.exists() else {}
    except ValueError:
        summary = {}
    return RunRecord(folder.name, folder, summary)


def run_folders(workspace: Workspace) -> list[Path]:
    """Of all runs, the latest first; none where nothing has run."""
    folders = workspace.runs.iterdir() if workspace.runs.is_dir() else ()
    found = [folder for folder in folders if folder.is_dir()]
    return sorted(found, key=lambda folder: (_started(folder), folder.name), reverse=True)


def _folders(workspace: Workspace) -> list[Path]:
    """Of all runs.

    Raises:
        InputError: there are none.
    """
    found = run_folders(workspace)
    if not found:
        raise InputError(
            f"nothing has run in workspace `{workspace.root}` yet. Name another with --workspace DIR, or run "
            "`python pipeline_runner.py run`."
        )
    return found


def _started(folder: Path) -> float:
    """When a run began, seconds since 1970: by its summary, or its id, or else the age of its config."""
    with suppress(OSError, ValueError), (folder / "summary.json").open("rb") as file:
        # Among its first fields: a summary of many slices takes long to read.
        if told := _TOLD.search(file.read(_HEAD)):
            return datetime.fromisoformat(told[1].decode()).timestamp()
    for form in ("%Y%m%d-%H%M%S-%f", "%Y%m%d-%H%M%S"):
        with suppress(ValueError):
            return datetime.strptime(folder.name, form).timestamp()
    config = folder / "config.yaml"
    return (config if config.exists() else folder).stat().st_mtime
