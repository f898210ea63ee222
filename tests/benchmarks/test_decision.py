"""What is compared of a policy and a classifier."""

from benchmarks.decision import POLICY, _of_any_threshold, lines


def _row(policy: float, argmax: float, asked: float = 0.25, **others: float) -> dict[str, object]:
    return {"costs": {POLICY: policy, "argmax of the classifier": argmax, **others}, "asked": asked}


def test_ways_are_ordered_by_their_cost_and_compared_seed_by_seed() -> None:
    (first, second) = lines([_row(0.5, 1.0), _row(0.6, 0.9, asked=0.35)])
    assert first == [POLICY, "0.5500 ± 0.0707", "", "0.300 ± 0.071"]
    assert second == ["argmax of the classifier", "0.9500 ± 0.0707", "0.4000 ± 0.1414", ""]


def test_a_fixed_action_that_is_not_the_best_for_every_seed_has_no_difference() -> None:
    found = lines([_row(0.5, 1.0, **{"always ask": 1.0}), _row(0.5, 1.0, **{"always functional": 0.9})])
    assert [line[2] for line in found if line[0].startswith("always")] == ["", ""]


def test_thresholds_of_all_seeds_are_one_way() -> None:
    assert _of_any_threshold("ask a person below 0.945") == "ask a person below the best threshold on eval"
    assert _of_any_threshold("defective from 0.225") == "defective from the best threshold on eval"
    assert _of_any_threshold("always ask a person") == "always ask a person"
