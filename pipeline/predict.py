"""Answers for new pictures, from a pushed model alone: no config, no metadata, no training code.

Pictures go through the same reading as those of training (upright, 8 bits, grey or RGB; nothing but
regular files, none too large); decoding, resizing and scaling lie in the model itself.
"""

import json
import os
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from components.example_gen import files
from components.example_gen.files import OutsideError
from components.example_gen.picture import UnreadablePictureError, read_picture
from pipeline.data_config import DataConfig
from pipeline.errors import InputError
from pipeline.predict_paths import PictureFile
from pipeline.runners.quiet import logging_to

_BATCH_SIZE = 32
_MAX_BYTES: int = DataConfig.model_fields["max_bytes"].default
_MAX_PIXELS: int = DataConfig.model_fields["max_pixels"].default
_SIGNATURE = "serving_default"
_ARGUMENT = "image_bytes"
_OUTPUTS = ("label", "labels", "probabilities")

Answer = Callable[[Sequence[bytes]], Mapping[str, Any]]
"""Pictures to the outputs of the model's signature, a row a picture."""


@dataclass(frozen=True)
class Prediction:
    """One picture's answer.

    Attributes:
        path: as given, or below the given folder.
        scores: the likeliest classes with their probabilities, best first; empty on an error.
        error: why there is no answer.
        is_sure: whether the likeliest class is likely enough to be the answer.
    """

    path: str
    scores: tuple[tuple[str, float], ...] = ()
    error: str | None = None
    is_sure: bool = True

    @property
    def label(self) -> str | None:
        """The answer; `None` where there is an error, and where the model abstains."""
        return self.scores[0][0] if self.scores and self.is_sure else None

    def as_json(self) -> str:
        """One line: path, label (null where the model abstains), probability, scores; or path and error."""
        if self.error:
            return json.dumps({"path": self.path, "error": self.error})
        probability = self.scores[0][1]
        return json.dumps(
            {"path": self.path, "label": self.label, "probability": probability, "scores": dict(self.scores)}
        )


def predict(
    model: Path, pictures: Sequence[PictureFile], top: int, abstain_below: float = 0.0
) -> Iterator[Prediction]:
    """Answers for each picture, in order; one that cannot be read does not stop the others.

    Args:
        model: a SavedModel with the signature `serving_default`.
        pictures: files.
        top: how many classes to name, at least 1.
        abstain_below: the least probability, 0 to 1, of an answer that is given.

    Raises:
        InputError: the model cannot be loaded, is none of Graft's, or fails on a picture.
    """
    with _quiet():
        answer = _load(model)
    for start in range(0, len(pictures), _BATCH_SIZE):
        with _quiet():
            answered = _ask(answer, pictures[start : start + _BATCH_SIZE], top)
        for each in answered:
            yield replace(each, is_sure=not each.scores or each.scores[0][1] >= abstain_below)


def _quiet() -> AbstractContextManager[Any]:
    """TensorFlow's chatter would mix with the answers. Never open while the caller prints."""
    return logging_to(Path(os.devnull), verbose=False)


def _load(model: Path) -> Answer:
    import tensorflow as tf  # takes seconds; a wrong path should not

    try:
        signatures = tf.saved_model.load(str(model)).signatures
    except Exception as error:  # a damaged file makes TensorFlow raise half a dozen kinds
        raise InputError(
            f"`{model}` cannot be loaded, it may be damaged or half copied: {_reason(error)}. "
            "Give another one with --model, or run the pipeline again."
        ) from error
    function = _checked(model, signatures)

    def answer(contents: Sequence[bytes]) -> Mapping[str, Any]:
        try:
            outputs = function(**{_ARGUMENT: tf.constant(contents)})
        # TensorFlow decodes its own message, which may hold bytes of the picture.
        except (tf.errors.OpError, UnicodeDecodeError) as error:
            raise InputError(f"`{model}` cannot answer: {_reason(error)}.") from error
        return {name: outputs[name].numpy() for name in _OUTPUTS}

    return answer


def _checked(model: Path, signatures: Mapping[str, Any]) -> Any:
    """The signature that answers, if the model has it as Graft exports it."""
    if _SIGNATURE not in signatures:
        raise _foreign(model, f"it has no signature `{_SIGNATURE}`. It has: {_listed(signatures)}")
    function = signatures[_SIGNATURE]
    _, arguments = function.structured_input_signature
    if set(arguments) != {_ARGUMENT}:
        takes = _listed(arguments)
        raise _foreign(model, f"`{_SIGNATURE}` must take `{_ARGUMENT}`. It takes: {takes}")
    outputs = function.structured_outputs
    missing = [name for name in _OUTPUTS if name not in outputs]
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


def _ask(answer: Answer, pictures: Sequence[PictureFile], top: int) -> list[Prediction]:
    batch = [_read(picture) for picture in pictures]
    contents = [content for content in batch if isinstance(content, bytes)]
    scores = iter(_best(answer(contents), top) if contents else ())
    return [
        Prediction(picture.path, scores=next(scores))
        if isinstance(content, bytes)
        else Prediction(picture.path, error=content)
        for picture, content in zip(pictures, batch, strict=True)
    ]


def _read(picture: PictureFile) -> bytes | str:
    """The picture as training would see it, or why it cannot be read."""
    try:
        content = files.read(picture.place, _MAX_BYTES)
        return read_picture(content, os.path.basename(picture.path), _MAX_PIXELS).content
    except OSError as error:
        return error.strerror or str(error)
    except (OutsideError, UnreadablePictureError) as error:
        return str(error)


def _best(outputs: Mapping[str, Any], top: int) -> Iterator[tuple[tuple[str, float], ...]]:
    for names, probabilities in zip(outputs["labels"], outputs["probabilities"], strict=True):
        best = probabilities.argsort()[::-1][:top]
        yield tuple((names[index].decode(errors="replace"), float(probabilities[index])) for index in best)
