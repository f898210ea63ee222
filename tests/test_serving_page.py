"""What docs/serving.md shows is true, for a small model; tests/e2e/test_exports.py has the pushed one."""

import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import tensorflow as tf

from components.exports.exporter import export
from components.exports.exports_file import FILE, FOLDER
from components.exports.formats import FORMATS
from pipeline.settings.pusher import ExportFormat
from tests import serving_page
from tests.components.ensemble.members import LABELS
from tests.components.exports.models import SLOPES, grey_examples, save_model
from tests.serving_page import GRPC, ONNX, PIXELS, REST, SHELL, TFLITE, snippet
from tests.serving_stand_in import Served, remote_calls, rest

NAME = "solar-cells"
SHADE = 200


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(save_model(tmp_path_factory.mktemp("serving") / "1700000000"))


@pytest.fixture(scope="module")
def served(folder: Path) -> Served:
    return Served(NAME, folder)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "new.png"
    path.write_bytes(tf.io.encode_png(np.full((4, 4, 3), SHADE, np.uint8)).numpy())
    return str(path)


def _expected() -> dict[str, float]:
    odds = np.exp(np.array(SLOPES) * SHADE / 255)
    return dict(zip(LABELS, odds / odds.sum(), strict=True))


def test_rest(served: Served, picture: str) -> None:
    with rest(served) as address:
        names: dict[str, Any] = {}
        printed = serving_page.run(snippet(REST, picture=picture, rest=address), names)
    answer = names["answer"]
    assert dict(zip(answer["labels"], answer["probabilities"], strict=True)) == pytest.approx(_expected())
    assert (answer["label"], answer["probability"]) == ("cat", pytest.approx(_expected()["cat"]))
    assert printed.startswith("cat 0.9")


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_rest_from_a_shell(served: Served, picture: str) -> None:
    with rest(served) as address:
        body = serving_page.run_shell(snippet(SHELL, "sh", picture=picture, rest=address))
    (answer,) = json.loads(body)["predictions"]
    assert dict(zip(answer["labels"], answer["probabilities"], strict=True)) == pytest.approx(_expected())


def test_rest_answers_every_instance_and_other_signatures(served: Served, picture: str) -> None:
    names: dict[str, Any] = {}
    with rest(served) as address:
        serving_page.run(snippet(REST, picture=picture, rest=address), names)
    (instance,) = json.loads(names["body"])["instances"]
    body = {"signature_name": "explain", "instances": [instance] * 3}
    answers = served.predict(json.dumps(body).encode())["predictions"]
    assert [answer["label"] for answer in answers] == ["cat"] * 3
    assert np.shape(answers[0]["heat"]) == (3, 3)


def test_picture_that_cannot_be_decoded_is_its_requests_error(served: Served, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with rest(served) as address, pytest.raises(urllib.error.HTTPError, match="400"):
        serving_page.run(snippet(REST, picture=str(broken), rest=address), {})


def test_grpc(served: Served, picture: str) -> None:
    with remote_calls(served) as address:
        printed = serving_page.run(snippet(GRPC, picture=picture, grpc=address), {})
    label, probability = printed.split()
    assert label == "cat"
    assert float(probability) == pytest.approx(_expected()["cat"])


def test_other_formats(folder: Path, picture: str, tmp_path: Path) -> None:
    examples = grey_examples(tmp_path / "examples", {"eval": [0, 255], "test": [9]})
    export(str(folder), examples, list(FORMATS))
    serving_page.stand_in_for_litert()
    names: dict[str, Any] = {}
    serving_page.run(snippet(PIXELS, picture=picture, folder=str(folder / FOLDER)), names)
    for word in (TFLITE, ONNX):
        label, probability = serving_page.run(snippet(word), names).split()
        assert label == "cat"
        assert float(probability) == pytest.approx(_expected()["cat"], abs=1e-5)


def test_page_names_all_that_there_is(served: Served) -> None:
    rows = [row.strip("| ").split("`")[1] for row in serving_page.PAGE.splitlines() if row.startswith("| `")]
    signatures = ["serving_default", "serving_examples", "explain"]
    assert rows == [*signatures, *(row.file for row in FORMATS.values()), FILE]
    assert f"pusher.formats=[{','.join(get_args(ExportFormat))}]" in serving_page.PAGE
    assert all(f"`{name}`" in serving_page.PAGE for name in served.ask("explain", _one_picture()))


def _one_picture() -> dict[str, tf.Tensor]:
    return {"image_bytes": tf.constant([tf.io.encode_png(np.zeros((4, 4, 3), np.uint8)).numpy()])}
