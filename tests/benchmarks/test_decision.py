"""What is compared of policies and a classifier."""

from benchmarks.decision import IMAGENET, PUSHED, _of_any_threshold, lines


def _row(pushed: float, argmax: float, asked: float = 0.25, **others: float) -> dict[str, object]:
    costs = {PUSHED: pushed, IMAGENET: pushed + 0.05, "argmax of the classifier": argmax, **others}
    return {"costs": costs, "asked": {PUSHED: asked, IMAGENET: 0.5}}


def test_ways_are_ordered_by_their_cost_and_compared_seed_by_seed() -> None:
    first, second, third = lines([_row(0.5, 1.0), _row(0.6, 0.9, asked=0.35)])
    assert first == [PUSHED, "0.5500 ± 0.0707", "", "", "0.300 ± 0.071"]
    assert second == [IMAGENET, "0.6000 ± 0.0707", "", "", "0.500 ± 0.000"]
    assert third == ["argmax of the classifier", "0.9500 ± 0.0707", "0.4000 ± 0.1414", "0.3500 ± 0.1414", ""]


def test_a_fixed_action_that_is_not_the_best_for_every_seed_has_no_difference() -> None:
    found = lines([_row(0.5, 1.0, **{"always ask": 1.0}), _row(0.5, 1.0, **{"always functional": 0.9})])
    assert [line[2:4] for line in found if line[0].startswith("always")] == [["", ""], ["", ""]]


def test_thresholds_of_all_seeds_are_one_way() -> None:
    assert _of_any_threshold("ask a person below 0.945") == "ask a person below the best threshold on eval"
    assert _of_any_threshold("defective from 0.225") == "defective from the best threshold on eval"
    assert _of_any_threshold("always ask a person") == "always ask a person"
