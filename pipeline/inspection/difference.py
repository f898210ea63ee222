"""Two runs beside each other: config, data, metrics, and the pictures on which they disagree."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from components.answers import Answers, read_answers
from components.evaluator.comparison import comparison_of
from components.evaluator.returns.episodes import Episode, read_episodes
from components.evaluator.returns.figures import gain_over
from components.evaluator.slices import OVERALL
from pipeline.errors import InputError
from pipeline.inspection.metadata import Metadata
from pipeline.inspection.records import RunRecord

METRICS = (
    *("accuracy", "macro_precision", "macro_recall", "macro_f1", "auc", "log_loss"),
    *("mean_return", "mean_steps"),
)
T = TypeVar("T")
Pairs = list[dict[str, Any]]


def difference_of(first: RunRecord, second: RunRecord, metadata: Metadata) -> dict[str, Any]:
    """What is otherwise in the second run.

    Returns:
        `config`, `data` and `metrics`: lists of `key`, `first` and `second` where they differ, metrics of all
        slices whether they differ or not; `flips`, as `components.evaluator.comparison` finds them on the
        `pictures` that both runs were tested on, whatever they were called, held against the second run's
        labels; empty where a run was not evaluated. `returns`, of two policies that were judged
        in the same environment at the same costs: the `gain` of the second
        one's mean return over the first one's, with its `interval`, in the `episodes` that both were tested
        in; empty otherwise.
    """
    return {
        "first": first.id,
        "second": second.id,
        "config": _differing(_flat(first.config()), _flat(second.config())),
        "data": _differing(_flat(_data(first)), _flat(_data(second))),
        "metrics": _metrics(first.summary.get("evaluation", {}), second.summary.get("evaluation", {})),
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


def _data(record: RunRecord) -> dict[str, Any]:
    data = record.summary.get("data", {})
    return {name: data[name] for name in ("splits", "counts", "quarantined") if name in data}


def _metrics(first: dict[str, Any], second: dict[str, Any]) -> Pairs:
    """Overall and by slice; a figure that one of them lacks is `None`."""
    rows = []
    slices = {
        OVERALL: (first, second),
        **{
            name: (first.get("slices", {}).get(name, {}), second.get("slices", {}).get(name, {}))
            for name in [*first.get("slices", {}), *second.get("slices", {})]
        },
    }
    for name, figures in slices.items():
        for metric in METRICS:
            before, after = (each.get(metric) for each in figures)
            if before is not None or after is not None:
                rows.append({"key": f"{metric} on {name}", "first": before, "second": after})
    return rows


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
    for uri in _evaluations(record, metadata):
        try:
            return read(uri)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"what run `{record.id}` answered, in `{uri}`, is damaged ({error}). Delete that folder to "
                "compare the runs without it."
            ) from error
    return None


def _evaluations(record: RunRecord, metadata: Metadata) -> Iterator[str]:
    for execution in metadata.of_run(record.id):
        for artifact, name in metadata.outputs_of(execution.id):
            if name == "evaluation":
                yield metadata.artifacts[artifact].uri


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
