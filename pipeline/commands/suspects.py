"""`pipeline_runner.py suspects`: the labels that look wrong, and a manifest to correct them in."""

import json
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from components import features
from components.label_check.suspects import FILE, Label, read_labels, suspects_of
from pipeline.errors import InputError
from pipeline.inspection.metadata import Metadata, open_metadata
from pipeline.inspection.records import RunRecord, find_run
from pipeline.visible import visible
from pipeline.whole_file import write_whole
from pipeline.wide_console import wide_console
from pipeline.workspace import Workspace

_SHOWN = 30


def suspects_command(run_id: str, workspace: Path, output: Path | None, as_json: bool) -> None:
    """Prints the suspects of a run, and writes the table of all labels.

    Args:
        run_id: its id, the beginning of one, or `last`.
        workspace: of the run.
        output: the file to write.
        as_json: prints all suspects as JSON.

    Raises:
        InputError: there is no such run, it has judged no labels, or the file cannot be written.
    """
    place = Workspace(Path(os.path.realpath(workspace)))
    record = find_run(place, run_id)
    folder = _table_of(record, open_metadata(place))
    labels = read_labels(folder)
    if output:
        _write(output, Path(folder, FILE).read_bytes())
    suspects = suspects_of(labels)
    if as_json:
        print(json.dumps([each.as_dict() for each in suspects], indent=2, ensure_ascii=False))
    else:
        _show(suspects, sum(label.wrong is not None for label in labels))
    if output:
        print(_way_back(output, place, record, labels), file=sys.stderr)


def _table_of(record: RunRecord, metadata: Metadata) -> str:
    """The artifact's folder, of the run itself or of the earlier one that held for it."""
    for execution in metadata.of_run(record.id):
        for artifact, name in metadata.outputs_of(execution.id):
            folder = metadata.artifacts[artifact].uri
            if name == "suspects" and Path(folder, FILE).exists():
                return folder
    if record.config().get("task") == "reinforcement":
        raise InputError(
            f"run `{record.id}` judged no labels: LabelCheck takes no part where task is reinforcement. "
            "Name the run of a classifier of these pictures."
        )
    raise InputError(
        f"run `{record.id}` judged no labels: it did not get as far as LabelCheck, label_check.folds was 0, "
        "or the table was deleted. Run the pipeline again."
    )


def _show(suspects: list[Label], judged: int) -> None:
    console = wide_console()
    console.print(f"{len(suspects)} of {judged:,} labels look wrong")
    table = Table(box=None)
    for column in ("picture", "split", "label", "looks like", "wrong"):
        table.add_column(column, justify="right" if column == "wrong" else "left", overflow="fold")
    for each in suspects[:_SHOWN]:
        cells = (each.path, each.split, each.label, each.suggested, f"{each.wrong or 0:.2f}")
        table.add_row(*(Text(visible(cell)) for cell in cells))
    if suspects:
        console.print(table)
    if len(suspects) > _SHOWN:
        console.print(f"... and {len(suspects) - _SHOWN} more: --csv FILE or --json")


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise InputError(f"--csv: `{path}` cannot be written: {error.strerror}.") from error


def _way_back(output: Path, place: Workspace, record: RunRecord, labels: list[Label]) -> str:
    """What to do with the table that was written."""
    data = record.config().get("data", {})
    root = _data_root(data)
    if not labels or not (root / labels[0].path).exists():
        return f"{output}: the pictures lie in no folder from here; correct the labels where they come from."
    settings = (f"data.root={root}", "data.source=manifest", *_superseded(data))
    command = ["run", str(record.folder / "config.yaml"), "--workspace", str(place.root)]
    command += ["--data", str(output), *(part for setting in settings for part in ("--set", setting))]
    return f"{output}: correct its column `label`, then {shlex.join(command)}"


def _superseded(data: dict[str, Any]) -> Iterator[str]:
    """Settings of the run that the table speaks for: it has columns, names and pictures of its own."""
    names = {"image": features.PATH, "label": features.LABEL, "split": "split", "weight": features.WEIGHT}
    for key, name in names.items():
        if (data.get("columns") or {}).get(key) not in (None, name):
            yield f"data.columns.{key}={name}"
    for key, plain in (("path_pattern", None), ("class_names", []), ("share", 1.0)):
        if data.get(key, plain) != plain:
            yield f"data.{key}={json.dumps(plain)}"


def _data_root(data: dict[str, Any]) -> Path:
    """The folder below which the pictures' paths begin."""
    if data.get("source") == "solar_cells":
        from data.solar_cells import folder

        return folder()
    path = Path(data.get("path") or ".")
    return Path(os.path.abspath(data.get("root") or (path if path.is_dir() else path.parent)))
