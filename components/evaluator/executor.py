"""TFX's Evaluator, which then answers for the number of pictures that it judged."""

from typing import Any

from tfx import types
from tfx.components.evaluator import executor
from tfx.types import artifact_utils

from components import features
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
        super().Do(input_dict, output_dict, exec_properties)
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
