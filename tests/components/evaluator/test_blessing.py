"""How evaluations end: every picture counted, the artifact marked for Pusher and LatestBlessedModel."""

from pathlib import Path

import pytest
from tfx.types import standard_artifacts

from components import features
from components.evaluator.blessing import bless, check_count
from tests.components.evaluator.told import artifact


def _examples(folder: Path) -> standard_artifacts.Examples:
    examples = artifact(standard_artifacts.Examples, folder, 1)
    features.set_counts(examples, {features.TRAIN: {"cat": 90}, features.TEST: {"cat": 5, "dog": 4}})
    return examples


@pytest.mark.parametrize("judged", [8, 10, 0, 99])
def test_picture_that_was_lost_or_counted_twice(tmp_path: Path, judged: int) -> None:
    check_count(9, _examples(tmp_path))
    with pytest.raises(RuntimeError, match=f"judged {judged} pictures, but the test split holds 9"):
        check_count(judged, _examples(tmp_path))


@pytest.mark.parametrize(("is_blessed", "file"), [(True, "BLESSED"), (False, "NOT_BLESSED")])
@pytest.mark.parametrize("has_baseline", [True, False])
def test_artifact_is_marked_as_tfx_does(
    tmp_path: Path, is_blessed: bool, file: str, has_baseline: bool
) -> None:
    blessing = artifact(standard_artifacts.ModelBlessing, tmp_path / "blessing", 6)
    inputs = {"model": [artifact(standard_artifacts.Model, tmp_path / "model", 3)]}
    if has_baseline:
        inputs["baseline_model"] = [artifact(standard_artifacts.Model, tmp_path / "last", 2)]
    bless(blessing, is_blessed, inputs)
    assert [path.name for path in (tmp_path / "blessing").iterdir()] == [file]
    assert blessing.get_int_custom_property("blessed") == is_blessed
    assert blessing.get_int_custom_property("current_model_id") == 3
    assert blessing.get_string_custom_property("current_model") == str(tmp_path / "model")
    assert blessing.has_custom_property("baseline_model_id") == has_baseline
    if has_baseline:
        assert blessing.get_int_custom_property("baseline_model_id") == 2
        assert blessing.get_string_custom_property("baseline_model") == str(tmp_path / "last")
