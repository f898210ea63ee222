"""What a run leaves that trained a policy by reward, made without training; its names are hostile."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from components.evaluator.explanation_file import write_explanation
from components.evaluator.returns.episodes import Episode, write_episodes
from components.evaluator.returns.explanation import explain
from pipeline.config_file import load_config
from pipeline.inspection.records import find_run
from pipeline.report.material import Material, gather
from pipeline.settings.environment import ASK, DECISION, GLIMPSE
from pipeline.settings.evaluator import EvaluatorConfig
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import (
    GRAFT_FLOW,
    LABELS,
    LAYERS,
    QUOTES,
    RUN,
    SCRIPT,
    data_of,
    path_of,
    tell_of_the_trunk,
    write_examples,
    write_samples,
)

OTHER = f"Made-{SCRIPT}v0"
"""An environment that brings its own pictures."""
COSTS = {"cat": {"cat": 0.0, SCRIPT: 2.5, ASK: 1.0}, SCRIPT: {"cat": 10.0, SCRIPT: 0.0, ASK: 1.0}}
ABOUT: dict[str, dict[str, Any]] = {
    DECISION: {"environment": DECISION, "names": [*LABELS, ASK], "costs": COSTS},
    GLIMPSE: {"environment": GLIMPSE, "names": LABELS, "window": 0.4, "positions": 4, "budget": 6},
    OTHER: {"environment": OTHER, "names": ["0", QUOTES, "2"]},
}
_PLACES = ((2, 2), (1, 2), (1, 1), (1, 1), (0, 1))


def leave_policy(
    root: Path, environment: str = DECISION, pictures: int = 12, *, with_rivals: bool = True
) -> Made:
    """A workspace with one run whose policy was judged and not blessed.

    Args:
        root: of the workspace.
        environment: that it acts in.
        pictures: of each class in test; of another environment, half of its episodes.
        with_rivals: and a last blessed policy.
    """
    made = Made(root, GRAFT_FLOW)
    made.run(RUN, status="not_blessed")
    tell_of_the_trunk(made)
    if environment != OTHER:
        write_examples(made, pictures, LABELS)
    if environment == DECISION:
        write_samples(made)
    found = episodes_of(environment, pictures, has_baseline=with_rivals)
    about = ABOUT[environment]
    slices = ["site"] if environment != OTHER else []
    config = EvaluatorConfig.model_validate({"slices": slices, "returns": {"at_least": 5.0}})
    rewards = np.array([episode.reward for episode in found])
    fixed = {f"always {about['names'][-1]}": rewards - 0.5} if with_rivals else {}
    others = {f"{QUOTES} below 0.5": rewards + 1, "argmax of the classifier": rewards[::-1]}
    explanation = explain(found, config, about, fixed, others if with_rivals else {})
    evaluation = str(made.uri("Evaluator.evaluation"))
    write_episodes(found, evaluation)
    write_explanation(explanation, evaluation)
    _write_summary(made, json.loads(json.dumps(explanation)), data_of(pictures, LABELS), environment)
    return made


def episodes_of(environment: str, pictures: int, *, has_baseline: bool = True) -> list[Episode]:
    """Of each class so many: wrong ones, right ones, and where it may ask, such as asked."""
    names = ABOUT[environment]["names"]
    found = []
    for place, label in enumerate(LABELS):
        for number in range(pictures):
            action = names[(place + (number % 4 == 0) + 2 * (number % 4 == 3)) % len(names)]
            has_pictures = environment != OTHER
            steps = 1 + number % len(_PLACES) if environment != DECISION else 1
            earned = float(action == label) - 0.02 * steps
            reward = -COSTS[label][action] if environment == DECISION else earned
            found.append(
                Episode(
                    path=path_of(label, number) if has_pictures else f"seed {1_000_000 + len(found)}",
                    label=label if has_pictures else "",
                    columns={"site": QUOTES if number % 3 else "north"} if has_pictures else {},
                    action=action,
                    probability=0.55 + 0.4 * number / pictures,
                    reward=reward,
                    steps=steps,
                    places=_PLACES[:steps] if environment == GLIMPSE else (),
                    baseline=reward + (number % 2 - 0.4) if has_baseline else None,
                )
            )
    return found


def policy_material(made: Made) -> Material:
    """What the report is made of."""
    return gather(made.workspace, find_run(made.workspace, RUN))


def _write_summary(
    made: Made, explanation: Mapping[str, Any], data: dict[str, Any], environment: str
) -> None:
    file = made.workspace.runs / RUN / "summary.json"
    failures = [verdict for verdict in explanation["verdicts"] if verdict["state"] == "failed"]
    summary = {
        **json.loads(file.read_text()),
        "data": {} if environment == OTHER else data,
        "tuning": {},
        "training": training(),
        "evaluation": explanation["evaluation"],
        "blessing": {
            "blessed": False,
            "reasons": [failure["reason"] for failure in failures],
            "failures": failures,
            "not_judged": [],
        },
        "model": {"backbone": "efficientnet_lite0", "pushed_to": None, "version": None},
        "exports": [],
        "versions": {"graft": "0.3.0", "tensorflow": "2.21.0"},
        "overhead_seconds": 4.5,
        "peak_rss_mib": 1234.5,
    }
    file.write_text(json.dumps(summary))
    config = load_config(None).model_dump(mode="json")
    config["environment"]["id"] = environment
    (file.parent / "config.yaml").write_text(yaml.safe_dump(config))


def training() -> list[dict[str, Any]]:
    """Two phases, the second of which kept its start."""
    return [
        {
            "node": "Trainer",
            "name": name,
            "steps": 4000,
            "kept_step": kept,
            "eval_return": -0.5,
            "score": -0.5,
            "curve": [point(1000 * number, length) for number in range(5)],
            "layers": LAYERS,
        }
        for name, kept, length in (("head", 3000, 1.0), ("fine_tune", 0, 1.0))
    ]


def point(steps: int, length: float) -> dict[str, Any]:
    """Of a curve; before any step nothing is known of train."""
    learnt = 1.0 / (1 + steps / 1000) if steps else None
    return {
        "steps": float(steps),
        "observed": float(steps),
        "episodes": float(steps and 1000),
        "train_return": -learnt if learnt else None,
        "train_length": length if learnt else None,
        "eval_return": -0.8 / (1 + steps / 1000),
        "eval_length": length,
        "score": -0.8 / (1 + steps / 1000),
        **dict.fromkeys(("policy_loss", "value_loss", "entropy", "kl", "clip_share"), learnt),
    }
