"""Answers for new pictures, from a pushed model alone: no config, no metadata, no training code.

Pictures go through the same reading as those of training (upright, 8 bits, grey or RGB; nothing but
regular files, none too large); decoding, resizing and scaling lie in the model itself.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.example_gen import files
from components.example_gen.files import OutsideError
from components.example_gen.picture import UnreadablePictureError, read_picture
from pipeline.prediction.explain_folder import ExplainFolder
from pipeline.prediction.paths import PictureFile
from pipeline.prediction.pushed_model import EXPLAIN, HEAT, SERVING, Answer, load_answer, quiet
from pipeline.settings.data import DataConfig

BATCH_SIZE = 32
_MAX_BYTES: int = DataConfig.model_fields["max_bytes"].default
_MAX_PIXELS: int = DataConfig.model_fields["max_pixels"].default


@dataclass(frozen=True)
class Prediction:
    """One picture's answer.

    Attributes:
        path: as given, or below the given folder.
        scores: the likeliest classes with their probabilities, best first; empty on an error.
        error: why there is no answer.
        is_sure: whether the likeliest class is likely enough to be the answer.
        explanation: the picture that shows where the answer's evidence lies, if it was asked for.
    """

    path: str
    scores: tuple[tuple[str, float], ...] = ()
    error: str | None = None
    is_sure: bool = True
    explanation: str | None = None

    @property
    def label(self) -> str | None:
        """The answer; `None` where there is an error, and where the model abstains."""
        return self.scores[0][0] if self.scores and self.is_sure else None

    def as_json(self) -> str:
        """One line: path, label (null where the model abstains), probability, scores; or path and error.

        And the explanation, where there is one.
        """
        if self.error:
            return json.dumps({"path": self.path, "error": self.error})
        probability = self.scores[0][1]
        answer = {"path": self.path, "label": self.label, "probability": probability}
        explanation = {"explanation": self.explanation} if self.explanation else {}
        return json.dumps({**answer, "scores": dict(self.scores), **explanation})


def predict(
    model: Path,
    pictures: Sequence[PictureFile],
    top: int,
    abstain_below: float = 0.0,
    explanations: ExplainFolder | None = None,
) -> Iterator[Prediction]:
    """Answers for each picture, in order; one that cannot be read does not stop the others.

    Args:
        model: a SavedModel with the signature `serving_default`, and `explain` for explanations.
        pictures: files.
        top: how many classes to name, at least 1.
        abstain_below: the least probability, 0 to 1, of an answer that is given.
        explanations: where they are drawn, if they are wanted; of answers that are not given, too.

    Raises:
        InputError: the model cannot be loaded, is none of Graft's, cannot explain though it is asked to, or
            fails on a picture; an explanation cannot be written.
    """
    with quiet():
        answer = load_answer(model, EXPLAIN if explanations else SERVING)
    for start in range(0, len(pictures), BATCH_SIZE):
        with quiet():
            batch = pictures[start : start + BATCH_SIZE]
            answered = answer_batch(answer, batch, top, abstain_below, explanations)
        yield from answered


def answer_batch(
    answer: Answer,
    pictures: Sequence[PictureFile],
    top: int,
    abstain_below: float = 0.0,
    explanations: ExplainFolder | None = None,
) -> list[Prediction]:
    """What `predict` says of a few pictures, all at once.

    Args:
        answer: a loaded model.
        pictures: to be read.
        top: as of `predict`.
        abstain_below: likewise.
        explanations: likewise.

    Raises:
        InputError: the model fails on a picture.
    """
    batch = [(picture.path, _read(picture)) for picture in pictures]
    contents = [content for _, content in batch if isinstance(content, bytes)]
    outputs = answer(contents) if contents else {}
    rows = iter(range(len(contents)))
    predictions = []
    for path, content in batch:
        if isinstance(content, str):
            predictions.append(Prediction(path, error=content))
            continue
        row = next(rows)
        drawn = explanations.write(path, content, outputs[HEAT][row]) if explanations else None
        scores = _best(outputs, row, top)
        is_sure = scores[0][1] >= abstain_below
        predictions.append(Prediction(path, scores, is_sure=is_sure, explanation=drawn))
    return predictions


def _read(picture: PictureFile) -> bytes | str:
    """The picture as training would see it, or why it cannot be read."""
    try:
        content = files.read(picture.place, _MAX_BYTES)
        return read_picture(content, os.path.basename(picture.path), _MAX_PIXELS).content
    except OSError as error:
        return error.strerror or str(error)
    except (OutsideError, UnreadablePictureError) as error:
        return str(error)


def _best(outputs: Mapping[str, Any], row: int, top: int) -> tuple[tuple[str, float], ...]:
    names, probabilities = outputs["labels"][row], outputs["probabilities"][row]
    best = (-probabilities).argsort(kind="stable")[:top]  # of equal ones the first, as the Evaluator's
    return tuple((names[index].decode(errors="replace"), float(probabilities[index])) for index in best)
