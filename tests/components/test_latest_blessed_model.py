"""The baseline: the latest blessed model before the candidate, never the candidate itself."""

import pytest
from tfx.types import Artifact, standard_artifacts

from components.latest_blessed_model import OlderBlessedModelStrategy


def _model(number: int) -> Artifact:
    model = standard_artifacts.Model()
    model.id = number
    return model


def _blessing(model: int, is_blessed: bool) -> Artifact:
    blessing = standard_artifacts.ModelBlessing()
    blessing.id = 1000 + model
    blessing.set_int_custom_property("current_model_id", model)
    blessing.set_int_custom_property("blessed", int(is_blessed))
    return blessing


@pytest.mark.parametrize(
    ("models", "blessed", "not_blessed", "baseline"),
    [
        ([5], [], [], None),
        ([5], [5], [], None),
        ([1, 5], [1], [], 1),
        ([1, 5], [1, 5], [], 1),
        ([1, 5], [5], [1], None),
        ([1, 3, 5], [1, 3], [], 3),
        ([5, 3, 1], [1, 3], [], 3),
        ([1, 3, 5], [1], [3], 1),
        ([1, 5, 7, 9], [1, 7, 9], [], 1),
        ([5, 7], [7], [], None),
        ([1, 5], [], [1], None),
    ],
)
def test_resolve_latest_older_blessed_model(
    models: list[int], blessed: list[int], not_blessed: list[int], baseline: int | None
) -> None:
    candidate = _model(5)
    blessings = [_blessing(number, True) for number in blessed]
    blessings += [_blessing(number, False) for number in not_blessed]
    inputs = {
        "candidate": [candidate],
        "model": [candidate if number == 5 else _model(number) for number in models],
        "model_blessing": blessings,
    }
    resolved = OlderBlessedModelStrategy().resolve_artifacts(None, inputs)
    assert resolved["candidate"] == [candidate]
    assert [model.id for model in resolved["model"]] == ([] if baseline is None else [baseline])
    expected = [] if baseline is None else [1000 + baseline]
    assert [blessing.id for blessing in resolved["model_blessing"]] == expected


def test_resolve_a_model_blessed_after_it_was_refused() -> None:
    inputs = {
        "candidate": [_model(5)],
        "model": [_model(2)],
        "model_blessing": [_blessing(2, False), _blessing(2, True)],
    }
    resolved = OlderBlessedModelStrategy().resolve_artifacts(None, inputs)
    assert [model.id for model in resolved["model"]] == [2]
