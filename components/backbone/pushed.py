"""A model that Graft pushed, to go on from with other classes: its trunk lies beside the served graph.

`assets.extra/trunk.keras` is the trunk as it was trained, nothing folded; `backbone.json` there says
where it can be cut.
"""

import functools
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from components.backbone.archive import read_config
from components.backbone.graph import cut_points
from components.backbone.keras_config import MALFORMED, read_nodes
from components.backbone.keras_files import count_weights
from components.backbone.own_model import agreed_size, load_model
from components.backbone.row import Backbone
from components.backbone.weights import WeightsInside
from pipeline.errors import InputError

if TYPE_CHECKING:
    import keras

EXTRA = "assets.extra"
"""TensorFlow Serving's folder for what a SavedModel does not need."""
DESCRIPTION = f"{EXTRA}/backbone.json"
LABELS = "assets/labels.txt"
_TRUNK, _DESCRIPTION = "trunk.keras", "backbone.json"


class Description(BaseModel):
    """What a pushed trunk is: the fields of `Backbone`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    size: int = Field(ge=1)
    width: int = Field(ge=1)
    stages: tuple[str, ...] = Field(min_length=1)


def is_pushed(model: str) -> bool:
    """Whether the folder `model` holds what Graft pushed, with a trunk to go on from."""
    return os.path.exists(os.path.join(os.path.expanduser(model), DESCRIPTION))


def is_exported(model: str) -> bool:
    """Whether the folder `model` holds a SavedModel with names, as Graft exports them all."""
    folder = os.path.expanduser(model)
    return all(os.path.exists(os.path.join(folder, name)) for name in ("saved_model.pb", LABELS))


def labels_of_pushed(model: str) -> list[str]:
    """The names of what Graft pushed into the folder `model`, in the order of its probabilities."""
    return Path(os.path.expanduser(model), LABELS).read_text(encoding="utf-8").splitlines()


def save_trunk(trunk: "keras.Model", backbone: Backbone, directory: str) -> None:
    """Writes a trained trunk where `pushed_backbone` finds it.

    Args:
        trunk: images float32 [batch, size, size, 3] in 0..255 -> feature map; not folded.
        backbone: what it was built from.
        directory: made if it is not there; a SavedModel's `assets.extra`. Both files appear whole or
            not at all, the description last. Of a trunk that never trains nothing is written: whoever
            has it needs no copy.
    """
    if not backbone.trains:
        return
    description = Description(
        name=backbone.name, size=backbone.size, width=backbone.width, stages=backbone.stages
    )
    os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as unfinished:
        trunk.save(os.path.join(unfinished, _TRUNK))
        Path(unfinished, _DESCRIPTION).write_text(description.model_dump_json(indent=2), encoding="utf-8")
        for name in (_TRUNK, _DESCRIPTION):
            os.replace(os.path.join(unfinished, name), os.path.join(directory, name))


def pushed_backbone(path: Path, size: int | None) -> Backbone:
    """The trunk of a pushed SavedModel; loads no TensorFlow.

    Args:
        path: the folder with `saved_model.pb`.
        size: side of the pictures, pixels; must be the trunk's own, if given.

    Raises:
        InputError: there is no such trunk, it is not whole, or takes pictures of another size.
    """
    folder = path / EXTRA
    description = _read_description(path / DESCRIPTION)
    _check_stages(path, read_config(folder / _TRUNK), description)
    return Backbone(
        name=description.name,
        size=agreed_size(path, description.size, size),
        smallest=description.size,
        width=description.width,
        stages=description.stages,
        parameters=count_weights(folder / _TRUNK),
        multiply_adds=None,
        build=functools.partial(_load, folder / _TRUNK),
        weights=WeightsInside(folder / _TRUNK),
    )


def _read_description(file: Path) -> Description:
    try:
        return Description.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"`{file}` cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise InputError(f"`{file}` does not describe a trunk: {error.errors()[0]['msg']}.") from error


def _check_stages(path: Path, config: dict[str, Any], description: Description) -> None:
    try:
        nodes = read_nodes(config)
    except MALFORMED as error:
        raise InputError(f"the trunk of model `{path}` is not as Graft saves it: {error}.") from error
    known = {nodes[point].name for point in cut_points(nodes)}
    if unknown := [stage for stage in description.stages if stage not in known]:
        raise InputError(f"the trunk of model `{path}` cannot be cut at {', '.join(unknown[:5])}.")


def _load(file: Path, size: int) -> "keras.Model":
    return load_model(file)
