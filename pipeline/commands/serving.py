"""`pipeline_runner.py serving` and `rollback`: the versions that were pushed, and back to an earlier one."""

import os
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pipeline.inspection.showing import show
from pipeline.inspection.tables import versions_table
from pipeline.serving import roll_back, served_versions
from pipeline.workspace import Workspace


def show_versions(workspace: Path, as_json: bool) -> None:
    """Lists all versions.

    Raises:
        InputError: nothing was pushed yet.
    """
    rows = [asdict(version) for version in served_versions(_whole(workspace))]
    show(rows, versions_table(rows), as_json)


def rollback_command(version: str | None, name: str | None, workspace: Path) -> None:
    """Makes an earlier version the newest, and says so.

    Raises:
        InputError: see `pipeline.serving.roll_back`.
    """
    new = roll_back(_whole(workspace), version, name)
    of_run = f", as run {new.run} made it" if new.run else ""
    Console().print(Text(f"pushed {new.path}{of_run}"), soft_wrap=True)


def _whole(workspace: Path) -> Workspace:
    """With a path that is the same from everywhere, as ML Metadata holds it."""
    return Workspace(Path(os.path.realpath(workspace)))
