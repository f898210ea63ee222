"""Classes and answers, with their counts and costs."""

from typing import Any

from pipeline.report.answers_section import answers_section
from pipeline.report.material import Material
from pipeline.settings.environment import ASK, DECISION, GLIMPSE
from tests.pipeline.report.left import LABELS, SCRIPT
from tests.pipeline.report.left_policy import ABOUT, OTHER, episodes_of


def test_counts_costs_and_what_they_came_to(decision: Material) -> None:
    found = answers_section(decision.evaluation, decision.episodes)
    assert found["actions"] == [*LABELS, ASK]
    assert [row["label"] for row in found["rows"]] == LABELS
    wrong = found["rows"][1]["cells"][0]
    assert (wrong["count"], wrong["cost"], wrong["total"], wrong["share"]) == (3, 10.0, 30.0, 100)
    assert [each["total"] for each in found["sums"]] == [30.0, 7.5, 6.0]
    assert found["all"] == {"count": 24, "total": 43.5}
    assert found["rows"][0]["cells"][0]["is_right"]


def test_glimpses_have_no_costs_and_shade_by_their_class() -> None:
    found = answers_section(ABOUT[GLIMPSE], episodes_of(GLIMPSE, 12))
    assert not found["has_costs"]
    assert found["rows"][0]["cells"][0]["share"] == 75


def test_without_episodes_the_costs_are_still_known() -> None:
    found = answers_section(ABOUT[DECISION], [])
    assert (found["has_counts"], found["has_costs"]) == (False, True)
    assert found["rows"][1]["cells"][0]["cost"] == 10.0
    assert answers_section(ABOUT[GLIMPSE], []) == {}


def test_other_environments_know_no_classes() -> None:
    assert answers_section(ABOUT[OTHER], episodes_of(OTHER, 3)) == {}


def test_many_classes_have_their_costliest_answers_in_a_list() -> None:
    names = ["cat", SCRIPT, *(f"class {number}" for number in range(30))]
    costs: dict[str, Any] = {label: {**dict.fromkeys([*names, ASK], 4.0), label: 0.0} for label in names}
    evaluation = {"environment": DECISION, "names": [*names, ASK], "costs": costs}
    found = answers_section(evaluation, episodes_of(DECISION, 12))
    assert found["rows"] == []
    assert [(each["label"], each["action"], each["count"]) for each in found["listed"]] == [
        ("cat", SCRIPT, 3),
        ("cat", ASK, 3),
        (SCRIPT, "cat", 3),
        (SCRIPT, ASK, 3),
    ]
    assert found["more"] == 0
