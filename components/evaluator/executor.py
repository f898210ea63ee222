"""TFX's Evaluator, which also writes down every answer, explains them, and holds them against the gate."""

import os
from typing import Any

import tensorflow as tf
from tfx import types
from tfx.components.evaluator import executor
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components import features
from components.answers import read_answers
from components.calibration import read_temperature
from components.evaluator.answer_writer import written_below
from components.evaluator.blessing import bless, check_count
from components.evaluator.explanation import explain
from components.evaluator.explanation_file import write_explanation
from components.evaluator.worth_a_look import worth_a_look
from components.heat import heat_of
from components.heat_file import write_heat
from components.served import read_labels
from pipeline.settings.evaluator import EvaluatorConfig

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
        bless(artifact_utils.get_single_instance(output_dict["blessing"]), is_blessed, input_dict)
        pictures = artifact_utils.get_split_uri(input_dict["examples"], features.TEST)
        files = sorted(tf.io.gfile.glob(os.path.join(pictures, "*")))
        write_heat(heat_of(model, files, worth_a_look(answers, explanation)), evaluation)
