"""Two runs beside each other: config, data, metrics, and the pictures on which they disagree."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from components.answers import Answers, read_answers
from components.evaluator.comparison import comparison_of
from components.evaluator.returns.episodes import Episode, read_episodes
from components.evaluator.returns.figures import gain_over
from components.evaluator.slices import OVERALL, slice_name
from pipeline.errors import InputError
from pipeline.inspection.metadata import Artifact, Metadata
from pipeline.inspection.records import RunRecord
from pipeline.settings.evaluator import ThresholdConfig

METRICS = (
    *("accuracy", "macro_precision", "macro_recall", "macro_f1", "auc", "log_loss"),
    *("mean_return", "mean_steps"),
)
"""Of every slice."""
_PRINT, _SHOWN = "input_fingerprint", 12
"""Of the Examples: a digest of all rows and their files' sizes and times of change; so much of it shows."""
T = TypeVar("T")
Pairs = list[dict[str, Any]]


def difference_of(first: RunRecord, second: RunRecord, metadata: Metadata) -> dict[str, Any]:
    """What is otherwise in the second run.

    Returns:
        `config`, `data` and `metrics`: lists of `key`, `first` and `second` where they differ, metrics of all
        slices, and those that a threshold of either run bounds, whether they differ or not; `flips`, as
        `components.evaluator.comparison` finds them on the `pictures` that both runs were tested on, whatever
        they were called, held against the second run's labels; empty where a run was not evaluated.
        `returns`, of two policies that were judged in the same environment at the same costs: the `gain` of
        the second one's mean return over the first one's, with its `interval`, in the `episodes` that both
        were tested in; empty otherwise.

    Raises:
        InputError: a run's config, or what it answered, is damaged.
    """
    return {
        "first": first.id,
        "second": second.id,
        "config": _differing(_flat(first.config()), _flat(second.config())),
        "data": _differing(_flat(_data(first, metadata)), _flat(_data(second, metadata))),
        "metrics": _metrics(first, second),
        "flips": _flips(first, second, metadata),
        "returns": _returns(first, second, metadata),
    }


def _differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> Pairs:
    keys = [*first, *(key for key in second if key not in first)]
    return [
        {"key": key, "first": first.get(key), "second": second.get(key)}
        for key in keys
        if first.get(key) != second.get(key)
    ]


def _flat(values: Any, prefix: str = "") -> dict[str, Any]:
    """`{"a": {"b": [1]}}` as `{"a.b.0": 1}`, as `--set` names it."""
    if isinstance(values, dict):
        return dict(_nested(values.items(), prefix))
    if isinstance(values, list):
        return dict(_nested(((str(place), value) for place, value in enumerate(values)), prefix))
    return {prefix: values}


