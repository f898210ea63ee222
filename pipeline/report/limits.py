"""What a model is not known to do well, as it follows from its data and its figures: nothing is made up."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.features import TEST, TRAIN
from pipeline.report.filters import interval, number, plural

FEW_TO_LEARN_FROM, FEW_TO_JUDGE_BY = 100, 50
"""Pictures of a class. Where 0.9 of fifty are right, the truth may be 0.79 to 0.96."""
_NAMED = 8


def limits_of(summary: Mapping[str, Any]) -> list[str]:
    """Sentences, the gravest of them first; `summary` of a run that was evaluated."""
    evaluation, data = summary["evaluation"], summary.get("data", {})
    return [
        *_of_scope(evaluation),
        *_of_slices(evaluation),
        *_of_classes(evaluation, data.get("counts", {})),
        *_of_probabilities(evaluation["calibration"]),
        *limits_of_findings(data),
    ]


def _of_scope(evaluation: Mapping[str, Any]) -> Iterator[str]:
    classes = len(evaluation["labels"])
    yield (
        f"It answers with one of its {classes} classes whatever it is shown: a picture of something else "
        "gets one of them too, perhaps with a high probability."
    )
    yield "What it reaches on pictures of another kind than those of this data set was not measured."


def _of_slices(evaluation: Mapping[str, Any]) -> Iterator[str]:
    for each in evaluation.get("worst_slices", ()):
        if each["is_below"]:
            yield (
                f"It is worse on {each['slice']} than on the whole by more than chance explains: accuracy "
                f"{number(each['accuracy'])} ({interval(each['interval'])}) on "
                f"{plural(each['examples'], 'picture')}, {number(evaluation['accuracy'])} on the whole."
            )
    small = [
        name for name, each in evaluation.get("slices", {}).items() if each["examples"] < FEW_TO_JUDGE_BY
    ]
    if small:
        yield f"Little is known of slices with fewer than {FEW_TO_JUDGE_BY} test pictures: {listed(small)}."


def _of_classes(evaluation: Mapping[str, Any], counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    per_class, train = evaluation["per_class"], counts.get(TRAIN, {})
    tested = [name for name, each in per_class.items() if each["support"]]
    weakest = min(tested, key=lambda name: per_class[name]["recall"], default=None)
    if weakest is not None and per_class[weakest]["recall"] < 1:
        found = per_class[weakest]
        yield (
            f"Of its classes it misses {weakest} most often: {number(1 - found['recall'])} of "
            f"{plural(found['support'], 'test picture')} (recall {number(found['recall'])}, "
            f"{interval(found['intervals']['recall'])})."
        )
    few = [name for name in per_class if train.get(name, FEW_TO_LEARN_FROM) < FEW_TO_LEARN_FROM]
    if few:
        yield f"It learnt from fewer than {FEW_TO_LEARN_FROM} pictures of {listed(few)}."
    unsure = [name for name, each in per_class.items() if each["support"] < FEW_TO_JUDGE_BY]
    if unsure:
        yield f"Fewer than {FEW_TO_JUDGE_BY} test pictures judge {listed(unsure)}: see the intervals."
    if evaluation.get("unknown"):
        pictures = plural(evaluation["unknown"], f"{TEST} picture")
        yield f"{pictures} of classes that it never learnt count as missed."


def _of_probabilities(calibration: Mapping[str, Any]) -> Iterator[str]:
    if calibration["ece"] > calibration["band_95"][1]:
        yield (
            f"Its probabilities are off by {number(calibration['ece'])} on average, more than the "
            f"{number(calibration['band_95'][1])} that chance explains: do not take 0.9 for nine in ten."
        )


def limits_of_findings(data: Mapping[str, Any]) -> Iterator[str]:
    """What was found in the data, and is more than a remark."""
    for finding in data.get("findings", ()):
        if finding["severity"] != "info":
            yield f"Found in its data ({finding['kind']}): {finding['text'].rstrip('.')}."


def listed(names: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
