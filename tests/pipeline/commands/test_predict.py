"""Predictions as people and scripts get them: whole paths, one line each, an exit code that tells."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from pipeline.commands.predict import Request, predict_command, print_table
from pipeline.prediction.predict import Prediction
from tests import pictures, saved_models
from tests.cli import ROOT, check_one_clear_line, run_cli

LONG = "a rather long name " * 9 + ".jpg"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_models.save_model(tmp_path_factory.mktemp("models") / "echo")


def _printed(*predictions: Prediction, **options: bool | int) -> list[str]:
    output = io.StringIO()
    print_table(predictions, Console(file=output, **options))  # type: ignore[arg-type]
    return output.getvalue().splitlines()


def _cat(path: str) -> Prediction:
    return Prediction(path, scores=(("cat", 0.75), ("dog", 0.25)))


def test_pipe_gets_a_picture_a_line_with_its_whole_path() -> None:
    header, *rows = _printed(_cat(LONG), _cat("b.jpg"), Prediction("c.jpg", error="empty " * 60 + "!"))
    assert header.split() == ["picture", "label", "probability"]
    assert [row.split() for row in rows[1:4]] == [
        ["dog", "0.2500"],
        ["b.jpg", "cat", "0.7500"],
        ["dog", "0.2500"],
    ]
    assert rows[0].startswith(f" {LONG}  cat")
    assert rows[4].strip().endswith("!")
    assert len(rows) == 5


def test_terminal_folds_a_long_path_and_cuts_nothing() -> None:
    rows = _printed(_cat("/data/" + "x" * 100 + ".jpg"), force_terminal=True, width=60, no_color=True)
    assert "".join(rows).count("x") == 100
    assert max(len(Text.from_ansi(row)) for row in rows) <= 60
    assert "…" not in "".join(rows)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("two\nlines.jpg", r"two\nlines.jpg"),
        ("odd\udcff.jpg", r"odd\udcff.jpg"),
        ("\x1b[31mred.jpg", r"\x1b[31mred.jpg"),
        ("par\u2029agraph.jpg", r"par\u2029agraph.jpg"),
        ("[bold]é 写真.jpg", "[bold]é 写真.jpg"),
    ],
)
def test_odd_name_stays_on_its_line(path: str, shown: str) -> None:
    for prediction in (_cat(path), Prediction(path, error=path)):
        rows = _printed(prediction)
        assert rows[1].startswith(f" {shown} ")
        "\n".join(rows).encode()


def test_answers_as_a_table(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jpg").write_bytes(pictures.jpeg())
    assert predict_command(Request([tmp_path], tmp_path, model, top=1, form="table")) == 0
    printed = capsys.readouterr()
    assert str(tmp_path / "a.jpg") in printed.out
    assert "0.7500" in printed.out
    assert printed.err == ""


def test_answers_as_json_and_the_exit_code_of_broken_ones(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = os.fsdecode(b"odd\xff.png")
    (tmp_path / "a.png").touch()
    (tmp_path / name).write_bytes(pictures.plain_png())
    assert predict_command(Request([tmp_path], tmp_path, model, top=2, form="json")) == 2
    printed = capsys.readouterr()
    broken, good = (json.loads(line) for line in printed.out.splitlines())
    assert broken == {"path": str(tmp_path / "a.png"), "error": "the file is empty (0 bytes)"}
    assert good["path"] == str(tmp_path / name)
    assert good["probability"] == 0.75
    assert saved_models.echoed(good["label"]) == pictures.plain_png()
    assert good["scores"] == {good["label"]: 0.75, "other": 0.25}
    assert printed.err == "1 of 2 pictures could not be read\n"


def test_pipe_is_refused_and_not_waited_for(model: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / os.fsdecode(b"odd\xff.png")).write_bytes(pictures.plain_png())
    done = run_cli("predict", tmp_path, tmp_path / "pipe.jpg", "--model", model)
    assert done.returncode == 2
    assert done.stderr == "2 of 3 pictures could not be read\n"
    assert done.stdout.count("no regular file") == 2
    assert r"odd\udcff.png" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_terminal_that_cannot_show_a_letter_is_no_reason_to_fail(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    (tmp_path / "é.png").write_bytes(pictures.plain_png())
    done = run_cli("predict", tmp_path, "--model", model)
    assert done.returncode == 0, done.stderr
    assert (r"\xe9.png" if encoding == "ascii" else "é.png") in done.stdout


def test_answers_as_csv(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / 'a, "b".jpg').write_bytes(pictures.jpeg())
    (tmp_path / "c\r.jpg").write_bytes(b"no picture")
    assert predict_command(Request([tmp_path], tmp_path, model, form="csv")) == 2
    header, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert header == ["path", "label", "probability", "error"]
    assert rows[0] == [str(tmp_path / 'a, "b".jpg'), rows[0][1], "0.75", ""]
    assert rows[1][:3] == [str(tmp_path / "c\r.jpg"), "", ""] and rows[1][3]


@pytest.mark.parametrize(("bound", "is_sure"), [(0.0, True), (0.75, True), (0.76, False), (1.0, False)])
def test_model_abstains_below_a_probability(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], bound: float, is_sure: bool
) -> None:
    (tmp_path / "a.jpg").write_bytes(pictures.jpeg())
    assert predict_command(Request([tmp_path], tmp_path, model, abstain_below=bound, form="json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["label"] is not None) == is_sure
    assert answer["probability"] == 0.75
    assert predict_command(Request([tmp_path], tmp_path, model, abstain_below=bound)) == 0
    assert (" ?" in capsys.readouterr().out) == (not is_sure)


def test_paths_from_standard_input_and_patterns(model: Path, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg", "c.png"):
        (tmp_path / name).write_bytes(pictures.jpeg() if name.endswith("jpg") else pictures.plain_png())
    command = [
        sys.executable,
        "pipeline_runner.py",
        "predict",
        "-",
        f"{tmp_path}/*.jpg",
        "--model",
        str(model),
    ]
    done = subprocess.run(
        [*command, "--json"],
        cwd=ROOT,
        input=f"{tmp_path / 'c.png'}\n\n",
        capture_output=True,
        text=True,
        check=True,
    )
    found = [Path(json.loads(line)["path"]).name for line in done.stdout.splitlines()]
    assert found == ["c.png", "a.jpg", "b.jpg"]
    assert done.stderr == ""


@pytest.mark.parametrize("other", [("--json",), ("--top", "2")])
def test_csv_has_one_answer_a_picture(other: tuple[str, ...]) -> None:
    check_one_clear_line(run_cli("predict", "a.jpg", "--csv", *other), ("--csv", "--json", "--top"))


@pytest.fixture(scope="module")
def explainer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_models.save_model(tmp_path_factory.mktemp("models") / "explainer", explains=True)


def test_explanations_of_all_that_is_answered(
    explainer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for place, folder in enumerate(folders):
        folder.mkdir()
        (folder / "a.png").write_bytes(pictures.encode(pictures.noise(place), "PNG"))
    (tmp_path / "one" / "broken.png").touch()
    out = tmp_path / "out"
    request = Request(folders, tmp_path, explainer, abstain_below=0.9, form="json", explain=out)
    assert predict_command(request) == 2
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    drawn = [answer.get("explanation") for answer in answers]
    assert drawn[1] is None and "error" in answers[1]
    assert answers[0]["label"] is None  # it abstains, and shows why
    assert sorted(map(str, out.iterdir())) == sorted(path for path in drawn if path)
    assert len(set(drawn)) == 3


def test_explanations_in_the_table_and_as_csv(
    explainer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, out = tmp_path / "a.png", tmp_path / "out"
    picture.write_bytes(pictures.plain_png())
    request = Request([picture], tmp_path, explainer, form="csv", explain=out)
    assert predict_command(request) == 0
    header, row = csv.reader(io.StringIO(capsys.readouterr().out))
    (drawn,) = out.iterdir()
    assert (header[-1], row[-1]) == ("explanation", str(drawn))
    assert predict_command(Request([picture], tmp_path, explainer, top=2, explain=out)) == 0
    printed = capsys.readouterr().out
    assert printed.split()[:4] == ["picture", "label", "probability", "explanation"]
    assert printed.count(str(drawn)) == 1


def test_bad_folder_and_old_model_are_one_clear_line(model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(pictures.plain_png())
    asked = ("predict", picture, "--model", model, "--explain")
    check_one_clear_line(run_cli(*asked, picture), ("--explain: cannot write to", "a.png", "File exists"))
    check_one_clear_line(run_cli(*asked, tmp_path / "out"), ("cannot explain", "--from Trainer"))
