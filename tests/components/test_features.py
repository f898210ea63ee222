"""What is noted on the examples comes back, whatever the classes are called."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tfx.types import standard_artifacts

from components.features import get_counts, set_counts

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)


@given(counts=st.dictionaries(st.sampled_from(["train", "test"]), st.dictionaries(NAMES, st.integers(0, 9))))
def test_counts_come_back_and_need_no_backslash(counts: dict[str, dict[str, int]]) -> None:
    examples = standard_artifacts.Examples()
    set_counts(examples, counts)
    assert get_counts(examples) == counts
    assert "\\" not in examples.get_string_custom_property("counts")


@pytest.mark.parametrize("name", ["cat", "Bär", "d'or", "50 %"])
def test_usual_names_are_noted_as_they_are(name: str) -> None:
    examples = standard_artifacts.Examples()
    set_counts(examples, {"train": {name: 3}})
    noted = json.loads(examples.get_string_custom_property("counts"))
    assert noted == {"train": {name.replace("%", "%25"): 3}}
