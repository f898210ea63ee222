"""TFX's Evaluator, which also writes down every answer, explains them, and holds them against the gate."""

import os
from typing import Any

import tensorflow as tf
from tfx import types
from tfx.components.evaluator import constants, executor
from tfx.types import artifact_utils
from tfx.utils import io_utils, path_utils

from components import features
from components.answers import read_answers
from components.calibration import read_temperature
from components.evaluator.answer_writer import written_below
from components.evaluator.explanation import explain
from components.evaluator.explanation_file import write_explanation
from components.evaluator.heat import heat_of, worth_a_look
from components.evaluator.heat_file import write_heat
from components.served_classifier import read_labels
from pipeline.evaluator_config import EvaluatorConfig

CONFIG = "config"
"""The property that holds the node's section of the config."""


class ExplainedEvaluatorExecutor(executor.Executor):
    """Fails if more or fewer pictures were judged than the test split holds."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        evaluation = artifact_utils.get_single_uri(output_dict["evaluation"])
        with written_below(evaluation):
            super().Do(input_dict, output_dict, exec_properties)
        model = path_utils.serving_model_path(artifact_utils.get_single_uri(input_dict["model"]))
        answers = read_answers(evaluation, read_labels(model))
        check_count(len(answers), artifact_utils.get_single_instance(input_dict["examples"]))
        config = EvaluatorConfig.model_validate_json(exec_properties[CONFIG])
        explanation = explain(answers, config, read_temperature(model))
        write_explanation(explanation, evaluation)
        is_blessed = all(verdict["state"] != "failed" for verdict in explanation["verdicts"])
        _bless(artifact_utils.get_single_instance(output_dict["blessing"]), is_blessed, input_dict)
        pictures = artifact_utils.get_split_uri(input_dict["examples"], features.TEST)
        files = sorted(tf.io.gfile.glob(os.path.join(pictures, "*")))
        write_heat(heat_of(model, files, worth_a_look(answers, explanation)), evaluation)


def check_count(judged: int, examples: types.Artifact) -> None:
    """Holds the number of pictures that were judged against those of the test split.

    Raises:
        RuntimeError: a picture was lost, or counted twice.
    """
    expected = sum(features.get_counts(examples)[features.TEST].values())
    if judged != expected:
        raise RuntimeError(f"the Evaluator judged {judged} pictures, but the test split holds {expected}")


def _bless(blessing: types.Artifact, is_blessed: bool, inputs: dict[str, list[types.Artifact]]) -> None:
    """Marks the artifact as TFX does, for Pusher and for LatestBlessedModel."""
    (model,) = inputs["model"]
    blessing.set_string_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri)
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
    for baseline in inputs.get("baseline_model", ()):
        blessing.set_string_custom_property(constants.ARTIFACT_PROPERTY_BASELINE_MODEL_URI_KEY, baseline.uri)
        blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_BASELINE_MODEL_ID_KEY, baseline.id)
    value = constants.BLESSED_VALUE if is_blessed else constants.NOT_BLESSED_VALUE
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, value)
    name = constants.BLESSED_FILE_NAME if is_blessed else constants.NOT_BLESSED_FILE_NAME
    io_utils.write_string_file(os.path.join(blessing.uri, name), "")
