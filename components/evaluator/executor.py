"""TFX's Evaluator, told the model's temperature; then it answers for the number of pictures it judged."""

from typing import Any

from tensorflow_model_analysis.proto import config_pb2
from tfx import types
from tfx.components.evaluator import executor
from tfx.types import artifact_utils
from tfx.utils import path_utils, proto_utils

from components import features
from components.calibration import read_temperature
from components.evaluator.calibration import with_temperature
from components.evaluator.results import read_scores
from components.evaluator.slices import OVERALL


class CountedEvaluatorExecutor(executor.Executor):
    """Fails if the overall slice holds more or fewer pictures than the test split does."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        model = path_utils.serving_model_path(artifact_utils.get_single_uri(input_dict["model"]))
        eval_config = config_pb2.EvalConfig()
        proto_utils.json_to_proto(exec_properties["eval_config"], eval_config)
        told = proto_utils.proto_to_json(with_temperature(eval_config, read_temperature(model)))
        super().Do(input_dict, output_dict, {**exec_properties, "eval_config": told})
        counts = features.get_counts(artifact_utils.get_single_instance(input_dict["examples"]))
        check_count(artifact_utils.get_single_uri(output_dict["evaluation"]), counts)


def check_count(evaluation: str, counts: features.Counts) -> None:
    """Holds an evaluation against the pictures that went in.

    Args:
        evaluation: uri of the artifact.
        counts: of all splits.

    Raises:
        RuntimeError: a picture was lost, or counted twice.
    """
    expected = sum(counts[features.TEST].values())
    judged = sum(int(scores.confusion.sum()) for scores in read_scores(evaluation) if scores.name == OVERALL)
    if judged != expected:
        raise RuntimeError(f"the Evaluator judged {judged} pictures, but the test split holds {expected}")
