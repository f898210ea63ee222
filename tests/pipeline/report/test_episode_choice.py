"""Which episodes are shown: those that say most."""

from dataclasses import replace

from pipeline.report.episode_choice import OF_A_KIND, choose_episodes
from pipeline.settings.environment import ASK, DECISION, GLIMPSE
from tests.pipeline.report.left import LABELS, SCRIPT
from tests.pipeline.report.left_policy import OTHER, episodes_of


def test_costliest_come_first_and_of_those_the_surest() -> None:
    costly, asked = choose_episodes(DECISION, episodes_of(DECISION, 12))
    assert [each.reward for each in costly.episodes] == [-10] * 3 + [-2.5] * 3
    chances = [each.probability for each in costly.episodes[:3]]
    assert chances == sorted(chances, reverse=True)
    assert {each.action for each in asked.episodes} == {ASK}
    assert [each.label for each in asked.episodes] == ["cat", SCRIPT] * 3
    assert (costly.total, asked.total) == (6, 6)


def test_of_many_some_are_chosen() -> None:
    costly, _ = choose_episodes(DECISION, episodes_of(DECISION, 60))
    assert (costly.total, len(costly.episodes)) == (30, OF_A_KIND)


def test_policy_that_never_errs_has_none_to_show() -> None:
    right = [replace(each, action=each.label, reward=0.0) for each in episodes_of(DECISION, 3)]
    costly, asked = choose_episodes(DECISION, right)
    assert not costly.episodes and not asked.episodes


def test_glimpses_are_wrong_right_or_long() -> None:
    wrong, right, long = choose_episodes(GLIMPSE, episodes_of(GLIMPSE, 12))
    assert all(each.action != each.label for each in wrong.episodes)
    assert all(each.action == each.label for each in right.episodes)
    assert [each.label for each in right.episodes[:2]] == LABELS
    assert {each.steps for each in long.episodes} == {5}
    assert "With 5 glimpses" in long.note


def test_one_glimpse_is_not_long() -> None:
    one = replace(episodes_of(GLIMPSE, 1)[0], steps=1)
    assert not choose_episodes(GLIMPSE, [one])[2].episodes


def test_no_pictures_no_kinds() -> None:
    assert choose_episodes(OTHER, episodes_of(OTHER, 3)) == []
    assert choose_episodes(DECISION, []) == []
