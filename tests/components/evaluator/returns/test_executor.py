"""The gate of a policy as TFX runs it, on policies that are told their answers; figures by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tfx.types import Artifact, artifact_utils, standard_artifacts

from components import features
from components.environments.window import MOVES
from components.evaluator.explanation_file import Explanation, read_explanation
from components.evaluator.returns.component import build
from components.evaluator.returns.episodes import read_episodes
from components.evaluator.returns.executor import CONFIG, ENVIRONMENT, ReturnsEvaluatorExecutor
from components.served import Served, graph
from pipeline.errors import InputError
from pipeline.settings.environment import ASK, GLIMPSE, DecisionConfig, EnvironmentConfig
from pipeline.settings.evaluator import EvaluatorConfig, ReturnsConfig
from tests.components.evaluator.returns.told import (
    BASELINE,
    CANDIDATE,
    CLASSES,
    CLASSIFIER,
    LOOKS,
    ROWS,
    Row,
    pushed,
    write_split,
)
from tests.components.evaluator.told import artifact
from tests.components.trainer.policy.test_on_a_trunk import Colours

pytestmark = pytest.mark.slow

ACTIONS = (*CLASSES, ASK)
COSTS = {"cat": {"dog": 5.0}, "dog": {"cat": 1.0}}
DECISIONS = EnvironmentConfig(decision=DecisionConfig(costs=COSTS, ask=0.4))
GLIMPSES = EnvironmentConfig(id=GLIMPSE)
LENIENT = EvaluatorConfig(slices=("site", "label"), returns=ReturnsConfig(beats_fixed=False))


@pytest.fixture(scope="module", autouse=True)
def colours() -> None:
    import gymnasium

    gymnasium.register("graft-tests/Coloured-v0", Colours)


def _examples(folder: Path, rows: list[Row] = ROWS, count: int | None = None) -> Artifact:
    write_split(folder / f"Split-{features.EVAL}", [ROWS[3:], ROWS[3:4]])  # of which it is wrong in two
    write_split(folder / f"Split-{features.TEST}", [rows[:2], rows[2:]])
    examples = artifact(standard_artifacts.Examples, folder, 1)
    examples.split_names = artifact_utils.encode_split_names([features.EVAL, features.TEST])
    features.set_counts(examples, {features.TEST: {"any": len(rows) if count is None else count}})
    return examples


def _evaluate(
    folder: Path,
    model: Artifact,
    environment: EnvironmentConfig = DECISIONS,
    config: EvaluatorConfig = LENIENT,
    baseline: Artifact | None = None,
    examples: Artifact | None = None,
) -> bool:
    """Runs the node; whether it blessed."""
    inputs: dict[str, list[Artifact]] = {"model": [model]}
    if examples is not None:
        inputs["examples"] = [examples]
    if baseline is not None:
        inputs["baseline_model"] = [baseline]
    blessing: Any = artifact(standard_artifacts.ModelBlessing, folder / "blessing", 6)
    evaluation = folder / "evaluation"
    evaluation.mkdir()
    outputs = {
        "evaluation": [artifact(standard_artifacts.ModelEvaluation, evaluation, 5)],
        "blessing": [blessing],
    }
    properties = {CONFIG: config.model_dump_json(), ENVIRONMENT: environment.model_dump_json()}
    ReturnsEvaluatorExecutor().Do(inputs, outputs, properties)
    is_blessed = bool(blessing.get_int_custom_property("blessed"))
    assert (folder / "blessing" / ("BLESSED" if is_blessed else "NOT_BLESSED")).exists()
    return is_blessed


def _found(folder: Path) -> Explanation:
    return read_explanation(str(folder / "evaluation"))


def test_figures_of_a_decision(tmp_path: Path) -> None:
    assert _evaluate(
        tmp_path, pushed(tmp_path / "new", ACTIONS, CANDIDATE), examples=_examples(tmp_path / "e")
    )
    evaluation = _found(tmp_path)["evaluation"]
    assert evaluation["mean_return"] == pytest.approx(-(0 + 5 + 0 + 0.4 + 1) / 5)
    assert evaluation["actions"] == pytest.approx({"cat": 0.4, "dog": 0.4, ASK: 0.2})
    assert {name: each["mean_return"] for name, each in evaluation["slices"].items()} == pytest.approx(
        {"site=north": -2.5, "site=south": -1.4 / 3, "label=cat": -2.5, "label=dog": -1.4 / 3}
    )
    assert (evaluation["environment"], evaluation["names"]) == ("graft/Decision-v0", list(ACTIONS))
    assert evaluation["costs"] == {
        "cat": {"cat": 0, "dog": 5, ASK: 0.4},
        "dog": {"cat": 1, "dog": 0, ASK: 0.4},
    }
    # Always dog earns -2, always cat -0.6.
    assert evaluation["rivals"][f"always {ASK}"]["mean_return"] == pytest.approx(-0.4)
    assert evaluation["rivals"].keys() == {f"always {ASK}"}
    assert evaluation["comparison"] == {}
    episodes = read_episodes(str(tmp_path / "evaluation"))
    assert [episode.reward for episode in episodes] == [0, -5, 0, -0.4, -1]
    assert [episode.path for episode in episodes] == ["0/0.jpg", "0/1.jpg", "1/0.jpg", "1/1.jpg", "1/2.jpg"]


def test_a_policy_must_beat_the_best_single_action(tmp_path: Path) -> None:
    examples, strict = _examples(tmp_path / "e"), EvaluatorConfig()
    for name, column, is_good in (("bad", CANDIDATE, False), ("good", BASELINE, True)):
        folder = tmp_path / name
        model = pushed(folder / "model", ACTIONS, column)
        assert _evaluate(folder, model, config=strict, examples=examples) == is_good
        (verdict,) = _found(folder)["verdicts"]
        assert verdict["value"] == pytest.approx(-0.28 if is_good else -1.28)
        assert verdict["bound"] == pytest.approx(-0.4)
    assert f"`always {ASK}` earns -0.4000" in _found(tmp_path / "bad")["verdicts"][0]["reason"]


@pytest.mark.parametrize(("most", "is_blessed"), [(0.9, False), (1.1, True)])
def test_the_last_blessed_policy_plays_the_same_episodes(
    tmp_path: Path, most: float, is_blessed: bool
) -> None:
    config = EvaluatorConfig(returns=ReturnsConfig(beats_fixed=False, max_drop=most))
    new = pushed(tmp_path / "new", ACTIONS, CANDIDATE)
    old = pushed(tmp_path / "old", ACTIONS, BASELINE, number=2)
    examples = _examples(tmp_path / "e")
    assert _evaluate(tmp_path, new, config=config, baseline=old, examples=examples) == is_blessed
    episodes = read_episodes(str(tmp_path / "evaluation"))
    assert [episode.baseline for episode in episodes] == [0, 0, -1, 0, -0.4]
    comparison = _found(tmp_path)["evaluation"]["comparison"]
    assert comparison["mean_return"] == pytest.approx(-0.28)
    assert comparison["gain"] == pytest.approx(-1)


def test_class_that_only_the_last_blessed_policy_knows_costs_most(tmp_path: Path) -> None:
    """Its answer cannot be looked up in today's costs."""
    rows = [("cat", "north", "cat|hen|cat|1|0.9"), ("dog", "north", "cat|hen|cat|1|0.9"), *ROWS[2:3]]
    new = pushed(tmp_path / "new", ACTIONS, CANDIDATE)
    old = pushed(tmp_path / "old", ("hen", *ACTIONS), BASELINE, number=2)
    _evaluate(tmp_path, new, baseline=old, examples=_examples(tmp_path / "e", rows))
    episodes = read_episodes(str(tmp_path / "evaluation"))
    assert [episode.baseline for episode in episodes] == [-5, -1, -1]


