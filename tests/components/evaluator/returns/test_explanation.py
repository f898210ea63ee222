"""What a summary and a report are made of."""

import json

import numpy as np

from components.evaluator.returns.explanation import explain
from pipeline.settings.evaluator import EvaluatorConfig
from tests.components.evaluator.returns.made import episode


def test_explain() -> None:
    made = [episode(-1, 0), episode(-3, 1, columns={"site": "south"})]
    config = EvaluatorConfig(slices=("site",))
    about = {"environment": "graft/Decision-v0", "names": ["cat", "dog", "ask"], "costs": {}}
    found = explain(
        made, config, about, {"always dog": np.array([-1.0, -1])}, {"argmax": np.array([-4.0, -4])}
    )
    evaluation = found["evaluation"]
    assert (evaluation["task"], evaluation["split"]) == ("reinforcement", "test")
    assert evaluation["mean_return"] == -2 and evaluation["environment"] == "graft/Decision-v0"
    assert {name: each["mean_return"] for name, each in evaluation["slices"].items()} == {
        "site=north": -1,
        "site=south": -3,
    }
    assert {name: each["gain"] for name, each in evaluation["rivals"].items()} == {
        "always dog": -1,
        "argmax": 2,
    }
    (verdict,) = found["verdicts"]
    assert verdict["state"] == "failed"
    json.dumps(found, allow_nan=False)  # the file takes it
