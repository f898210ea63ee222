"""What is asked before a policy learns: each mistake is one line, and none needs TensorFlow."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.runners.input_checks import check_input
from pipeline.settings.environment import ASK, GLIMPSE
from tests.cli import run_python
from tests.components.environments import wild
from tests.pipeline.runners.test_input_checks import config

POLICY = {"task": "reinforcement"}
WRONG = {"cat": 5, "dog": 1, "hen": 2}
COSTS = {name: {other: cost for other, cost in WRONG.items() if other != name} for name in WRONG}
WILD = f"{wild.__name__}:graft-tests/Wild-v0"


def _deciding(folder: Path, **decision: Any) -> Config:
    return config(folder, **POLICY, environment={"decision": decision})


def _other(name: str, **sections: Any) -> Config:
    given = {"environment": {"id": name}, "data": {"source": "none"}, **sections}
    return Config.model_validate({**POLICY, **given})


def _phases(*unfreezes: str) -> dict[str, Any]:
    phases = [{"name": f"p{place}", "steps": 1, "unfreeze": each} for place, each in enumerate(unfreezes)]
    return {"phases": phases}


def _refused(given: Config, text: str) -> None:
    with pytest.raises(InputError, match=text) as told:
        check_input(given)
    assert len(str(told.value).splitlines()) == 1


def test_nothing_is_wrong(tmp_path: Path) -> None:
    check_input(config(tmp_path, **POLICY))
    check_input(_deciding(tmp_path, costs=COSTS, ask=0.1))
    check_input(config(tmp_path, **POLICY, environment={"id": GLIMPSE}))
    check_input(
        config(tmp_path, **POLICY, policy=_phases("head", "top", "30%"), pusher={"formats": ["onnx"]})
    )
    check_input(_other(WILD, evaluator={"returns": {"at_least": 0}}))


def test_a_gate_where_no_fixed_action_is_one() -> None:
    _refused(_other(WILD), "^`evaluator.returns` says nothing of what a policy must earn.*at_least")


def test_weights_that_would_say_nothing(tmp_path: Path) -> None:
    plain = config(tmp_path, **POLICY)
    manifest = Path(str(plain.data.path))
    header, *rows = manifest.read_text().splitlines()
    weighed = [f"{header},weight", *(f"{row},2" for row in rows)]
    manifest.write_text("\n".join(weighed))
    _refused(plain, "^the pictures have weights")


@pytest.mark.parametrize(
    ("unfreezes", "text"),
    [
        (("head", "block_99"), "^`policy.phases.unfreeze` must be head, a share from 1% to 100%, or a stage"),
        (("top", "head"), "^`policy.phases` must unfreeze from the top down"),
    ],
)
def test_stages_that_there_are_not(tmp_path: Path, unfreezes: tuple[str, ...], text: str) -> None:
    _refused(config(tmp_path, **POLICY, policy=_phases(*unfreezes)), text)


@pytest.mark.parametrize(
    ("costs", "text"),
    [
        ({name: COSTS[name] for name in ("cat", "dog")}, "says nothing of the class `hen`"),
        ({**COSTS, "cow": {}}, "names the class `cow`, which there is not"),
        ({**COSTS, "hen": {"cat": 1}}, "costs.hen does not say what the answer `dog` costs"),
        ({**COSTS, "hen": {**COSTS["hen"], "kat": 1}}, "names the answer `kat`.*Did you mean `cat`"),
    ],
)
def test_costs_that_do_not_fit_the_classes(tmp_path: Path, costs: dict[str, Any], text: str) -> None:
    _refused(_deciding(tmp_path, costs=costs), text)


def test_costs_are_of_no_matter_to_glimpses(tmp_path: Path) -> None:
    environment = {"id": GLIMPSE, "decision": {"costs": {"cow": {}}}}
    check_input(config(tmp_path, **POLICY, environment=environment))


def test_class_that_bears_the_name_of_an_action(tmp_path: Path) -> None:
    for label in (ASK, "tea"):
        (tmp_path / "data" / label).mkdir(parents=True)
        for number in range(4):
            (tmp_path / "data" / label / f"{number}.jpg").touch()
    given = {**POLICY, "data": {"path": str(tmp_path / "data")}}
    _refused(Config.model_validate(given), f"class `{ASK}` bears the name of an action")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("graft/Decision-v3", "`graft/Decision-v3` is not known to Gymnasium"),
        ("no_such_module:Any-v0", "module `no_such_module` of environment.id cannot be imported"),
        ("CartPole-v1", "`CartPole-v1` observes Box float32 .*, which is no picture"),
        (f"{wild.__name__}:graft-tests/Raising-v0", "cannot be made: RuntimeError"),
    ],
)
def test_environments_that_cannot_be_acted_in(name: str, text: str) -> None:
    _refused(_other(name), text)


@pytest.mark.parametrize("kind", [GLIMPSE, WILD])
def test_formats_are_for_policies_that_see_whole_pictures(tmp_path: Path, kind: str) -> None:
    sections = {"environment": {"id": kind}, "pusher": {"formats": ["onnx"]}}
    given = config(tmp_path, **POLICY, **sections) if kind == GLIMPSE else _other(kind, **sections)
    _refused(given, f"`pusher.formats` are for policies that see whole pictures.* Received: {kind}")


@pytest.mark.parametrize("name", ["", "assets.extra", "no/such"])
def test_classifier_that_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "assets.extra").mkdir()
    folder = str(tmp_path / name)
    environment = {"classifier": folder}
    text = f"^`environment.classifier` must be the folder of a model that Graft pushed.*'{folder}'"
    _refused(config(tmp_path, **POLICY, environment=environment), text)


def _classifier(folder: Path, *labels: str) -> dict[str, Any]:
    for name, text in (("saved_model.pb", ""), ("assets/labels.txt", "\n".join(labels))):
        (folder / "pushed" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "pushed" / name).write_text(text)
    return {"classifier": str(folder / "pushed")}


def test_classifier_of_the_same_classes(tmp_path: Path) -> None:
    check_input(config(tmp_path, **POLICY, environment=_classifier(tmp_path, "hen", "cat", "dog")))


@pytest.mark.parametrize("labels", [("cat", "dog"), ("cat", "cow", "dog"), ("cat", "cow", "dog", "hen")])
def test_classifier_of_other_classes(tmp_path: Path, labels: tuple[str, ...]) -> None:
    text = f"tells apart {', '.join(labels)}, and the data has cat, dog, hen"
    _refused(config(tmp_path, **POLICY, environment=_classifier(tmp_path, *labels)), text)


@pytest.mark.parametrize("task", ["reinforcement", "classification"])
def test_asking_loads_nothing_heavy(tmp_path: Path, task: str) -> None:
    given = config(tmp_path, task=task).model_dump_json()
    heavy = ("tensorflow", "tfx", "keras", *(["gymnasium"] if task == "classification" else []))
    done = run_python(
        "-c",
        "import sys; from pipeline.config import Config; "
        "from pipeline.runners.input_checks import check_input; "
        f"check_input(Config.model_validate_json({given!r})); "
        f"print([each for each in {heavy} if each in sys.modules])",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
