"""A pushed model that answers: pictures in, what it says of them out. No config, no metadata.

Synopsis:
    answer = load_answer(Path("workspace/serving/cells/1700000000"), EXPLAIN)
    answer([content])["heat"]
"""

import os
import textwrap
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.runners.quiet import logging_to
from pipeline.settings.environment import DECISION

SERVING, EXPLAIN = "serving_default", "explain"
"""Signatures."""
HEAT = "heat"
"""What `explain` has beside the outputs of the other: where the evidence for the answer lies."""
_OUTPUTS = {
    SERVING: ("label", "labels", "probabilities"),
    EXPLAIN: ("label", "labels", "probabilities", HEAT),
}
_ARGUMENT = "image_bytes"
_ACTION = "action"
"""What policies put out, and no classifier does."""

Answer = Callable[[Sequence[bytes]], Mapping[str, Any]]
"""Pictures to the outputs of a signature, arrays with a row a picture."""


def quiet() -> AbstractContextManager[Any]:
    """TensorFlow's chatter would mix with the answers. Never open while the caller prints."""
    return logging_to(Path(os.devnull), verbose=False)


def load_answer(model: Path, signature: str) -> Answer:
    """Loads a model.

    Args:
        model: the folder of a SavedModel.
        signature: `SERVING` or `EXPLAIN`.

    Returns:
        What answers. It raises an `InputError` where the model fails on a picture.

    Raises:
        InputError: the model cannot be loaded, is none of Graft's, or is too old or a policy of a kind
            that explains nothing.
    """
    import tensorflow as tf  # takes seconds; a wrong path should not

    try:
        signatures = tf.saved_model.load(str(model)).signatures
    except Exception as error:  # a damaged file makes TensorFlow raise half a dozen kinds
        raise InputError(
            f"`{model}` cannot be loaded, it may be damaged or half copied: {_reason(error)}. "
            "Give another one with --model, or run the pipeline again."
        ) from error
    function = _checked(model, signatures, signature)

    def answer(contents: Sequence[bytes]) -> Mapping[str, Any]:
        try:
            outputs = function(**{_ARGUMENT: tf.constant(contents, tf.string)})
        # TensorFlow decodes its own message, which may hold bytes of the picture.
        except (tf.errors.OpError, UnicodeDecodeError) as error:
            raise InputError(f"`{model}` cannot answer: {_reason(error)}.") from error
        return {name: outputs[name].numpy() for name in _OUTPUTS[signature]}

    return answer


def _checked(model: Path, signatures: Mapping[str, Any], signature: str) -> Any:
    """The signature that answers, if the model has it as Graft exports it."""
    if SERVING not in signatures:
        raise _foreign(model, f"it has no signature `{SERVING}`. It has: {_listed(signatures)}")
    if signature not in signatures:
        if _ACTION in signatures[SERVING].structured_outputs:
            raise InputError(
                f"`{model}` cannot explain its answers: it is a policy that acts in another environment than "
                f"{DECISION}, and has no explanation."
            )
        raise InputError(
            f"`{model}` cannot explain its answers: it was pushed before models had the signature "
            f"`{signature}`. Run the pipeline again with --from Trainer, which pushes one that can."
        )
    function = signatures[signature]
    _, arguments = function.structured_input_signature
    if set(arguments) != {_ARGUMENT}:
        takes = _listed(arguments)
        raise _foreign(model, f"`{signature}` must take `{_ARGUMENT}`. It takes: {takes}")
    outputs = function.structured_outputs
    missing = [name for name in _OUTPUTS[signature] if name not in outputs]
    if missing:
        raise _foreign(model, f"it lacks the outputs {_listed(missing)}. It has: {_listed(outputs)}")
    return function


def _foreign(model: Path, reason: str) -> InputError:
    return InputError(f"`{model}` is no model of Graft's: {reason}. Give another one with --model.")


def _listed(names: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(sorted(names)) or "none"


def _reason(error: Exception) -> str:
    """TensorFlow's texts go on for pages."""
    return textwrap.shorten(str(error) or type(error).__name__, 300, placeholder=" ...").rstrip(".")
