"""What an Evaluator of any kind does at its end: it counts what it judged, and blesses or not."""

import os

from tfx import types
from tfx.components.evaluator import constants
from tfx.utils import io_utils

from components import features


def check_count(judged: int, examples: types.Artifact) -> None:
    """Holds the number of pictures that were judged against those of the test split.

    Raises:
        RuntimeError: a picture was lost, or counted twice.
    """
    expected = sum(features.get_counts(examples)[features.TEST].values())
    if judged != expected:
        raise RuntimeError(f"the Evaluator judged {judged} pictures, but the test split holds {expected}")


def bless(blessing: types.Artifact, is_blessed: bool, inputs: dict[str, list[types.Artifact]]) -> None:
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
