"""Writes the answers down on their way through TFMA, from the very predictions that it judges.

Synopsis:
    with written_below(evaluation.uri):
        executor.Do(inputs, outputs, properties)  # which asks `components.evaluator.extractors`
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow as tf
import tensorflow_model_analysis as tfma

from components import answers, features

_CANDIDATE = "candidate"
_evaluation: ContextVar[str] = ContextVar("evaluation")


@contextmanager
def written_below(evaluation: str) -> Iterator[None]:
    """Pipelines that are made inside of the `with` block write below this uri.

    TFX tells none to its extractors.
    """
    token = _evaluation.set(evaluation)
    try:
        yield
    finally:
        _evaluation.reset(token)


def writer() -> tfma.extractors.Extractor:
    """An extractor that passes everything on and writes the answers; it comes last."""
    folder = os.path.join(_evaluation.get(), answers.FOLDER)
    return tfma.extractors.Extractor("WriteAnswers", _WriteAnswers(folder))


class _WriteAnswers(beam.PTransform):
    """Extracts, one a picture -> the same."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def expand(self, extracts: beam.PCollection) -> beam.PCollection:
        rows = extracts | "ToRows" >> beam.Map(_row)
        prefix = os.path.join(self._folder, "answers")
        _ = rows | beam.io.WriteToParquet(prefix, answers.ROW, file_name_suffix=".parquet")
        return extracts


def _row(extract: dict[str, Any]) -> dict[str, Any]:
    """A row of the table."""
    example = tf.train.Example.FromString(np.ravel(extract[tfma.INPUT_KEY])[0])
    texts = {
        name: feature.bytes_list.value[0].decode()
        for name, feature in example.features.feature.items()
        if feature.bytes_list.value and name != features.IMAGE
    }
    named = {name: texts.pop(name) for name in answers.ROW.names[:3]}
    predictions = extract[tfma.PREDICTIONS_KEY]
    baseline = predictions.get(answers.BASELINE)  # a lone model's outputs stand there without its name
    candidate = predictions.get(_CANDIDATE, predictions)
    return {
        **named,
        answers.COLUMNS: sorted(texts.items()),
        answers.PROBABILITIES: np.ravel(candidate["probabilities"]).tolist(),
        answers.BASELINE: None if baseline is None else np.ravel(baseline["label"])[0].decode(),
    }
