"""`pipeline_runner.py report`: one HTML file that shows a run, and the model card."""

import os
from pathlib import Path

from pipeline.inspection.records import RunRecord, find_run
from pipeline.report.material import Additions, gather
from pipeline.report.page import render
from pipeline.workspace import Workspace

REPORT_FILE = "report.html"


def report_command(run_id: str, workspace: Path) -> None:
    """Writes the report of a run, and prints where it is.

    Raises:
        InputError: there is no such run, it was never evaluated, or its folder cannot be written.
    """
    place = Workspace(Path(os.path.realpath(workspace)))
    print(write_report(place, find_run(place, run_id)))


def write_report(workspace: Workspace, record: RunRecord, additions: Additions | None = None) -> Path:
    """Writes `report.html` into the run's folder, and returns where it is.

    Args:
        workspace: with the whole path of its folder, as ML Metadata has it.
        record: of the run.
        additions: what takes TensorFlow to find out.

    Raises:
        InputError: the run was never evaluated, or its folder cannot be written.
    """
    material = gather(workspace, record, additions or Additions())
    return _write(record.folder / REPORT_FILE, render(material))


def _write(file: Path, text: str) -> Path:
    """Whole or not at all."""
    unfinished = file.with_name(f".{file.name}")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)
    return file
