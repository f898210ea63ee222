"""What a run left, read from its folder and from its artifacts.

What is gone is named in `missing`, and the report goes on without it: artifacts are large, and people delete
them.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from components.answers import Answers, read_answers
from components.augment.sample_files import FILE as SAMPLES_FILE
from components.augment.sample_files import FOLDER as SAMPLES_FOLDER
from components.evaluator.explanation_file import read_explanation
from components.evaluator.returns.episodes import Episode, read_episodes
from components.evaluator.slices import OVERALL
from components.evaluator.slicing import slices_of
from components.features import SPLITS
from components.heat_file import Heat, read_heat
from components.label_check.suspects import Label, read_labels, suspects_of
from pipeline.errors import InputError
from pipeline.inspection.metadata import Artifact, Metadata, open_metadata
from pipeline.inspection.records import RunRecord
from pipeline.settings.evaluator import EvaluatorConfig
from pipeline.workspace import Workspace

T = TypeVar("T")
_BY_REWARD = "reinforcement"
"""The `task` of an evaluation of a policy; one of a classifier tells none."""


@dataclass(frozen=True)
class Material:
    """Everything that a report and a model card are made of.

    Attributes:
        workspace: in which the run was.
        record: its folder, summary and config.
        metadata: of the workspace; `None` where that is gone.
        made: the run's artifacts, by `Node.output`; those of earlier runs where they still held.
        verdicts: of all bounds, those that held too.
        answers: to all test pictures; `None` where they are gone.
        slices: the same by slice, `overall` first.
        heat: where the model looked in pictures that it got wrong, and in those whose labels are doubtful.
        suspects: labels that are likely wrong, in all splits, the likeliest first.
        episodes: what a policy did on test; none of a classifier, and where they are gone.
        missing: what is gone, in words.
    """

    workspace: Workspace
    record: RunRecord
    metadata: Metadata | None
    made: Mapping[str, Artifact]
    verdicts: Sequence[dict[str, Any]]
    answers: Answers | None
    slices: Mapping[str, Answers]
    heat: Heat
    suspects: Sequence[Label]
    episodes: Sequence[Episode]
    missing: Sequence[str]

    @property
    def summary(self) -> dict[str, Any]:
        """The run's `summary.json`."""
        return self.record.summary

    @property
    def evaluation(self) -> dict[str, Any]:
        """What it reached on test."""
        found: dict[str, Any] = self.summary["evaluation"]
        return found

    @property
    def is_policy(self) -> bool:
        """Whether it was trained by reward; else it is a classifier."""
        return self.evaluation.get("task") == _BY_REWARD

    def folder(self, output: str) -> Path | None:
        """Where the artifact of `Node.output` lies, if it still does, and on this machine."""
        artifact = self.made.get(output)
        return Path(artifact.uri) if artifact is not None and artifact.is_there else None

    def split_files(self, split: str) -> list[Path]:
        """The TFRecord files of a split of the pictures."""
        examples = self.folder("ImageExampleGen.examples")
        return sorted((examples / f"Split-{split}").glob("*")) if examples and split in SPLITS else []

    def samples(self) -> tuple[Path, list[dict[str, Any]]] | None:
        """The pictures that Augment kept for the eye: their folder, and a row each."""
        features = self.folder("Augment.features")
        file = features / SAMPLES_FOLDER / SAMPLES_FILE if features else None
        if file is None or not file.is_file():
            return None
        return file.parent, json.loads(file.read_text(encoding="utf-8"))


def gather(workspace: Workspace, record: RunRecord) -> Material:
    """Reads what a run left.

    Raises:
        InputError: it was never evaluated, or by too old a version.
    """
    evaluation = record.summary.get("evaluation")
    if not evaluation:
        raise InputError(
            f"run `{record.id}` has no evaluation to report ({record.status}). `inspect run {record.id}` "
            "says how far it came; `inspect runs` lists the others."
        )
    if "intervals" not in evaluation:
        raise InputError(
            f"run `{record.id}` was evaluated by a version of Graft that wrote down too little for a report. "
            f"`run` with its config.yaml judges the model anew."
        )
    missing: list[str] = []
    metadata = _try(lambda: open_metadata(workspace), "ML Metadata, and with it the lineage", missing)
    made = _made(metadata, record.id) if metadata else {}
    where = _place(made, "Evaluator.evaluation")
    explanation = _try(lambda: read_explanation(where), "the bounds that held", missing)
    is_policy = evaluation.get("task") == _BY_REWARD
    judged = _of_policy(where, missing) if is_policy else _of_classifier(where, record, made, missing)
    return Material(
        workspace=workspace,
        record=record,
        metadata=metadata,
        made=made,
        verdicts=(explanation or {}).get("verdicts", record.summary["blessing"].get("failures", [])),
        missing=missing,
        **judged,
    )


def _of_classifier(
    where: str, record: RunRecord, made: Mapping[str, Artifact], missing: list[str]
) -> dict[str, Any]:
    """What it answered, and why."""
    reached = record.summary["evaluation"]
    answers = _try(lambda: read_answers(where, reached["labels"]), "the answers to each picture", missing)
    return {
        "answers": answers,
        "slices": _slices(answers, record) if answers is not None else {},
        "heat": {**_heat(_place(made, "LabelCheck.suspects"), missing), **_heat(where, missing)},
        "suspects": _suspects(made, missing),
        "episodes": (),
    }


def _of_policy(where: str, missing: list[str]) -> dict[str, Any]:
    """What it did; the rest is a classifier's."""
    episodes = _try(lambda: read_episodes(where), "what it did in each episode", missing) or ()
    return {"answers": None, "slices": {}, "heat": {}, "suspects": (), "episodes": episodes}


def _heat(where: str, missing: list[str]) -> Heat:
    return _try(lambda: read_heat(where), "what the model looked at", missing) or {}


def _place(made: Mapping[str, Artifact], output: str) -> str:
    """Of the artifact of `Node.output`, or where nothing lies."""
    # Nothing lies below the null device; below an empty path there would be this folder's files.
    return made[output].uri if output in made else os.devnull


def _suspects(made: Mapping[str, Artifact], missing: list[str]) -> list[Label]:
    """None where LabelCheck was left out."""
    artifact = made.get("LabelCheck.suspects")
    if artifact is None:
        return []
    return _try(lambda: suspects_of(read_labels(artifact.uri)), "the doubtful labels", missing) or []


def _try(read: Callable[[], T], what: str, missing: list[str]) -> T | None:
    """What `read` finds, or `None`, with a word on what is gone."""
    try:
        return read()
    except (OSError, InputError, ValueError, KeyError, TypeError) as error:
        missing.append(f"{what} ({' '.join(str(error).split()) or type(error).__name__})")
        return None


def _made(metadata: Metadata, run: str) -> dict[str, Artifact]:
    return {
        f"{execution.node}.{name}": metadata.artifacts[artifact]
        for execution in metadata.of_run(run)
        for artifact, name in metadata.outputs_of(execution.id)
    }


def _slices(answers: Answers, record: RunRecord) -> Mapping[str, Answers]:
    """By the run's own config; of columns that the answers lack, none."""
    config = EvaluatorConfig.model_validate(record.config().get("evaluator", {}))
    crossings = [columns for columns in config.crossings() if set(columns) <= set(answers.columns)]
    return slices_of(answers, crossings) if crossings else {OVERALL: answers}
