"""The explanation: whole and plain."""

from components.evaluator.explanation import explain
from pipeline.settings.evaluator import EvaluatorConfig, ThresholdConfig
from tests.components.evaluator.made import told

ANSWERS = told([0, 1, 2, 0], [0, 1, 1, 1], baseline=[0, 0, 2, 0], site=["n", "n", "s", "s"])  # type: ignore[arg-type]
CONFIG = EvaluatorConfig(
    slices=("site",),
    thresholds=(
        ThresholdConfig(metric="accuracy", at_least=0.9, slice="label=a"),
        ThresholdConfig(metric="accuracy", at_least=0.1),
    ),
    max_accuracy_drop=0.3,
    smallest_slice=1,
)


def test_explanation_is_whole() -> None:
    explanation = explain(ANSWERS, CONFIG, temperature=1.0)
    evaluation = explanation["evaluation"]
    assert (evaluation["split"], evaluation["examples"]) == ("test", 4)
    assert evaluation["labels"] == ["a", "b", "c"]
    assert [*evaluation["slices"]] == ["label=a", "label=b", "label=c", "site=n", "site=s"]
    assert evaluation["confusion"] == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]
    assert evaluation["slices"]["site=n"]["cells"] == [[0, 0, 1], [1, 1, 1]]
    assert "confusion" not in evaluation["slices"]["site=n"]
    assert [each["slice"] for each in evaluation["worst_slices"]] == ["label=c", "site=s"]
    assert evaluation["comparison"]["lost"] == ["2.jpg", "3.jpg"]
    states = [(verdict["metric"], verdict["rule"], verdict["state"]) for verdict in explanation["verdicts"]]
    assert states == [
        ("accuracy", "at_least", "failed"),
        ("accuracy", "at_least", "held"),
        ("accuracy", "max_drop", "held"),
    ]
