"""Through Beam: what `predict` says, in files; a picture that fails costs no other one its answer."""

import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from pipeline.commands.predict import Request, predict_command
from pipeline.errors import InputError
from pipeline.prediction.bulk import LOCAL, Counts, bulk_predict
from pipeline.prediction.paths import find_pictures
from pipeline.prediction.predict import predict
from tests.saved_models import save_model

pytestmark = pytest.mark.slow
PICTURES = 70
"""More than two batches."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pictures")
    for number in range(PICTURES):
        pixels = np.random.default_rng(number).integers(0, 256, (4, 4, 3), np.uint8)
        Image.fromarray(pixels).save(root / f"{number}.png")
    (root / "broken.png").write_bytes(b"no picture")
    return root


def _lines(output: Path) -> list[str]:
    return sorted(line for path in output.glob("*.jsonl") for line in path.read_text().splitlines())


@pytest.mark.parametrize("abstain_below", [0.0, 0.9])
def test_files_hold_what_predict_says(
    model: Path, folder: Path, tmp_path: Path, abstain_below: float
) -> None:
    pictures = find_pictures([folder])
    counts = bulk_predict(model, pictures, tmp_path / "new" / "out", 2, abstain_below)
    assert counts == Counts(PICTURES, 1)
    expected = [prediction.as_json() for prediction in predict(model, pictures, 2, abstain_below)]
    assert _lines(tmp_path / "new" / "out") == sorted(expected)
    assert {json.loads(line).get("label") is None for line in expected} >= {abstain_below == 0.9}


def test_one_picture_that_the_model_refuses(folder: Path, tmp_path: Path) -> None:
    refused = (folder / "7.png").read_bytes()

    def check(images: tf.Tensor) -> tf.Operation:
        return tf.debugging.Assert(tf.reduce_all(images != refused), ["not this one"])

    output = tmp_path / "out"
    model = save_model(tmp_path / "model", check=check)
    assert bulk_predict(model, find_pictures([folder]), output, 1) == Counts(PICTURES - 1, 2)
    (line,) = [
        line for line in _lines(output) if json.loads(line)["path"].endswith("7.png") and "error" in line
    ]
    assert "cannot answer: " in json.loads(line)["error"]


def test_answers_are_never_mixed_with_others(model: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "answers-00000-of-00001.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match="has answers already"):
        bulk_predict(model, find_pictures([folder]), tmp_path, 1)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be made: "):
        bulk_predict(model, find_pictures([folder]), tmp_path / "file", 1)


def test_no_local_folder_is_made_of_a_remote_one(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="must be a folder that this machine and all workers see"):
        bulk_predict(model, [], Path("gs://bucket/answers"), 1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--runer=FlinkRunner", "Beam knows no --runer=FlinkRunner"),
        ("FlinkRunner", "Beam knows no FlinkRunner"),
        ("--direct_num_workers=many", "invalid int value"),
    ],
)
def test_beam_gets_no_flag_that_it_would_pass_over(
    model: Path, tmp_path: Path, flag: str, words: str
) -> None:
    with pytest.raises(InputError, match=f"^--beam: .*{words}"):
        bulk_predict(model, [], tmp_path / "out", 1, beam_flags=(*LOCAL, flag))
    assert not (tmp_path / "out").exists()


def test_a_wrong_model_is_known_before_beam_starts(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(InputError, match="cannot be loaded"):
        bulk_predict(tmp_path, find_pictures([folder]), tmp_path / "out", 1)


def test_the_command_tells_how_many(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = Request([folder], tmp_path, model, output=tmp_path / "out", beam_flags=LOCAL)
    assert predict_command(request) == 2
    said = capsys.readouterr()
    assert said.out == f"{PICTURES} pictures answered: {tmp_path / 'out'}\n"
    assert said.err.endswith(f"1 of {PICTURES + 1} pictures could not be read\n")