def test_a_classifier_is_a_rival_whatever_order_its_classes_have(tmp_path: Path) -> None:
    pushed(tmp_path / "classifier", ("dog", "cat"), CLASSIFIER)
    environment = DECISIONS.model_copy(update={"classifier": str(tmp_path / "classifier" / "Format-Serving")})
    model = pushed(tmp_path / "new", ACTIONS, CANDIDATE)
    _evaluate(tmp_path, model, environment, examples=_examples(tmp_path / "e"))
    rivals = _found(tmp_path)["evaluation"]["rivals"]
    # Right four times of five; the dog that it takes for a cat costs 1.
    assert rivals["argmax of the classifier"]["mean_return"] == pytest.approx(-0.2)
    assert rivals["argmax of the classifier"]["gain"] == pytest.approx(-1.28 + 0.2)
    assert len(rivals) == 5, "its least expected cost and two thresholds besides, and the fixed action"


def test_a_classifier_of_other_classes_is_none(tmp_path: Path) -> None:
    pushed(tmp_path / "classifier", ("dog", "hen", "cat"), CLASSIFIER)
    environment = DECISIONS.model_copy(update={"classifier": str(tmp_path / "classifier" / "Format-Serving")})
    model = pushed(tmp_path / "new", ACTIONS, CANDIDATE)
    _evaluate(tmp_path, model, environment, examples=_examples(tmp_path / "e"))
    assert _found(tmp_path)["evaluation"]["rivals"].keys() == {f"always {ASK}"}


