"""The trunk as Augment runs it: the same function, and a fingerprint of it."""

import keras
import numpy as np
import pytest
from keras import layers

from components.augment.trunk import fingerprint, frozen_halves
from tests.components.trainer.tiny import SIZE, TinyBackbone

IMAGES = np.random.default_rng(1).uniform(0, 255, (4, SIZE, SIZE, 3)).astype(np.float32)


@pytest.mark.parametrize("cut", ["stem", "block_1", "top", "pixels"])
@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-5), ("bfloat16", 3e-2)])
def test_halves_do_what_the_trunk_does(cut: str, precision: str, tolerance: float) -> None:
    backbone = TinyBackbone()
    lower, upper = frozen_halves(backbone, cut, precision)  # type: ignore[arg-type]
    whole = backbone.build_pretrained()(IMAGES).numpy()
    halves = keras.ops.cast(upper(lower(IMAGES)), "float32").numpy()
    np.testing.assert_allclose(halves, whole, atol=tolerance * np.abs(whole).max())


def test_bfloat16_leaves_the_scaling_of_pixels() -> None:
    lower, _ = frozen_halves(TinyBackbone(), "stem", "bfloat16")  # type: ignore[arg-type]
    precisions = {layer.compute_dtype for layer in lower.layers if "rescaling" in layer.name}
    assert precisions == {"float32"}
    assert lower.output.dtype == "bfloat16"


def _model(width: int = 3, activation: str = "relu", seed: int = 1, name: str | None = None) -> keras.Model:
    images = keras.Input((SIZE, SIZE, 3))
    start = keras.initializers.GlorotUniform(seed=seed)
    tensor = layers.Conv2D(width, 3, kernel_initializer=start)(images)
    return keras.Model(images, layers.Activation(activation)(tensor), name=name)


def test_fingerprint_of_the_same_model() -> None:
    # Keras numbers what has no name: the second model's layers are called otherwise.
    assert fingerprint(_model()) == fingerprint(_model()) == fingerprint(_model(name="other"))


@pytest.mark.parametrize("changed", [{"width": 4}, {"activation": "tanh"}, {"seed": 2}])
def test_fingerprint_of_another_model(changed: dict[str, object]) -> None:
    assert fingerprint(_model()) != fingerprint(_model(**changed))  # type: ignore[arg-type]


def test_fingerprint_sees_one_weight() -> None:
    model = _model()
    before = fingerprint(model)
    kernel, bias = model.layers[1].get_weights()
    kernel[0, 0, 0, 0] += 1e-6
    model.layers[1].set_weights([kernel, bias])
    assert fingerprint(model) != before
