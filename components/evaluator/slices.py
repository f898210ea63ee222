"""The slices that the config names, held against what the data has.

Asked before a run: this file imports neither TensorFlow nor TFX.
"""

from collections.abc import Collection, Mapping, Sequence

from components.features import BRIGHTNESS_BUCKET, DERIVED, LABEL, ORIENTATION, SIZE_BUCKET
from pipeline.errors import InputError
from pipeline.settings.evaluator import OVERALL as OVERALL
from pipeline.settings.evaluator import EvaluatorConfig, ThresholdConfig

DERIVED_VALUES = {
    SIZE_BUCKET: ("small", "medium", "large"),
    BRIGHTNESS_BUCKET: ("dark", "medium", "bright"),
    ORIENTATION: ("portrait", "square", "landscape"),
}
_SHOWN = 8


def slice_name(values: Mapping[str, str]) -> str:
    """`column=value`; `a=x,b=y` where columns are crossed, in the order of `values`; `overall` for none."""
    return ",".join(f"{column}={value}" for column, value in values.items()) or OVERALL


def check_slices(
    config: EvaluatorConfig, columns: Sequence[str], held: Collection[Mapping[str, str]]
) -> None:
    """Refuses slices that no picture can lie in.

    Args:
        config: of the node.
        columns: the data's own columns.
        held: what the data holds in its columns and as `label`, each combination once; at least of those
            columns that `config` names.

    Raises:
        InputError: a threshold's slice is neither `overall` nor made of `column=value`; a slice is made of
            a column that the data does not have; a threshold asks for a value or a class that it does not
            have.
    """
    for threshold in config.thresholds:
        _check_form(threshold)
    known = [*columns, *DERIVED, LABEL]
    for name in config.columns():
        if name not in known:
            hint = " The overall slice is always reported." if name == OVERALL else ""
            raise InputError(
                f"`evaluator` names slice `{name}`, which the data does not have. It has: "
                f"{', '.join(known)}.{hint}"
            )
    for threshold in config.thresholds:
        _check_values(threshold, held)


def _check_form(threshold: ThresholdConfig) -> None:
    values = threshold.values()
    # Nothing lacks its `=`, or is named twice.
    is_whole = all(values) and slice_name(values) == threshold.slice
    if threshold.slice != OVERALL and not is_whole:
        raise InputError(
            "`evaluator.thresholds`: slice must be `overall` or column=value, such as label=cat; a=x,b=y for "
            f"a crossed one. Received: {threshold.slice!r}"
        )


def _check_values(threshold: ThresholdConfig, held: Collection[Mapping[str, str]]) -> None:
    classes = sorted({row[LABEL] for row in held})
    if threshold.label is not None and threshold.label not in classes:
        raise InputError(
            f"`evaluator.thresholds` names class `{threshold.label}`, which the data does not have. It has: "
            f"{_listed(classes)}"
        )
    if threshold.metric.startswith("top_") and int(threshold.metric[len("top_") :]) >= len(classes):
        raise InputError(
            f"`evaluator.thresholds`: `{threshold.metric}` says nothing of {len(classes)} classes; set "
            "accuracy in its place."
        )
    values = threshold.values()
    for column, value in values.items():
        there = DERIVED_VALUES.get(column) or sorted({row[column] for row in held})
        if value not in there:
            raise InputError(
                f"`evaluator.thresholds`: no picture lies in slice `{threshold.slice}`. `{column}` has: "
                f"{_listed(there)}"
            )
    own = {column: value for column, value in values.items() if column not in DERIVED_VALUES}
    if not any(own.items() <= row.items() for row in held):
        raise InputError(
            f"`evaluator.thresholds`: no picture lies in slice `{threshold.slice}`. There are pictures for "
            "each of its columns, but none for all of them."
        )


def _listed(values: Sequence[str]) -> str:
    more = ", ..." if len(values) > _SHOWN else ""
    return f"{', '.join(value or repr(value) for value in values[:_SHOWN])}{more}"
