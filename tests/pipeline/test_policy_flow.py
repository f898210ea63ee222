"""The wiring of a policy's run: who hands what to whom, by its environment."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import policy_flow
from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.settings.environment import DECISION, GLIMPSE
from pipeline.workspace import Workspace

OTHER = "CarRacing-v3"


def config_of(kind: str, **sections: Any) -> Config:
    """A run of that environment."""
    source = "solar_cells" if kind in (DECISION, GLIMPSE) else "none"
    given = {"environment": {"id": kind, "count": 4}, "data": {"source": source}, **sections}
    return Config.model_validate({"task": "reinforcement", **given})


def _nodes(root: Path, kind: str, **sections: Any) -> dict[str, Any]:
    from pipeline.pipeline import create_pipeline

    made = create_pipeline(config_of(kind, **sections), Workspace(root))
    return {node.id: node for node in made.components}


def _settings(node: Any) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(node.exec_properties["custom_config"])
    return settings


def test_a_decision_learns_from_what_augment_cached(tmp_path: Path) -> None:
    nodes = _nodes(tmp_path, DECISION)
    assert nodes["Trainer"].inputs["examples"] is nodes["Augment"].outputs["features"]
    assert nodes["Trainer"].inputs["transform_graph"] is nodes["Transform"].outputs["transform_graph"]
    settings = _settings(nodes["Trainer"])
    assert (
        nodes["Augment"].exec_properties["cut"] == settings["cut"] == "block_12"
    )  # below a fifth of 18 stages
    assert nodes["Augment"].exec_properties["fingerprint"] == settings["fingerprint"]


def test_glimpses_are_taken_of_the_pictures_themselves(tmp_path: Path) -> None:
    nodes = _nodes(tmp_path, GLIMPSE)
    assert "Augment" not in nodes
    examples = nodes["ImageExampleGen"].outputs["examples"]
    assert nodes["Trainer"].inputs["examples"] is examples
    assert nodes["Evaluator"].inputs["examples"] is examples


@pytest.mark.parametrize("kind", [DECISION, GLIMPSE, OTHER])
def test_the_policy_goes_on_from_node_to_node(tmp_path: Path, kind: str) -> None:
    nodes = _nodes(tmp_path, kind, seed=23)
    model = nodes["Trainer"].outputs["model"]
    assert nodes["Evaluator"].inputs["model"] is model
    assert nodes["Pusher"].inputs["model"] is model
    last = nodes["LatestBlessedModel"].outputs["model"]
    assert nodes["Evaluator"].inputs["baseline_model"] is last
    assert nodes["Pusher"].inputs["model_blessing"] is nodes["Evaluator"].outputs["blessing"]
    settings = _settings(nodes["Trainer"])
    assert settings["seed"] == 23
    assert settings["environment"] == json.loads(nodes["Evaluator"].exec_properties["environment"])
    assert settings["policy"] == config_of(kind).policy.model_dump(mode="json")
    assert settings["checkpoints"] == str(Workspace(tmp_path).artifacts / "Trainer" / "checkpoints")


def test_an_environment_that_brings_its_pictures_needs_no_data(tmp_path: Path) -> None:
    nodes = _nodes(tmp_path, OTHER)
    assert not nodes["Trainer"].inputs
    assert "examples" not in nodes["Evaluator"].inputs
    assert nodes["Trainer"].outputs.keys() == {"model", "model_run"}


def test_phases_go_from_the_top_down(tmp_path: Path) -> None:
    phases = [{"name": name, "steps": 1, "unfreeze": stage} for name, stage in (("a", "top"), ("b", "head"))]
    with pytest.raises(InputError, match="from the top down"):
        _nodes(tmp_path, DECISION, policy={"phases": phases})


@pytest.mark.parametrize(
    ("named", "model", "expected"),
    [
        (None, None, None),
        (None, "pushed", "pushed"),
        (None, "mine.keras", None),
        ("other", "pushed", "other"),
        ("other", None, "other"),
    ],
)
def test_classifier_is_the_one_that_it_goes_on_from(
    monkeypatch: pytest.MonkeyPatch, named: str | None, model: str | None, expected: str | None
) -> None:
    monkeypatch.setattr(policy_flow, "is_pushed", lambda folder: folder == "pushed")
    environment = config_of(DECISION, environment={"classifier": named}).environment
    config: Any = SimpleNamespace(environment=environment, backbone=SimpleNamespace(model=model))
    found = policy_flow.environment_of(config)
    assert found.classifier == expected
    assert found.model_copy(update={"classifier": named}) == environment
