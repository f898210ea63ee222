"""What becomes a row: of a lone model, and of two; executed in test_executor."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.evaluator.answer_writer import _row, writer, written_below


def _extract(predictions: dict[str, Any]) -> dict[str, Any]:
    example = tf.train.Example()
    texts = {"image_id": "7f", "path": "cat/1.jpg", "label": "cat", "site": "zürich", "eye": ""}
    for name, value in texts.items():
        example.features.feature[name].bytes_list.value.append(value.encode())
    example.features.feature["image"].bytes_list.value.append(b"\xff\xd8\x00")
    example.features.feature["width"].int64_list.value.append(64)
    return {"input": np.array([example.SerializeToString()], dtype=object), "predictions": predictions}


OUTPUTS = {"probabilities": np.array([[0.25, 0.75]], np.float32), "label": np.array([b"dog"])}
OTHER = {"probabilities": np.array([[1, 0]], np.float32), "label": np.array([b"cat"])}


@pytest.mark.parametrize(
    ("predictions", "baseline"), [(OUTPUTS, None), ({"candidate": OUTPUTS, "baseline": OTHER}, "cat")]
)
def test_row(predictions: dict[str, Any], baseline: str | None) -> None:
    assert _row(_extract(predictions)) == {
        "image_id": "7f",
        "path": "cat/1.jpg",
        "label": "cat",
        "columns": [("eye", ""), ("site", "zürich")],
        "probabilities": [0.25, 0.75],
        "baseline": baseline,
    }


def test_writer_must_know_where_to() -> None:
    with pytest.raises(LookupError):
        writer()
    with pytest.raises(ValueError, match="inside"), written_below("somewhere"):
        assert writer().stage_name == "WriteAnswers"
        raise ValueError("inside")
    with pytest.raises(LookupError):
        writer()
