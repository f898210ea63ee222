"""The command line is called as a user would call it, and what it answers is read."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import pipeline_runner
from benchmarks import runs
from benchmarks.results import Rows
from benchmarks.runs import (
    OPEN_GATE,
    about_data,
    data_name,
    fresh_workspace,
    measure,
    open_table,
    parser,
    peak_memory,
    plot_path,
    recipe_digest,
    run,
    run_afresh,
    run_preset,
)

SUMMARY: dict[str, Any] = {
    "evaluation": {"accuracy": 0.9, "macro_f1": 0.8, "calibration": {"ece": 0.02}},
    "nodes": [{"id": "Trainer", "state": "complete", "seconds": 3.5}],
    "wall_seconds": 30.5,
    "peak_rss_mib": 1500.0,
}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Every command that was called; each answers with a summary."""
    called = []

    def answer(command: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        assert options["cwd"] == runs.ROOT
        called.append(command)
        return subprocess.CompletedProcess(command, 0, json.dumps(SUMMARY), "")

    monkeypatch.setattr(runs.subprocess, "run", answer)
    monkeypatch.setattr(runs.results, "revision", lambda: "1234567")
    return called


def test_run_opens_the_gate_and_sets_what_it_is_told(commands: list[list[str]]) -> None:
    assert run(Path("w"), "seed=3", data="pictures", stop="Trainer") == SUMMARY
    (command,) = commands
    assert command[:3] == [sys.executable, "pipeline_runner.py", "run"]
    text = " ".join(command)
    assert "--workspace w" in text
    assert "--data pictures" in text
    assert "--to Trainer" in text
    assert text.index("at_least: 0") < text.index("--set seed=3")


def test_without_data_the_sample_is_meant(commands: list[list[str]]) -> None:
    run(Path("w"))
    assert not {"--data", "--to"} & set(commands[0])


def test_commands_are_the_command_lines_own(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(pipeline_runner, "_run_pipeline", lambda *request: asked.append(request) or 0)
    run(Path("w"), "seed=3", data="pictures", config=Path("own.yaml"), stop="Trainer")
    CliRunner().invoke(pipeline_runner.app, commands[0][2:], catch_exceptions=False)
    overrides = [*OPEN_GATE, "seed=3"]
    assert asked == [(Path("own.yaml"), "pictures", Path("w"), overrides, None, "Trainer", True, False)]


def test_run_afresh_takes_a_workspace_of_its_own(commands: list[list[str]]) -> None:
    row = run_afresh("seed=3")
    # Timed from outside, as everything else is; not what the run says of itself.
    assert 0 <= row.pop("wall_seconds") < 5
    assert row == {
        "accuracy": 0.9,
        "macro_f1": 0.8,
        "nodes": {"Trainer": 3.5},
        "peak_rss_mib": 1500.0,
        "calibration": {"ece": 0.02},
    }
    workspace = Path(commands[0][commands[0].index("--workspace") + 1])
    assert not workspace.exists()


def test_a_workspace_stays_where_something_failed() -> None:
    with pytest.raises(SystemExit):
        with fresh_workspace() as workspace:
            (workspace / "log.txt").write_text("why")
            sys.exit("failed")
    assert (workspace / "log.txt").read_text() == "why"
    shutil.rmtree(workspace)


def test_a_preset_is_run_once(commands: list[list[str]], tmp_path: Path) -> None:
    arguments = parser("").parse_args(["--set", "augment.views=2"])
    table = Rows("one", folder=tmp_path)
    first = run_preset(table, "fast", 3, arguments)
    assert run_preset(table, "fast", 3, arguments) == first
    run_preset(table, "fast", 4, arguments)
    assert list(table.rows) == ["fast, seed 3", "fast, seed 4"]
    assert len(commands) == 2
    assert commands[0][-6:] == ["--set", "preset=fast", "--set", "seed=3", "--set", "augment.views=2"]


def test_a_changed_recipe_is_measured_anew() -> None:
    same = recipe_digest(["preset=fast"]), recipe_digest(["preset=fast", "trainer.head=root"])
    assert same[0] == same[1] != recipe_digest(["preset=best"])
    assert recipe_digest([], "here") == recipe_digest([], "there") != recipe_digest([])
    assert recipe_digest(["tuner.trials=5"]) != recipe_digest(["tuner.trials=5", "tuner.pictures=9"])


@pytest.mark.parametrize(
    "setting",
    [
        "pusher.formats=[onnx]",
        "metadata.address=mysql://a@b/c",
        "beam.flags=[--x]",
        "airflow.retries=9",
        "tuner.pictures=9",
    ],
)
def test_what_changes_no_model_is_not_measured_anew(setting: str) -> None:
    assert recipe_digest([setting]) == recipe_digest([])


def test_a_run_that_fails_ends_the_benchmark_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no such thing"):
        measure("no_such_module_" + "no such thing")


def test_measure_reads_the_last_line_and_takes_the_time(tmp_path: Path) -> None:
    # `json.tool` prints what it reads, as a benchmark's process prints its result.
    source = tmp_path / "in.json"
    source.write_text('{"accuracy": 0.5}')
    result = measure("json.tool", "--compact", str(source))
    assert result["accuracy"] == 0.5
    assert 0 < result["wall_seconds"] < 30


def test_measure_leaves_tensorflow_as_it_comes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    flag = "print(json.dumps({'flag': os.environ.get('TF_ENABLE_ONEDNN_OPTS')}))"
    (tmp_path / "shows_the_flag.py").write_text(f"import json, os; {flag}")
    assert measure("shows_the_flag")["flag"] is None
    assert measure("shows_the_flag", with_onednn=True)["flag"] == "1"


def test_memory_of_children_is_seen() -> None:
    script = "import time; held = bytearray(200 * 2**20); time.sleep(1)"
    with peak_memory(every_seconds=0.05) as peak:
        subprocess.run([sys.executable, "-c", script], check=True)
    assert 200 < peak[0] < 260
    with peak_memory(every_seconds=0.05) as nothing:
        pass
    assert nothing == [0.0]


def test_names_of_data(tmp_path: Path) -> None:
    manifest = tmp_path / "clothes" / "manifest.csv"
    manifest.parent.mkdir()
    manifest.touch()
    assert data_name(None) == "solar-cells"
    assert data_name(str(manifest)) == data_name(str(manifest.parent)) == "clothes"


def test_options_say_where_things_go(tmp_path: Path) -> None:
    options = ["--out", str(tmp_path), "--set", "data.share=0.1", "--set", "augment.views=1"]
    arguments = parser("").parse_args(options)
    assert about_data(arguments) == {"data": "solar-cells", "settings": ["data.share=0.1"]}
    assert plot_path("one", arguments) == tmp_path / "one_solar-cells.png"
    open_table("one", arguments).row("a", {}, dict)
    assert (tmp_path / "one_solar-cells.json").exists()
    usual = plot_path("one", parser("").parse_args([]))
    assert usual == runs.ROOT / "docs" / "benchmarks" / "one_solar-cells.png"
