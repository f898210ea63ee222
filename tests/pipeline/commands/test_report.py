"""`report`: where it writes, what it refuses, and that a pushed model gets its card."""

import json
import os
from pathlib import Path

import pytest

from pipeline.commands.report import report_command, write_report
from pipeline.errors import InputError
from tests.cli import check_one_clear_line, run_cli
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import BLESSED, RUN, leave_run


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return leave_run(tmp_path / "workspace", pictures=4)


def push(made: Made, state: str) -> Path:
    """As if the run had pushed its model, or an earlier one had."""
    target = made.workspace.serving("cells") / "1700000000"
    target.mkdir(parents=True)
    file = made.workspace.runs / RUN / "summary.json"
    summary = json.loads(file.read_text())
    summary["model"].update(pushed_to=str(target), version=target.name)
    summary["nodes"] = [{"id": "Pusher", "state": state, "seconds": 0.1}]
    file.write_text(json.dumps(summary))
    return target


def test_report_is_written_and_its_path_printed(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    report_command("last", made.workspace.root)
    folder = made.workspace.runs / RUN
    assert capsys.readouterr().out == f"{folder / 'report.html'}\n"
    assert (folder / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert (folder / "model_card.md").read_text().startswith("# solar-cells")
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.yaml",
        "model_card.md",
        "report.html",
        "summary.json",
    ]


def test_workspace_by_a_relative_path(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made.workspace.root.parent)
    report_command(RUN[:6], Path("workspace"))
    assert "artifacts/Trainer/model/" in (made.workspace.runs / RUN / "report.html").read_text()


def test_pushed_model_gets_its_card(made: Made) -> None:
    target = push(made, "complete")
    write_report(made.workspace, "last")
    card = target / "assets.extra" / "model_card.md"
    assert card.read_text() == (made.workspace.runs / RUN / "model_card.md").read_text()
    assert "version 1700000000" in card.read_text()


def test_version_of_an_earlier_run_keeps_its_card(made: Made) -> None:
    target = push(made, "cached")
    write_report(made.workspace, "last")
    card = target / "assets.extra" / "model_card.md"
    assert card.exists(), "where it had none, it gets one"
    card.write_text("the earlier run's")
    write_report(made.workspace, "last")
    assert card.read_text() == "the earlier run's"


def test_version_that_a_later_run_pushed_once_more_keeps_the_first_ones_card(tmp_path: Path) -> None:
    made = leave_run(tmp_path / "workspace", config=BLESSED)
    (target,) = made.workspace.serving("pets").iterdir()
    later = push_once_more(made, target)
    card = target / "assets.extra" / "model_card.md"
    write_report(made.workspace, RUN)
    write_report(made.workspace, later)
    assert f"in run `{RUN}`" in card.read_text()
    assert f"in run `{later}`" in (made.workspace.runs / later / "model_card.md").read_text()
    card.write_text("of an older version of Graft")
    write_report(made.workspace, RUN)
    assert f"in run `{RUN}`" in card.read_text(), "its own run writes it anew"


def push_once_more(made: Made, version: Path) -> str:
    """A run with another gate: its Pusher is executed, and finds its model served."""
    later = "20240502-120000"
    made.run(later)
    (artifact,) = made._store.get_artifacts_by_uri(str(made.uri("Pusher.pushed_model")))
    artifact.custom_properties["pushed_destination"].string_value = str(version)
    made._store.put_artifacts([artifact])
    first, file = (made.workspace.runs / run / "summary.json" for run in (RUN, later))
    own = {name: json.loads(file.read_text())[name] for name in ("run_id", "nodes")}
    file.write_text(json.dumps({**json.loads(first.read_text()), **own}))
    return later


def test_version_that_was_deleted_is_not_made_again(made: Made) -> None:
    target = push(made, "complete")
    target.rmdir()
    write_report(made.workspace, "last")
    assert not target.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_folder_that_cannot_be_written(made: Made) -> None:
    folder = made.workspace.runs / RUN
    folder.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written: Permission denied"):
        write_report(made.workspace, "last")


def test_file_in_the_way(made: Made) -> None:
    (made.workspace.runs / RUN / "report.html").mkdir()
    with pytest.raises(InputError, match="report.html` cannot be written: Is a directory"):
        write_report(made.workspace, "last")


def test_unknown_run_is_one_clear_line(made: Made) -> None:
    done = run_cli("report", "2099", "--workspace", made.workspace.root)
    check_one_clear_line(done, ["run `2099`: there is no such run", RUN])


def test_run_that_was_not_evaluated_is_one_clear_line(made: Made) -> None:
    (made.workspace.runs / RUN / "summary.json").write_text('{"status": "failed"}')
    done = run_cli("report", "--workspace", made.workspace.root)
    check_one_clear_line(done, ["has no evaluation to report (failed)", f"`inspect run {RUN}`"])


def test_report_takes_no_tensorflow(made: Made) -> None:
    from tests.cli import run_python

    heavy = ("tensorflow", "tfx", "apache_beam", "keras", "sklearn", "pandas")
    done = run_python(
        "-c",
        "import sys; from pathlib import Path; from pipeline.commands.report import report_command; "
        f"report_command('last', Path({str(made.workspace.root)!r})); "
        f"print([name for name in {heavy} if name in sys.modules])",
    )
    assert done.stdout.splitlines()[1:] == ["[]"], done.stderr
