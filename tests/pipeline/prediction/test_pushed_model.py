"""A model that cannot explain says so; those that cannot answer at all stand in test_predict."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.prediction.pushed_model import EXPLAIN, HEAT, SERVING, load_answer
from tests import pictures, saved_models


def test_outputs_of_each_signature(tmp_path: Path) -> None:
    model = saved_models.save_model(tmp_path / "echo", explains=True)
    served = load_answer(model, SERVING)([pictures.jpeg()])
    assert set(served) == {"label", "labels", "probabilities"}
    explained = load_answer(model, EXPLAIN)([pictures.jpeg()] * 2)
    np.testing.assert_array_equal(explained[HEAT], [saved_models.HEAT] * 2)
    assert explained["label"].tolist() == served["label"].tolist() * 2


def test_model_that_was_pushed_before_there_were_explanations(tmp_path: Path) -> None:
    model = saved_models.save_model(tmp_path / "old")
    with pytest.raises(InputError, match="old` cannot explain its answers.*--from Trainer"):
        load_answer(model, EXPLAIN)


def test_policy_without_explanation_is_not_taken_for_an_old_one(tmp_path: Path) -> None:
    model = saved_models.save_model(tmp_path / "policy", outputs=(*saved_models.OUTPUTS, "action"))
    with pytest.raises(InputError, match="policy` cannot explain.*it is a policy that .* has no expl") as e:
        load_answer(model, EXPLAIN)
    assert "--from Trainer" not in str(e.value)
    assert load_answer(model, SERVING)([pictures.jpeg()])["label"].shape == (1,)


def test_foreign_model_is_not_taken_for_an_old_one(tmp_path: Path) -> None:
    model = saved_models.save_model(tmp_path / "foreign", signature="predict")
    with pytest.raises(InputError, match="no model of Graft's: it has no signature `serving_default`"):
        load_answer(model, EXPLAIN)
