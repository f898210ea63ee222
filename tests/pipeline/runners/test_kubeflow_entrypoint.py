"""What KFP hands over becomes what TFX expects, and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from tfx import types
from tfx.dsl.components.base import base_executor

from components.label_check.component import Suspects
from pipeline.errors import InputError
from pipeline.runners import kubeflow_entrypoint
from pipeline.runners.kubeflow_artifacts import LAUNCHER_ROOT, title_of

TYPE = {"schemaTitle": "tfx.Model", "schemaVersion": "0.0.1"}


@pytest.fixture(autouse=True)
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(LAUNCHER_ROOT, str(tmp_path))
    return tmp_path


def _artifact(uri: str, **metadata: float) -> dict[str, Any]:
    return {"artifacts": [{"name": "7", "uri": f"minio://{uri}", "metadata": metadata}]}


def _invocation(output_file: Path, **inputs: dict[str, Any]) -> dict[str, Any]:
    outputs = {"model": {"artifacts": [{"uri": "minio://b/out/model", "type": TYPE}]}}
    return {
        "inputs": {"artifacts": inputs, "parameterValues": {}},
        "outputs": {"artifacts": outputs, "outputFile": str(output_file)},
    }


def _spec(*names: str) -> dict[str, Any]:
    return {"artifacts": {name: {"artifactType": dict(TYPE)} for name in names}}


def test_inputs_get_types_and_places(pod: Path) -> None:
    invocation = _invocation(pod / "output.json", model=_artifact("b/in/model", split=1.0))
    places = kubeflow_entrypoint.as_tfx_expects(invocation, _spec("model"))
    (model,) = invocation["inputs"]["artifacts"]["model"]["artifacts"]
    place = str(pod / "minio/b/in/model")
    assert model == {"name": "7", "uri": place, "metadata": {"split": 1.0}, "type": TYPE}
    assert places[place] == "minio://b/in/model"


def test_folders_of_outputs_are_made(pod: Path) -> None:
    kubeflow_entrypoint.as_tfx_expects(_invocation(pod / "output.json"), {})
    assert (pod / "minio/b/out/model").is_dir()


def test_parts_are_joined_in_their_order(pod: Path) -> None:
    parts = {f"models__{place}": _artifact(f"b/{place}") for place in (10, 2, 0, 1)}
    invocation = _invocation(pod / "output.json", **parts)
    kubeflow_entrypoint.as_tfx_expects(invocation, _spec(*parts))
    found = invocation["inputs"]["artifacts"]
    assert list(found) == ["models"]
    order = [each["uri"].rpartition("/")[2] for each in found["models"]["artifacts"]]
    assert order == ["0", "1", "2", "10"]


def test_what_stands_for_none_is_none(pod: Path) -> None:
    invocation = _invocation(pod / "output.json", baseline=_artifact("b/in", absent=1.0))
    kubeflow_entrypoint.as_tfx_expects(invocation, _spec("baseline"))
    assert invocation["inputs"]["artifacts"] == {"baseline": {"artifacts": []}}


def test_outputs_get_their_uris_back_and_lose_nulls(pod: Path) -> None:
    noted = pod / "output.json"
    place = str(pod / "minio/b/out/model")
    told = {"uri": place, "metadata": {"blessed": 1.0, "nothing": None}}
    noted.write_text(json.dumps({"artifacts": {"model": {"artifacts": [told]}}}))
    kubeflow_entrypoint.as_kfp_expects(noted, {place: "minio://b/out/model"})
    (artifact,) = json.loads(noted.read_text())["artifacts"]["model"]["artifacts"]
    assert artifact == {"uri": "minio://b/out/model", "metadata": {"blessed": 1.0}}


def test_outputs_without_artifacts_are_left_as_they_are(pod: Path) -> None:
    noted = pod / "output.json"
    noted.write_text("{}")
    kubeflow_entrypoint.as_kfp_expects(noted, {})
    assert noted.read_text() == "{}"


def _arguments(invocation: dict[str, Any]) -> list[str]:
    return [
        *("--executor_class_path", "some.Executor"),
        *("--json_serialized_invocation_args", json.dumps(invocation)),
        *("--json_serialized_inputs_spec_args", "{}"),
        "--runner=FnApiRunner",
    ]


def test_beam_gets_its_flags_and_tfx_its_own(pod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def run(known: Any, beam_flags: list[str]) -> None:
        seen.append((known.executor_class_path, beam_flags))
        (pod / "output.json").write_text("{}")

    monkeypatch.setattr(kubeflow_entrypoint, "_run", run)
    assert kubeflow_entrypoint.main(_arguments(_invocation(pod / "output.json"))) == 0
    assert seen == [("some.Executor", ["--runner=FnApiRunner"])]


def test_a_users_mistake_is_one_line(
    pod: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*_: Any) -> None:
        try:
            raise InputError("too many unusable pictures")
        except InputError as error:
            raise RuntimeError("Beam's words around it") from error

    monkeypatch.setattr(kubeflow_entrypoint, "_run", run)
    assert kubeflow_entrypoint.main(_arguments(_invocation(pod / "output.json"))) == 2
    assert capsys.readouterr().err == "error: too many unusable pictures\n"


def test_a_defect_is_raised(pod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(kubeflow_entrypoint, "_run", run)
    with pytest.raises(RuntimeError, match="a defect"):
        kubeflow_entrypoint.main(_arguments(_invocation(pod / "output.json")))


class RecordingExecutor(base_executor.BaseExecutor):
    """Notes what it was called with."""

    seen: tuple[dict[str, list[types.Artifact]], dict[str, Any]]

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        RecordingExecutor.seen = input_dict, exec_properties
        output_dict["model"][0].set_int_custom_property("pushed", 1)


def test_an_executor_sees_what_it_would_see_locally(pod: Path) -> None:
    models = {f"models__{place}": _artifact(f"b/{place}", pushed=1.0) for place in (0, 1)}
    none = {"baseline": _artifact("b/none", absent=1.0), "suspects": _artifact("b/suspects")}
    invocation = _invocation(pod / "output.json", **models, **none)
    invocation["inputs"]["parameterValues"] = {"seed": 17, "rate": 0.5, "name": "x"}
    spec = _spec(*models, *none)
    spec["artifacts"]["suspects"]["artifactType"]["schemaTitle"] = title_of(Suspects)
    kinds = {"seed": "NUMBER_INTEGER", "rate": "NUMBER_DOUBLE", "name": "STRING"}
    spec["parameters"] = {name: {"parameterType": kind} for name, kind in kinds.items()}
    arguments = _arguments(invocation)
    arguments[1] = f"{__name__}.RecordingExecutor"
    arguments[5] = json.dumps(spec)

    assert kubeflow_entrypoint.main(arguments) == 0
    inputs, properties = RecordingExecutor.seen
    assert [Path(model.uri).name for model in inputs["models"]] == ["0", "1"]
    assert inputs["models"][0].get_int_custom_property("pushed") == 1
    assert inputs["baseline"] == []
    assert type(inputs["suspects"][0]).__name__ == "Suspects"
    assert properties == {"seed": 17, "rate": 0.5, "name": "x"}
    assert type(properties["seed"]) is int
    told = json.loads((pod / "output.json").read_text())["artifacts"]["model"]["artifacts"][0]
    assert (told["uri"], told["metadata"]["pushed"]) == ("minio://b/out/model", 1.0)
