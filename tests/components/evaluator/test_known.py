"""Which figures of a class are known."""

from components.evaluator.intervals import f1, wilson
from components.evaluator.known import known


def test_a_share_of_nothing_is_unknown() -> None:
    absent = {"recall": 0.0, "f1": 0.0, "intervals": {"recall": wilson(0, 0), "f1": f1(0, 0)}}
    assert known(absent, "recall") is None and known(absent, "f1") is None


def test_no_other_share_has_the_interval_of_nothing() -> None:
    for total in (1, 2, 1_000_000):
        for hits in {0, total // 2, total}:
            scores = {"recall": hits / total, "intervals": {"recall": [*wilson(hits, total)]}}
            assert known(scores, "recall") == hits / total