def test_figures_of_glimpses(tmp_path: Path) -> None:
    pushed(tmp_path / "classifier", CLASSES, CLASSIFIER)
    environment = GLIMPSES.model_copy(update={"classifier": str(tmp_path / "classifier" / "Format-Serving")})
    new = pushed(tmp_path / "new", (*MOVES, *CLASSES), CLASSIFIER, LOOKS)
    old = pushed(tmp_path / "old", CLASSES, BASELINE, number=2)  # a classifier, which looks once
    _evaluate(tmp_path, new, environment, baseline=old, examples=_examples(tmp_path / "e"))
    evaluation = _found(tmp_path)["evaluation"]
    episodes = read_episodes(str(tmp_path / "evaluation"))
    np.testing.assert_allclose([each.reward for each in episodes], [1, 0.98, 0.96, -1, 0.98])
    assert [episode.baseline for episode in episodes] == [1, 1, -1, 1, -1]
    assert [episode.steps for episode in episodes] == [1, 2, 3, 1, 2]
    assert evaluation["mean_steps"] == pytest.approx(9 / 5)
    assert {name: rival["mean_return"] for name, rival in evaluation["rivals"].items()} == pytest.approx(
        {"always dog": 0.2, "argmax of the classifier": 0.6}
    )
    shown = {name: evaluation[name] for name in ("environment", "window", "positions", "budget")}
    assert shown == {"environment": GLIMPSE, "window": 0.4, "positions": 4, "budget": 6}


class _Brightest(Served):
    """Names the colour of a picture."""

    @graph(tf.TensorSpec([None], tf.string, name="image_bytes"))
    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        decode = lambda content: tf.cast(tf.io.decode_png(content, 3), tf.float32)  # noqa: E731
        pictures = tf.map_fn(decode, image_bytes, fn_output_signature=tf.float32)
        action = tf.argmax(tf.reduce_mean(pictures, axis=(1, 2)), axis=1)
        return {**self.answered(tf.one_hot(action, 3)), "action": action}


def test_figures_of_another_environment(tmp_path: Path) -> None:
    _Brightest(["0", "1", "2"]).save(str(tmp_path / "new" / "Format-Serving"))
    model = artifact(standard_artifacts.Model, tmp_path / "new", 3)
    environment = EnvironmentConfig(id="graft-tests/Coloured-v0", count=8)
    config = EvaluatorConfig(returns=ReturnsConfig(at_least=1.0, max_drop=0.0), slices=("site",))
    assert _evaluate(tmp_path, model, environment, config, baseline=model)
    evaluation = _found(tmp_path)["evaluation"]
    assert (evaluation["examples"], evaluation["mean_return"]) == (100, 1.0)
    assert evaluation["names"] == ["0", "1", "2"] and evaluation["environment"] == environment.id
    assert (evaluation["rivals"], evaluation["slices"]) == ({}, {})
    assert evaluation["comparison"]["gain"] == 0
    # Of the same name, but blessed when the pipeline learnt from pictures.
    last = pushed(tmp_path / "old", CLASSES, BASELINE, number=2)
    (tmp_path / "again").mkdir()
    assert _evaluate(tmp_path / "again", model, environment, config, baseline=last)
    assert _found(tmp_path / "again")["evaluation"]["comparison"] == {}


@pytest.mark.parametrize("count", [4, 6])
def test_picture_that_was_lost_fails_the_node(tmp_path: Path, count: int) -> None:
    model = pushed(tmp_path / "new", ACTIONS, CANDIDATE)
    with pytest.raises(RuntimeError, match=f"judged 5 pictures, but the test split holds {count}"):
        _evaluate(tmp_path, model, examples=_examples(tmp_path / "e", count=count))


def test_class_that_was_never_learnt(tmp_path: Path) -> None:
    examples = _examples(tmp_path / "e", [*ROWS, ("hen", "north", "cat|cat|cat|1|0.9")])
    model = pushed(tmp_path / "new", ACTIONS, CANDIDATE)
    with pytest.raises(InputError, match="class `hen` has pictures in eval or test and none in train"):
        _evaluate(tmp_path, model, examples=examples)


def test_node_holds_all_that_its_figures_depend_on() -> None:
    from tfx.types import channel

    model, last = (channel.Channel(type=standard_artifacts.Model) for _ in range(2))
    examples = channel.Channel(type=standard_artifacts.Examples)
    node = build(model, last, LENIENT, DECISIONS, examples)
    assert node.id == "Evaluator"
    assert EvaluatorConfig.model_validate_json(node.exec_properties[CONFIG]) == LENIENT
    assert EnvironmentConfig.model_validate_json(node.exec_properties[ENVIRONMENT]) == DECISIONS
    assert (node.inputs["model"], node.inputs["baseline_model"]) == (model, last)
    assert node.inputs["examples"] is examples
    assert "examples" not in build(model, last, LENIENT, GLIMPSES).inputs
