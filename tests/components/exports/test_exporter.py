"""A model in other formats: whole, told of, and the same."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.ensemble.served import ServedEnsemble
from components.exports import exporter
from components.exports.exporter import export
from components.exports.exports_file import FOLDER, read_exports
from components.exports.formats import FORMATS
from components.temperature import Calibration
from pipeline.errors import InputError
from tests.components.ensemble.members import export_member
from tests.components.exports.models import grey_examples, save_model

SHADES = {"train": [1], "eval": [5, 60, 250], "test": [0, 120, 255, 130]}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return save_model(tmp_path / "model")


@pytest.fixture
def examples(tmp_path: Path) -> Any:
    return grey_examples(tmp_path / "examples", SHADES)


def _replaced(monkeypatch: pytest.MonkeyPatch, name: str, **changed: Any) -> None:
    monkeypatch.setattr(exporter, "FORMATS", {**FORMATS, name: replace(FORMATS[name], **changed)})


def test_every_format_lies_beside_the_model_and_answers_as_it_does(folder: str, examples: Any) -> None:
    export(folder, examples, list(FORMATS))
    found = {each["format"]: each for each in read_exports(Path(folder))}
    assert list(found) == list(FORMATS)
    assert {path.name for path in Path(folder, FOLDER).iterdir()} == {
        "exports.json",
        *(row.file for row in FORMATS.values()),
    }
    for name, each in found.items():
        assert each["bytes"] == Path(folder, FOLDER, each["file"]).stat().st_size
        assert each["pictures"] == len(SHADES["test"])
        assert each["calibrated_on"] == (len(SHADES["eval"]) if name == "tflite_int8" else 0)
        is_exact = name != "tflite_int8"
        assert each["largest_difference"] < (1e-5 if is_exact else 0.2)
        assert each["agreement"] == 1.0 or not is_exact


def test_an_ensemble_is_one_file(tmp_path: Path, examples: Any) -> None:
    members = [export_member(tmp_path / str(slope), [slope, 0.0, 1.0]) for slope in (2.0, -5.0)]
    joint = ServedEnsemble(members)
    joint.save(str(tmp_path / "joint"), Calibration(1.0, 0, 0, 0, 0))
    export(str(tmp_path / "joint"), examples, ["tflite", "onnx"])
    assert [each["largest_difference"] < 1e-5 for each in read_exports(tmp_path / "joint")] == [True, True]


def test_integers_are_calibrated_on_eval_and_never_on_test(
    folder: str, examples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    def convert(model: Any, calibration: Callable[[], Iterator[np.ndarray]]) -> bytes:
        for pixels in calibration():
            assert pixels.shape == (1, 4, 4, 3)
            seen.append(float(pixels.mean()))
        return FORMATS["tflite_int8"].convert(model, calibration)

    _replaced(monkeypatch, "tflite_int8", convert=convert)
    export(folder, examples, ["tflite_int8"])
    assert seen == SHADES["eval"]


@pytest.mark.parametrize("wrong", [lambda found: found[:, ::-1], lambda found: found * np.nan])
def test_a_float_format_that_answers_otherwise_is_refused(
    folder: str, examples: Any, monkeypatch: pytest.MonkeyPatch, wrong: Callable[[np.ndarray], np.ndarray]
) -> None:
    def load(content: bytes) -> Callable[[np.ndarray], np.ndarray]:
        answers = FORMATS["tflite"].load(content)
        return lambda pixels: wrong(answers(pixels))

    _replaced(monkeypatch, "tflite", load=load)
    with pytest.raises(RuntimeError, match="tflite is not the model.*4 pictures of test.*Nothing was pushed"):
        export(folder, examples, ["tflite"])
    assert not Path(folder, FOLDER).exists()


def test_integers_may_be_off_and_it_is_told(
    folder: str, examples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replaced(monkeypatch, "tflite_int8", load=lambda content: lambda pixels: np.eye(3)[[2] * len(pixels)])
    export(folder, examples, ["tflite_int8"])
    (found,) = read_exports(Path(folder))
    assert found["agreement"] < 0.5
    assert found["largest_difference"] > 0.5


def test_a_model_that_a_format_cannot_hold_is_one_clear_mistake(
    folder: str, examples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(*_: Any) -> bytes:
        raise ValueError("op Strange is not supported\n" + "details " * 100)

    _replaced(monkeypatch, "onnx", convert=convert)
    with pytest.raises(InputError, match="brought into onnx: op Strange.*Leave onnx out") as raised:
        export(folder, examples, ["onnx"])
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500
