"""`pipeline_runner.py doctor`: whether a run can be expected to work here, and what to mend where not."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pipeline.doctor import Finding, examine
from pipeline.errors import InputError
from pipeline.workspace import Workspace

_STYLES = {"good": "green", "note": "yellow", "wrong": "bold red"}


def doctor_command(workspace: Path, as_json: bool) -> None:
    """Prints what was found as it is found, or JSON to standard output.

    Raises:
        InputError: something is wrong.
    """
    console, found = Console(soft_wrap=True), []
    for finding in examine(Workspace(workspace)):
        found.append(finding)
        if not as_json:
            console.print(line(finding))
    if as_json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    _check(found)


def line(finding: Finding) -> Text:
    """State, what was looked at, and what was found; below it, what to do."""
    text = Text(f"{finding.state:<6}", style=_STYLES[finding.state])
    text.append(f"{finding.what:<17}{finding.found}", style="default")
    if finding.mend:
        text.append(f"\n{'':<23}{finding.mend}", style="dim")
    return text


def _check(found: Iterable[Finding]) -> None:
    wrong = [finding.what for finding in found if finding.state == "wrong"]
    if wrong:
        raise InputError(f"a run cannot be expected to work here: {', '.join(wrong)}. See above.")
