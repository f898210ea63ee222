"""`pipeline_runner.py doctor`: for people and for scripts, and exit code 2 where something is wrong."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.commands import doctor
from pipeline.doctor import Finding
from pipeline.errors import InputError
from tests.cli import run_cli

GOOD = Finding("memory", "good", "23.6 GiB")
WRONG = Finding("weights", "wrong", "none [here]", "Install them.")


def test_line_says_what_to_do() -> None:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(doctor.line(WRONG))
    assert capture.get().splitlines() == ["wrong weights          none [here]", f"{'':<23}Install them."]


@pytest.mark.parametrize("as_json", [False, True])
def test_wrong_is_told_after_everything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, as_json: bool
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda _: iter([WRONG, GOOD]))
    with pytest.raises(InputError, match="cannot be expected to work here: weights"):
        doctor.doctor_command(tmp_path, as_json)
    out = capsys.readouterr().out
    assert "23.6 GiB" in out
    if as_json:
        assert [each["state"] for each in json.loads(out)] == ["wrong", "good"]


def test_notes_are_no_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = Finding("memory", "note", "3 GiB")
    monkeypatch.setattr(doctor, "examine", lambda _: iter([GOOD, note]))
    doctor.doctor_command(tmp_path, False)


@pytest.mark.slow
def test_command_finds_this_environment_good(tmp_path: Path) -> None:
    done = run_cli("doctor", "--workspace", tmp_path / "workspace", "--json", timeout=240)
    found = json.loads(done.stdout)
    assert [each["what"] for each in found if each["state"] == "wrong"] == [], done.stdout
    assert done.returncode == 0, done.stderr
    assert len(found) == 9
    assert not (tmp_path / "workspace").exists()
