"""The work: every held-out episode played by the exported policy, and what that earned held to the gate."""

import os
from dataclasses import replace
from typing import Any

import tensorflow as tf
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components import features
from components.evaluator.blessing import bless, check_count
from components.evaluator.explanation_file import write_explanation
from components.evaluator.returns.episodes import Episode, write_episodes
from components.evaluator.returns.explanation import explain
from components.evaluator.returns.playing import load_served
from components.evaluator.returns.scenes import Scene, scene_of
from components.served import read_labels
from pipeline.settings.environment import EnvironmentConfig
from pipeline.settings.evaluator import EvaluatorConfig

CONFIG, ENVIRONMENT = "config", "environment"
"""The properties that hold sections of the config."""
Inputs = dict[str, list[types.Artifact]]


class ReturnsEvaluatorExecutor(base_executor.BaseExecutor):
    """Fails if more or fewer pictures were judged than the test split holds."""

    def Do(self, input_dict: Inputs, output_dict: Inputs, exec_properties: dict[str, Any]) -> None:
        config = EvaluatorConfig.model_validate_json(exec_properties[CONFIG])
        environment = EnvironmentConfig.model_validate_json(exec_properties[ENVIRONMENT])
        model = path_utils.serving_model_path(artifact_utils.get_single_uri(input_dict["model"]))
        scene = scene_of(environment, model, _files(input_dict), config.columns())
        episodes = scene.play(load_served(model))
        if input_dict.get("examples"):
            check_count(len(episodes), artifact_utils.get_single_instance(input_dict["examples"]))
        episodes = _beside_baseline(episodes, scene, input_dict)
        evaluation = artifact_utils.get_single_uri(output_dict["evaluation"])
        fixed, rivals = scene.rivals(episodes)
        explanation = explain(episodes, config, scene.about, fixed, rivals)
        write_episodes(episodes, evaluation)
        write_explanation(explanation, evaluation)
        is_blessed = all(verdict["state"] != "failed" for verdict in explanation["verdicts"])
        bless(artifact_utils.get_single_instance(output_dict["blessing"]), is_blessed, input_dict)


def _files(inputs: Inputs) -> dict[str, list[str]]:
    """The pictures' TFRecords by split; none where the environment brings its own."""
    if not inputs.get("examples"):
        return {}
    return {
        split: sorted(
            tf.io.gfile.glob(os.path.join(artifact_utils.get_split_uri(inputs["examples"], split), "*"))
        )
        for split in (features.EVAL, features.TEST)
    }


def _beside_baseline(episodes: list[Episode], scene: Scene, inputs: Inputs) -> list[Episode]:
    """The episodes with what the last blessed model earns in each, where there is one that can act here."""
    if not inputs.get("baseline_model"):
        return episodes
    baseline = path_utils.serving_model_path(artifact_utils.get_single_uri(inputs["baseline_model"]))
    # Answers to pictures have names; elsewhere, other actions are those of another environment.
    if not inputs.get("examples") and read_labels(baseline) != scene.about["names"]:
        return episodes
    before = scene.play(load_served(baseline))
    return [replace(each, baseline=last.reward) for each, last in zip(episodes, before, strict=True)]
