"""A SavedModel from elsewhere as a backbone: pictures to features, as it is. It never trains.

Its signature is read without TensorFlow. A SavedModel is a program: run only those you trust.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError

from components.backbone.keras_files import one_line
from components.backbone.own_model import agreed_size
from components.backbone.row import Backbone
from components.backbone.weights import WeightsInside
from pipeline.errors import InputError

if TYPE_CHECKING:
    import keras

    from components.backbone.scaling import Pixels

FILE = "saved_model.pb"
STAGE = "features"
_FLOAT = 1
"""Of tensorflow/core/framework/types.proto."""
_META_GRAPHS = 2
"""Field of `SavedModel` in tensorflow/core/protobuf/saved_model.proto."""


@dataclass(frozen=True)
class Signature:
    """What turns pictures into features.

    Attributes:
        name: of the signature.
        size: side of the pictures, pixels; `None` if any will do.
        shape: of one picture's features, [height, width, channels] or [channels]; `None` is open.
    """

    name: str
    size: int | None
    shape: tuple[int | None, ...]


def saved_model_backbone(path: Path, size: int | None, pixels: "Pixels") -> Backbone:
    """Wraps a SavedModel; loads no TensorFlow.

    Args:
        path: its folder.
        size: side of the pictures, pixels; must be the model's own where that has one.
        pixels: what it expects.

    Raises:
        InputError: it cannot be read, has no signature from pictures to features, or takes pictures of
            another size.
    """
    signature = read_signature(path)
    _check_variables(path)
    return Backbone(
        name=path.name,
        size=agreed_size(path, signature.size, size),
        smallest=1,
        width=signature.shape[-1] or 0,
        stages=(STAGE,),
        parameters=None,
        multiply_adds=None,
        build=functools.partial(_build, path, pixels, signature),
        weights=WeightsInside(path, pixels),
        trains=False,
    )


def read_signature(path: Path) -> Signature:
    """The signature of a SavedModel that takes float pictures and makes features of them.

    Raises:
        InputError: it cannot be read, or has none.
    """
    from tensorboard.compat.proto import meta_graph_pb2  # TensorFlow's messages, without TensorFlow

    try:
        graph = meta_graph_pb2.MetaGraphDef.FromString(_meta_graph((path / FILE).read_bytes()))
    except OSError as error:
        raise InputError(f"model `{path}` cannot be read: {error.strerror}.") from error
    except (IndexError, ValueError, DecodeError) as error:
        raise InputError(f"model `{path}` is no whole SavedModel: `{FILE}` cannot be read.") from error
    for name, definition in sorted(graph.signature_def.items()):
        if signature := _as_features(name, definition):
            return signature
    told = "; ".join(f"{name}: {_told(definition)}" for name, definition in graph.signature_def.items())
    raise InputError(
        f"model `{path}` has no signature from pictures, float [batch, size, size, 3], to features, float "
        f"[batch, height, width, channels] or [batch, channels]. It has: {told or 'none'}."
    )


def _check_variables(path: Path) -> None:
    """TensorFlow writes an index beside as many parts as their names say."""
    folder = path / "variables"
    parts = sorted(part.name for part in folder.glob("variables.data-*-of-*"))
    is_whole = bool(parts) and len(parts) == int(parts[0].rpartition("-")[2])
    if folder.is_dir() and not (is_whole and (folder / "variables.index").is_file()):
        raise InputError(f"model `{path}` is no whole SavedModel: `variables/` lacks files. Copy all of it.")


def _meta_graph(content: bytes) -> bytes:
    """The first of the graphs in a serialized `SavedModel`, whose own message TensorBoard lacks."""
    position = 0
    while position < len(content):
        tag, position = _varint(content, position)
        value, position = _varint(content, position)
        if tag & 7 == 2:  # a field with a length
            if tag >> 3 == _META_GRAPHS:
                return content[position : position + value]
            position += value
    raise ValueError("no graph")


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position


def _as_features(name: str, definition: Any) -> Signature | None:
    if (len(definition.inputs), len(definition.outputs)) != (1, 1):
        return None
    (pictures,), (features,) = definition.inputs.values(), definition.outputs.values()
    taken, made = _shape(pictures), _shape(features)
    is_square = len(taken) == 4 and taken[1] == taken[2] and taken[3] == 3
    is_made = len(made) in (2, 4) and made[-1] is not None
    if not (is_square and is_made and pictures.dtype == features.dtype == _FLOAT):
        return None
    return Signature(name, taken[1], made[1:])


def _shape(tensor: Any) -> tuple[int | None, ...]:
    return tuple(dim.size if dim.size > 0 else None for dim in tensor.tensor_shape.dim)


def _told(definition: Any) -> str:
    from tensorboard.compat.proto import types_pb2

    def kind(tensor: Any) -> str:
        dtype = types_pb2.DataType.Name(tensor.dtype).removeprefix("DT_").lower()
        return f"{dtype} {list(_shape(tensor))}".replace("None", "any")

    inputs = ", ".join(kind(tensor) for tensor in definition.inputs.values())
    return f"{inputs} to {', '.join(kind(tensor) for tensor in definition.outputs.values())}"


def _build(path: Path, pixels: "Pixels", signature: Signature, size: int) -> "keras.Model":
    from components.backbone.saved_trunk import build_saved_trunk

    try:
        return build_saved_trunk(str(path), signature.name, size, signature.shape, pixels, STAGE)
    except Exception as error:  # whatever a program raises when it is loaded
        raise InputError(f"model `{path}` cannot be loaded: {one_line(error)}") from error
