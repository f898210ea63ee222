"""What the Evaluator found, in the terminal: slices, classes, calibration, comparison."""

import pytest

from pipeline.runners.evaluation_text import calibration_line, class_table
from tests.pipeline.runners.ended import CALIBRATION, CLASS_SCORES, line_with, scores, summary, text_of

MACRO = ["0.8400", "0.8300", "0.8000"]


def test_print_summary_slices() -> None:
    text = text_of(summary())
    assert "test split" in text
    assert line_with(text, "overall").split() == ["overall", "20", "0.8500", "0.750", "to", "0.900", *MACRO]
    mono = line_with(text, "cell_type=mono").split()
    assert mono[:6] == ["cell_type=mono", "8", "0.7500", "0.650", "to", "0.800"]
    assert "worse than the whole" not in text


@pytest.mark.parametrize(
    ("p_value", "words"),
    [(0.0312, "31 times in 1,000"), (1.0, "1000 times in 1,000"), (0.0002, "less than once in 1,000 times")],
)
def test_print_summary_compares_with_the_last_blessed_model(p_value: float, words: str) -> None:
    comparison = {
        "won": ["a", "b"],
        "lost": ["c"],
        "difference": 0.05,
        "interval": [-0.1, 0.2],
        "p_value": p_value,
    }
    text = text_of(summary(evaluation={**summary()["evaluation"], "comparison": comparison}), width=200)
    line = line_with(text, "last blessed")
    assert line.startswith(
        "against the last blessed model: 2 won, 1 lost, accuracy +0.0500 (-0.100 to 0.200)"
    )
    assert line.endswith(words)


def test_print_summary_classes_and_what_they_were_taken_for() -> None:
    lines = text_of(summary()).splitlines()
    (head,) = [place for place, line in enumerate(lines) if "as good" in line]
    assert lines[head].split() == ["class", "pictures", *CLASS_SCORES, "as", "good", "as", "[worn]"]
    assert lines[head + 1].split() == ["good", "15", "0.9000", "0.8000", "0.8471", "13", "2"]
    assert lines[head + 2].split() == ["[worn]", "5", "0.9000", "0.8000", "0.8471", "1", "4"]


def test_what_no_picture_tells_of_is_no_zero() -> None:
    figures = {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    absent = {
        **figures,
        "support": 0,
        "intervals": {**{key: [0.0, 1.0] for key in figures}, "precision": [0.0, 0.6]},
    }
    table = class_table({"labels": ["rare"], "per_class": {"rare": absent}, "confusion": [[0]]})
    assert [cell for column in table.columns[1:5] for cell in column.cells] == ["0", "0.0000", "-", "-"]


@pytest.mark.parametrize(("classes", "is_shown"), [(2, True), (6, True), (7, False), (40, False)])
def test_class_table_shows_confusion_while_it_fits(classes: int, is_shown: bool) -> None:
    labels = [f"kind{place}" for place in range(classes)]
    figures = dict.fromkeys(("precision", "recall", "f1"), 1.0)
    of_class = {**figures, "support": 3, "intervals": {key: [0.4, 1.0] for key in figures}}
    confusion = [[0] * classes for _ in labels]
    table = class_table(
        {"labels": labels, "per_class": dict.fromkeys(labels, of_class), "confusion": confusion}
    )
    assert table.row_count == classes
    assert len(table.columns) == 5 + (classes if is_shown else 0)


@pytest.mark.parametrize(
    ("temperature", "before"), [(0.8, ", 0.058 before scaling"), (2.0, ", 0.058 before scaling"), (1.0, "")]
)
def test_calibration_line(temperature: float, before: str) -> None:
    line = calibration_line({**CALIBRATION, "temperature": temperature}).plain
    chance = "a perfectly calibrated model would show up to 0.049"
    assert line == f"calibration: expected error 0.031{before}; {chance}"


def test_print_summary_calibration() -> None:
    assert line_with(text_of(summary(), width=200), "calibration: expected error 0.031, 0.058 before")


LONG = ("functional and clean", "micro cracks", "snail trails", "delamination", "Z" * 70)


@pytest.mark.parametrize("width", [60, 80, 100, 400])
def test_tables_lose_no_figure_and_no_letter_where_the_screen_is_narrow(width: int) -> None:
    figures = {"precision": 0.1234, "recall": 1.0, "f1": 1.0}
    of_class = {**figures, "support": 3, "intervals": {key: [0.1, 1.0] for key in figures}}
    evaluation = {
        **summary()["evaluation"],
        "labels": list(LONG),
        "per_class": dict.fromkeys(LONG, of_class),
        "confusion": [[5678] * len(LONG)] * len(LONG),
        "slices": {"brightness_bucket=medium,cell_type=mono,size_bucket=medium": scores(8, 0.75, [[0], [0]])},
    }
    text = text_of(summary(evaluation=evaluation, data={}), width=width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    assert text.count("0.1234") == len(LONG)
    assert ("5678" in text) == (width == 400)
    (head,) = [line.split() for line in text.splitlines() if line.startswith(" class")]
    assert head[:5] == ["class", "pictures", *CLASS_SCORES]
    assert text.count("Z") == 70 * (2 if width == 400 else 1)
    assert text.splitlines()[-2].endswith("MiB")
