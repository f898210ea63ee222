"""The node: none for a single model."""

from tfx import types
from tfx.types import standard_artifacts

from components.ensemble.component import build
from pipeline.settings.trainer import TrainerConfig

EXAMPLES = types.Channel(type=standard_artifacts.Examples)


def _models(count: int) -> list[types.Channel]:
    return [
        types.Channel(type=standard_artifacts.Model, producer_component_id=f"Trainer.{place}")
        for place in range(count)
    ]


def test_one_model_needs_no_ensemble() -> None:
    assert build(_models(1), EXAMPLES, TrainerConfig()) is None


def test_models_keep_their_order() -> None:
    models = _models(3)
    node = build(models, EXAMPLES, TrainerConfig(calibration="none"))
    assert node is not None
    assert node.id == "Ensemble"
    assert node.inputs["models"].channels == models
    assert node.exec_properties["calibration"] == "none"
