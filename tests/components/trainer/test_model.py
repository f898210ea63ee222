"""The transfer model: what is frozen stays as it was, bit for bit, and the rest learns."""

import keras
import numpy as np
import pytest

from components.backbone import get_backbone
from components.backbone.cut import cut_for, split_trunk
from components.trainer.model import TransferModel, build_classifier
from pipeline.settings.trainer import TrainerConfig
from tests.components.trainer.tiny import TinyBackbone, tiny_model

pytestmark = pytest.mark.slow

CUT = "block_13"


@pytest.fixture(scope="module")
def model() -> TransferModel:
    keras.utils.set_random_seed(7)
    return build_classifier(get_backbone("efficientnet_lite0"), CUT, 3, TrainerConfig())


def _trainable_layers(model: TransferModel) -> set[str]:
    return {layer.name for layer in model.trunk.layers if layer.trainable_variables}


def _layers_of(model: TransferModel, stages: tuple[str, ...]) -> set[str]:
    """Layers with weights in `stages`, BatchNorm left out, by their names alone."""
    return {
        layer.name
        for layer in model.trunk.layers
        for stage in stages
        if (layer.name == stage or layer.name.startswith(f"{stage}_"))
        and layer.weights
        and not isinstance(layer, keras.layers.BatchNormalization)
    }


@pytest.mark.parametrize(
    ("unfreeze", "stages"),
    [("head", ()), ("top", ("top",)), ("block_14", ("block_14", "block_15", "top")), ("head", ())],
)
def test_freeze_all_but_leaves_exactly_these(
    model: TransferModel, unfreeze: str, stages: tuple[str, ...]
) -> None:
    model.freeze_all_but(unfreeze)
    expected = _layers_of(model, stages)
    assert _trainable_layers(model) == expected
    assert len(expected) == {0: 0, 1: 1, 3: 7}[len(stages)]
    trained = model.trained_by(unfreeze)
    assert len(trained.trainable_variables) == 2 + len(expected)
    assert {variable.path for variable in trained.trainable_variables} >= {
        "head/logits/kernel",
        "head/logits/bias",
    }


def test_freeze_all_but_never_trains_batch_norm(model: TransferModel) -> None:
    model.freeze_all_but("stem")
    norms = [layer for layer in model.trunk.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert len(norms) == 49
    assert not any(layer.trainable for layer in norms)
    assert not {"gamma", "beta"} & {variable.name for variable in model.trunk.trainable_variables}


def test_layer_groups_rates_fall_with_depth(model: TransferModel) -> None:
    model.freeze_all_but("block_14")
    groups = model.layer_groups("block_14", head_rate=1e-3, trunk_rate=4e-4, decay=0.5)
    rates = [(group.name, group.rate) for group in groups if group.rate is not None]
    assert rates == [("head", 1e-3), ("top", 4e-4), ("block_15", 2e-4), ("block_14", 1e-4)]
    assert [group.name for group in groups] == ["head", *reversed(model.backbone.stages)]
    for group in groups:
        assert bool(group.trainable) == (group.rate is not None)


def test_layer_groups_hold_all_trainable_variables_once(model: TransferModel) -> None:
    model.freeze_all_but("block_14")
    groups = model.layer_groups("block_14", head_rate=1e-3, trunk_rate=4e-4, decay=0.5)
    grouped = sorted(variable.path for group in groups for variable in group.trainable)
    trained = model.trained_by("block_14").trainable_variables
    assert grouped == sorted(variable.path for variable in trained)


def test_layer_groups_parameters_sum_to_the_whole(model: TransferModel) -> None:
    groups = model.layer_groups("head", head_rate=1e-3, trunk_rate=4e-4, decay=0.5)
    assert groups[0].parameters == model.backbone.width * 3 + 3
    assert sum(group.parameters for group in groups[1:]) == model.trunk.count_params()


def test_from_the_cut_equals_the_whole_way(model: TransferModel) -> None:
    generator = np.random.default_rng(11)
    kernel, bias = model.head.get_layer("logits").get_weights()
    model.head.get_layer("logits").set_weights([generator.normal(size=kernel.shape), bias + 0.5])
    images = generator.uniform(0, 255, (2, 224, 224, 3)).astype(np.float32)
    lower, _ = split_trunk(model.trunk, CUT)
    from_cut = model.trained_by("block_14")(lower(images, training=False), training=False)
    whole = model.whole(images, training=False).numpy()
    model.head.get_layer("logits").set_weights([kernel, bias])
    np.testing.assert_allclose(from_cut, whole, atol=1e-4)
    assert np.ptp(whole) > 0.01


def test_model_whose_phases_train_the_head_alone() -> None:
    backbone = get_backbone("efficientnet_lite0")
    model = build_classifier(backbone, cut_for(backbone, ["head"]), 3, TrainerConfig())
    assert model.trained_by("head").output.shape == (None, 3)


def test_batch_norm_that_adapts_trains_where_its_stage_does() -> None:
    model = tiny_model(TrainerConfig(batch_norm="adapts"))
    model.freeze_all_but("block_1")
    norms = {layer.name: layer.trainable for layer in model.trunk_layers() if layer.name.endswith("norm")}
    assert norms == {"stem_norm": False, "block_0_norm": False, "block_1_norm": True, "top_norm": True}
    groups = {group.name: len(group.trainable) for group in model.layer_groups("block_1", 1e-3, 1e-3, 1.0)}
    assert groups == {"head": 2, "top": 3, "block_1": 3, "block_0": 0, "stem": 0}


def test_batch_norm_inside_of_a_nested_model_is_frozen_too() -> None:
    model = tiny_model(TrainerConfig())
    nested = model.trunk
    model.trunk = keras.Sequential([keras.Input((8, 8, 3)), nested], name="outer")
    nested.name = "top"
    model.backbone = TinyBackbone(stages=("top",))  # type: ignore[assignment]
    model.freeze_all_but("top")
    layers = {layer.name: layer for layer in model.trunk_layers()}
    assert layers["top_conv"].trainable and not layers["top_norm"].trainable


def test_penalty_reaches_the_loss_of_the_part_that_trains() -> None:
    model = tiny_model(TrainerConfig())
    kernel = model.head.get_layer("logits").kernel
    kernel.assign(np.full(kernel.shape, 2.0))
    part = model.trained_by("top")
    for penalty in (0.0, 0.5):
        model.penalise(penalty)
        part(np.zeros((1, *part.input.shape[1:]), np.float32), training=True)
        assert float(sum(part.losses)) == pytest.approx(penalty / 2 * 4 * np.prod(kernel.shape))


def test_head_without_such_weights_has_no_penalty() -> None:
    model = tiny_model(TrainerConfig(head="cosine"))
    model.penalise(0.5)
    part = model.trained_by("top")
    part(np.zeros((1, *part.input.shape[1:]), np.float32), training=True)
    assert not part.losses
