"""The explanation is read as it was written, wherever one stands."""

from pathlib import Path

import pytest

from components.evaluator.explanation_file import read_explanation, write_explanation

EXPLANATION = {"evaluation": {"accuracy": 0.5, "labels": ["zürich"]}, "verdicts": [{"state": "held"}]}


@pytest.mark.parametrize("is_relative", [True, False])
def test_explanation_is_read_as_it_was_written(
    is_relative: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    uri = tmp_path.name if is_relative else str(tmp_path)
    write_explanation(EXPLANATION, uri)
    assert read_explanation(uri) == EXPLANATION


def test_no_figure_may_be_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_explanation({"evaluation": {"accuracy": float("nan")}}, str(tmp_path))
