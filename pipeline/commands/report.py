"""`pipeline_runner.py report`: a run as one HTML file, and its model card."""

import os
from pathlib import Path

from components.backbone.pushed import EXTRA
from pipeline.errors import InputError
from pipeline.inspection.records import find_run
from pipeline.report.material import Material, gather
from pipeline.report.model_card import render_card
from pipeline.report.output import CARD_FILE, REPORT_FILE
from pipeline.report.page import render
from pipeline.whole_file import write_whole
from pipeline.workspace import Workspace


def report_command(run_id: str, workspace: Path) -> None:
    """Writes the report of a run, and prints where it is.

    Raises:
        InputError: see `write_report`.
    """
    print(write_report(Workspace(Path(os.path.realpath(workspace))), run_id))


def write_report(workspace: Workspace, run_id: str) -> Path:
    """Writes `report.html` and `model_card.md` into the run's folder, the card beside the pushed model too.

    Args:
        workspace: with the whole path of its folder, as ML Metadata has it.
        run_id: of the run, or the beginning of one, or `last`.

    Returns:
        Where the report is.

    Raises:
        InputError: there is no such run, it was never evaluated, or its folder cannot be written.
    """
    record = find_run(workspace, run_id)
    material = gather(workspace, record)
    report, card = render(material), render_card(material)
    try:
        write_whole(record.folder / CARD_FILE, card)
        written = write_whole(record.folder / REPORT_FILE, report)
        _write_beside_the_model(material, card)
    except OSError as error:
        raise InputError(f"`{error.filename}` cannot be written: {error.strerror}.") from error
    return written


def _write_beside_the_model(material: Material, card: str) -> None:
    """Into the version that this run made; a version that an earlier run made keeps its card.

    Servers do not read `assets.extra`, and the version is whole without it: so a kill here spoils nothing.
    """
    target = material.summary["model"].get("pushed_to")
    if target and Path(target).is_dir():
        folder = Path(target) / EXTRA
        if _made_by(material, target) or not (folder / CARD_FILE).exists():
            folder.mkdir(exist_ok=True)
            write_whole(folder / CARD_FILE, card)


def _made_by(material: Material, version: str) -> bool:
    """Whether the run pushed the version first: a Pusher that finds its model served already names it too."""
    if material.metadata is None:
        return False
    pushed = (
        artifact.id
        for artifact in material.metadata.artifacts.values()
        if artifact.properties.get("pushed_destination") == version
    )
    first = min(pushed, default=None)
    pusher = material.metadata.producer_of(first) if first is not None else None
    return pusher is not None and pusher.run == material.record.id