def _nested(pairs: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in pairs:
        yield from _flat(value, f"{prefix}.{key}" if prefix else str(key)).items()


def _data(record: RunRecord, metadata: Metadata) -> dict[str, Any]:
    """What was counted, and what tells other pictures and labels in the same numbers."""
    data = record.summary.get("data", {})
    counted = {name: data[name] for name in ("splits", "counts", "quarantined") if name in data}
    found = (artifact.properties.get(_PRINT) for artifact in _made(record, metadata, "examples"))
    digest = next(filter(None, found), None)
    return counted if digest is None else {**counted, "fingerprint of files and labels": digest[:_SHOWN]}


def _metrics(first: RunRecord, second: RunRecord) -> Pairs:
    """Overall and by slice; a figure that one of them lacks is `None`."""
    rows = []
    slices = [_slices(record.summary.get("evaluation", {})) for record in (first, second)]
    bounded = [*_bounded(first), *_bounded(second)]
    for name in dict.fromkeys([*slices[0], *slices[1]]):
        named = (asked for where, asked in bounded if where == name)
        for metric, label in dict.fromkeys([*((metric, None) for metric in METRICS), *named]):
            before, after = (_figure(each.get(name, {}), metric, label) for each in slices)
            if before is not None or after is not None:
                of_class = f" of {label}" if label is not None else ""
                rows.append({"key": f"{metric}{of_class} on {name}", "first": before, "second": after})
    return rows


def _slices(evaluation: dict[str, Any]) -> dict[str, Any]:
    return {OVERALL: evaluation, **evaluation.get("slices", {})}


def _bounded(record: RunRecord) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """What the run's thresholds bound: the slice, and the metric with its class."""
    for threshold in (record.config().get("evaluator") or {}).get("thresholds") or ():
        with suppress(ValueError):  # of a version that had others
            gate = ThresholdConfig.model_validate(threshold)
            yield slice_name(dict(sorted(gate.values().items()))), (gate.metric, gate.label)


def _figure(figures: dict[str, Any], metric: str, label: str | None) -> float | None:
    if metric == "ece":
        figures = figures.get("calibration", {})
    elif label is not None:
        figures = figures.get("per_class", {}).get(label, {})
    return figures.get(metric)


def _flips(first: RunRecord, second: RunRecord, metadata: Metadata) -> dict[str, Any]:
    before, after = (_answers(record, metadata) for record in (first, second))
    if before is None or after is None:
        return {}
    places = {image_id: row for row, image_id in enumerate(before.ids)}
    rows = [places.get(image_id, -1) for image_id in after.ids]
    shared = after.where(np.array(rows) >= 0)
    if not len(shared):
        return {"pictures": 0}
    answered = np.array([before.names[place] for place in before.answered], dtype=object)
    known = {name: place for place, name in enumerate(after.names)}
    baseline = [known.get(answered[row], len(known)) for row in rows if row >= 0]
    return {
        "pictures": len(shared),
        **comparison_of(replace(shared, baseline=np.array(baseline, np.int64))),
    }


def _answers(record: RunRecord, metadata: Metadata) -> Answers | None:
    """The answers of a run's own evaluation, or of the earlier one that held for it."""
    labels = record.summary.get("evaluation", {}).get("labels")
    if not labels:
        return None
    return _first(record, metadata, lambda uri: read_answers(uri, labels))


def _first(record: RunRecord, metadata: Metadata, read: Callable[[str], T]) -> T | None:
    """What is read of a run's evaluation; `None` where it was deleted, or a version kept none.

    Raises:
        InputError: it is damaged.
    """
    for artifact in _made(record, metadata, "evaluation"):
        try:
            return read(artifact.uri)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"what run `{record.id}` answered, in `{artifact.uri}`, is damaged ({error}). Delete that "
                "folder to compare the runs without it."
            ) from error
    return None


def _made(record: RunRecord, metadata: Metadata, output: str) -> Iterator[Artifact]:
    """What a run's nodes put out under this name."""
    for execution in metadata.of_run(record.id):
        for artifact, name in metadata.outputs_of(execution.id):
            if name == output:
                yield metadata.artifacts[artifact]


def _returns(first: RunRecord, second: RunRecord, metadata: Metadata) -> dict[str, Any]:
    judged = [record.summary.get("evaluation", {}) for record in (first, second)]
    # Other costs are another unit: their difference would say nothing.
    if any(judged[0].get(key) != judged[1].get(key) for key in ("environment", "costs")):
        return {}
    before, after = (_episodes(record, metadata) for record in (first, second))
    if not before or not after:
        return {}
    earned = {episode.path: episode.reward for episode in before}
    shared = [episode for episode in after if episode.path in earned]
    if not shared:
        return {"episodes": 0}
    found = gain_over(shared, np.array([earned[episode.path] for episode in shared]))
    return {"episodes": len(shared), "gain": found["gain"], "interval": found["interval"]}


def _episodes(record: RunRecord, metadata: Metadata) -> list[Episode]:
    """Of a policy, as `_answers` of a classifier."""
    return _first(record, metadata, read_episodes) or []
