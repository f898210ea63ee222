"""`pipeline_runner.py data PATH`: reads and judges a data set without training on it."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from components.example_gen.judging.checks import check_names
from pipeline.config_file import load_config
from pipeline.data_set.contact_sheet import draw, encode
from pipeline.data_set.judged import judge_data_set
from pipeline.data_set.sheet import sheet_rows
from pipeline.data_set.text import print_data_set
from pipeline.errors import InputError
from pipeline.runners.quiet import logging_to
from pipeline.whole_file import write_whole

_COLUMNS = 8


def data_command(
    path: str | None, config: Path | None, overrides: Sequence[str], sheet: Path | None, as_json: bool
) -> int:
    """Judges, prints, and draws the contact sheet.

    Returns:
        The exit code: 0, or 2 if a run would refuse this data.

    Raises:
        InputError: the data cannot be listed, or the sheet cannot be written.
    """
    settings = load_config(config, path, overrides).data
    check_names(settings.checks)
    with logging_to(Path(os.devnull), verbose=False) as screen:  # TensorFlow's chatter would mix in
        data_set = judge_data_set(settings, Console(file=screen))
        title = f"{settings.path or settings.source}: {len(data_set.rows)} pictures"
        drawn = draw(title, sheet_rows(data_set, settings, _COLUMNS), _COLUMNS) if sheet else None
    if as_json:
        print(json.dumps(data_set.as_dict(), indent=2, ensure_ascii=False))
    else:
        print_data_set(data_set.as_dict(), Console())
    if sheet and drawn:
        _write(sheet, encode(drawn))
        print(f"contact sheet: {sheet}", file=sys.stderr)
    if data_set.refusal:
        print(f"error: {data_set.refusal}", file=sys.stderr)
        return 2
    return 0


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise InputError(f"contact sheet `{path}` cannot be written: {error.strerror}.") from error
