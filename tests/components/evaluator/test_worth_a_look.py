"""The pictures that cost something are looked at, and no others."""

from typing import Any

import numpy as np

from components.evaluator.worth_a_look import worth_a_look
from components.heat_file import LOOKED_AT
from tests.components.evaluator.made import answers_of


def test_the_surest_mistakes_and_what_cost_a_bound() -> None:
    sureness = np.linspace(0.6, 0.99, LOOKED_AT + 10)
    answers = answers_of([1] * len(sureness), np.stack([sureness, 1 - sureness], axis=1))
    explanation: dict[str, Any] = {"verdicts": [{"pictures": []}, {"pictures": [{"path": "0.jpg"}]}]}
    expected = {f"{place}.jpg" for place in range(10, len(sureness))}
    assert worth_a_look(answers, explanation) == expected | {"0.jpg"}
    right = answers_of([0, 0], np.array([[0.9, 0.1], [0.8, 0.2]]))
    assert worth_a_look(right, {"verdicts": []}) == set()
