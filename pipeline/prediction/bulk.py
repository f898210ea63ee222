"""Answers for very many pictures, through Beam: in this process, or on a cluster by Beam's own flags.

A worker loads the model once and reads the pictures itself: both must lie where the workers find them under
the same paths.

Synopsis:
    counts = bulk_predict(model, pictures, Path("answers"), top=1)
    counts.unreadable
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
from apache_beam.metrics import Metrics, MetricsFilter
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineState

from pipeline.beam.flags import beam_args
from pipeline.errors import InputError
from pipeline.prediction.paths import PictureFile
from pipeline.prediction.predict import BATCH_SIZE, Prediction, answer_batch
from pipeline.prediction.pushed_model import SERVING, Answer, load_answer, quiet

LOCAL = ("--runner=FnApiRunner",)
_NAME = "answers"
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+:/")


@dataclass(frozen=True)
class Counts:
    """What became of the pictures.

    Attributes:
        answered: with a label, or with none since the model abstains.
        unreadable: those whose line says why.
    """

    answered: int
    unreadable: int


def bulk_predict(
    model: Path,
    pictures: Sequence[PictureFile],
    output: Path,
    top: int,
    abstain_below: float = 0.0,
    beam_flags: Sequence[str] = LOCAL,
) -> Counts:
    """Writes `answers-00000-of-00004.jsonl` and so on, a line a picture, in no order; all of them or none.

    Args:
        model: a SavedModel with the signature `serving_default`.
        pictures: files.
        output: a folder without answers.
        top: how many classes to name, at least 1.
        abstain_below: the least probability, 0 to 1, of an answer that is given.
        beam_flags: Beam's own.

    Raises:
        InputError: the model cannot be loaded, or is none of Graft's; the folder has answers or cannot be
            written; a flag is none of Beam's.
    """
    options = PipelineOptions(beam_args(beam_flags, "--beam"))
    _make(output)
    with quiet():
        load_answer(model, SERVING)  # a wrong model should fail before a cluster starts
    work = _Answer(str(model), top, abstain_below)
    batches = [pictures[start : start + BATCH_SIZE] for start in range(0, len(pictures), BATCH_SIZE)]
    with quiet():
        pipeline = beam.Pipeline(options=options)
        lines = pipeline | beam.Create(batches) | beam.Reshuffle() | beam.ParDo(work)
        lines | beam.io.WriteToText(str(output / _NAME), ".jsonl")
        result = pipeline.run()
        state = result.wait_until_finish()
    if state != PipelineState.DONE:
        raise InputError(f"Beam ended as {state}, so there are no whole answers. Its own log says why.")
    return Counts(*(_counted(result, name) for name in ("answered", "unreadable")))


class _Answer(beam.DoFn):
    """Batches of pictures to their lines."""

    def __init__(self, model: str, top: int, abstain_below: float) -> None:
        self._model, self._top, self._abstain_below = model, top, abstain_below
        self._answer: Answer | None = None

    def setup(self) -> None:
        self._answer = load_answer(Path(self._model), SERVING)

    def process(self, batch: Sequence[PictureFile]) -> Iterator[str]:
        for prediction in self._predictions(batch):
            Metrics.counter(_NAME, "unreadable" if prediction.error else "answered").inc()
            yield prediction.as_json()

    def _predictions(self, batch: Sequence[PictureFile]) -> list[Prediction]:
        assert self._answer, "Beam calls setup"
        try:
            return answer_batch(self._answer, batch, self._top, self._abstain_below)
        except InputError as error:  # the model fails on one of them; the others are answered all the same
            if len(batch) == 1:
                return [Prediction(batch[0].path, error=str(error))]
            return [prediction for picture in batch for prediction in self._predictions([picture])]


def _make(output: Path) -> None:
    if _REMOTE.match(str(output)):  # pathlib has made one slash of two
        raise InputError(f"--output: `{output}` must be a folder that this machine and all workers see.")
    try:
        output.mkdir(parents=True, exist_ok=True)
        is_taken = any(output.glob(f"{_NAME}-*"))
    except OSError as error:
        raise InputError(f"--output: `{output}` cannot be made: {error.strerror or error}.") from error
    if is_taken:
        raise InputError(f"--output: `{output}` has answers already. Name another folder.")
    if not os.access(output, os.W_OK | os.X_OK):
        raise InputError(f"--output: cannot write to `{output}`.")


def _counted(result: "beam.runners.runner.PipelineResult", name: str) -> int:
    found = result.metrics().query(MetricsFilter().with_namespace(_NAME).with_name(name))["counters"]
    return sum(counter.result or 0 for counter in found)  # not every runner knows what was committed
