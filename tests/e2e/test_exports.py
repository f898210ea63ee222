"""The pushed model in other formats, and docs/serving.md on the pushed model."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.exports.exports_file import FILE, FOLDER
from components.exports.formats import FORMATS
from tests import serving_page
from tests.e2e import sample
from tests.e2e.served import answers, images_of, records
from tests.serving_page import GRPC, ONNX, PIXELS, REST, TFLITE, snippet

pytestmark = pytest.mark.e2e

# With a view beside the plain one: what it adds to an answer is in the other formats, too.
SETTINGS = (*sample.SMALL, "trainer.test_time_views=[horizontal_flip]")
ASKED = f"pusher.formats=[{', '.join(FORMATS)}]"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a run that was pushed with all formats."""
    workspace = tmp_path_factory.mktemp("exports") / "workspace"
    result = sample.run(workspace, settings=(*SETTINGS, ASKED))
    assert result.returncode == 0, result.stderr
    assert "onnx, " in result.stderr
    return workspace


@pytest.fixture(scope="module")
def pushed(exported: Path) -> Path:
    return Path(sample.summaries(exported)[0]["model"]["pushed_to"])


@pytest.fixture(scope="module")
def pictures(exported: Path) -> Any:
    return images_of(records(exported, "test"))


def test_every_format_is_told_with_its_agreement(exported: Path, pushed: Path) -> None:
    summary = sample.summaries(exported)[0]
    told = {each["format"]: each for each in summary["exports"]}
    assert list(told) == list(FORMATS)
    splits = summary["data"]["splits"]
    for name, each in told.items():
        row = FORMATS[name]  # type: ignore[index]
        assert (pushed / FOLDER / each["file"]).stat().st_size == each["bytes"]
        assert each["pictures"] == splits["test"]
        assert each["calibrated_on"] == (splits["eval"] if row.is_calibrated else 0)
        assert each["largest_difference"] < (0.5 if row.is_calibrated else 1e-4)
        assert each["agreement"] == 1.0 or row.is_calibrated
    assert told["tflite_int8"]["bytes"] < 0.35 * told["tflite"]["bytes"]
    assert json.loads((pushed / FOLDER / FILE).read_text())["exports"] == summary["exports"]


def test_agreement_is_what_it_is_said_to_be(exported: Path, pushed: Path, pictures: Any) -> None:
    from components.exports.agreement import compare
    from components.exports.pixel_model import PixelModel

    served, model = answers(pushed, pictures), PixelModel(str(pushed))
    pixels = model.pixels(pictures.numpy().tolist())
    for each in sample.summaries(exported)[0]["exports"]:
        content = (pushed / FOLDER / each["file"]).read_bytes()
        found = compare(served, FORMATS[each["format"]].load(content)(pixels))
        assert each["agreement"] == pytest.approx(found.agreement)
        assert each["largest_difference"] == pytest.approx(found.largest_difference, abs=1e-3)


def test_page_is_true_of_the_pushed_model(
    pushed: Path, pictures: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.serving_stand_in import Served, remote_calls, rest

    monkeypatch.setenv("no_proxy", "*")
    picture = tmp_path / "new.png"
    picture.write_bytes(pictures.numpy()[0])
    (expected,) = answers(pushed, pictures[:1])
    model, names = Served("solar-cells", pushed), {}
    with rest(model) as address:
        printed = [serving_page.run(snippet(REST, picture=str(picture), rest=address), {})]
    with remote_calls(model) as address:
        printed.append(serving_page.run(snippet(GRPC, picture=str(picture), grpc=address), {}))
    serving_page.stand_in_for_litert()
    code = snippet(PIXELS, picture=str(picture), folder=str(pushed / FOLDER))
    assert serving_page.run(code, names) == ""
    printed += [serving_page.run(snippet(word), names) for word in (TFLITE, ONNX)]
    label = (pushed / "assets" / "labels.txt").read_text().splitlines()[np.argmax(expected)]
    for line in printed:
        assert line.split()[0] == label
        assert float(line.split()[1]) == pytest.approx(expected.max(), abs=1e-4)


def test_second_run_makes_nothing_and_other_formats_run_pusher_alone(exported: Path) -> None:
    served = sample.served(exported)
    assert sample.run(exported, settings=(*SETTINGS, ASKED)).returncode == 0
    again = sample.summaries(exported)[-1]
    assert set(sample.states(again).values()) == {"cached"}
    assert again["exports"] == sample.summaries(exported)[0]["exports"]
    assert sample.run(exported, settings=SETTINGS).returncode == 0
    states = sample.states(sample.summaries(exported)[-1])
    assert [node for node, state in states.items() if state != "cached"] == ["Pusher"]
    assert sample.served(exported) == served  # which hold what was asked for, and more
