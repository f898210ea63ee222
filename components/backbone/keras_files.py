"""Keras' weight files: judged without TensorFlow, and loaded strictly.

Three kinds: `.weights.h5` (Keras 3), `.h5` (Keras 2, and what keras.applications offers), and `.keras`,
an archive with a `.weights.h5` inside. The number of weights tells one architecture from another: no
two rows of the table have the same.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.backbone import hints
from components.backbone.archive import opened_weights
from pipeline.errors import InputError

if TYPE_CHECKING:
    import h5py
    import keras

_KINDS = (".weights.h5", ".keras", ".h5", ".hdf5")
_NOT_THE_MODEL = ("optimizer", "seed_generator")
_MOST_COMPRESSED = 20
"""Times that weights may be larger than they are stored: a small file must not fill the memory."""
_UNREADABLE = (OSError, ValueError, KeyError, RuntimeError, TypeError)
"""What h5py raises on files that are cut off, damaged, or something else."""


def check_weights_file(name: str, path: Path, parameters: int) -> None:
    """Asks whether a file can hold the weights of a trunk.

    Args:
        name: of the backbone.
        path: the file.
        parameters: of the trunk.

    Raises:
        InputError: the file is missing, not whole, of no kind that Keras reads, or holds another
            number of weights.
    """
    count = count_weights(path)
    if count == parameters:
        return
    fits = " or ".join(f"`{row}`" for row in hints.rows_with(count))
    raise InputError(
        f"weights `{path}` hold {count:,} numbers, backbone `{name}` has {parameters:,}. "
        + (f"They are those of {fits}." if fits else "Give those of the trunk alone (include_top=False).")
    )


def count_weights(path: Path) -> int:
    """How many numbers a weights file holds, the optimizer's left out.

    Raises:
        InputError: the file is missing, not whole, or of no kind that Keras reads.
    """
    if not path.name.endswith(_KINDS):
        raise InputError(
            f"weights `{path}` must be `imagenet`, `none`, or a file that ends in one of {', '.join(_KINDS)}."
        )
    try:
        with _opened(path) as file:
            _check_name(path, file)
            return _count(file)
    except InputError:
        raise
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.filename is not None:  # h5py knows no file's name
            raise InputError(f"weights `{path}` cannot be read: {error.strerror}.") from error
        raise InputError(
            f"weights `{path}` are no whole Keras file, cut off or of another kind: {one_line(error)}"
        ) from error


def load_weights_file(name: str, path: Path, trunk: "keras.Model") -> None:
    """Fills `trunk`.

    Raises:
        InputError: a layer finds no weights of its shape.
    """
    try:
        trunk.load_weights(path)
    except _UNREADABLE as error:
        raise InputError(f"weights `{path}` do not fit backbone `{name}`: {one_line(error)}") from error
    _mend_normalization(trunk)


def one_line(error: BaseException) -> str:
    """An error's text, without line breaks and without end."""
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else f"{text[:300]}..."


@contextlib.contextmanager
def _opened(path: Path) -> "Iterator[h5py.File]":
    import h5py  # a third of a second, and only needed for these files

    source: Any = opened_weights(path) if path.suffix == ".keras" else path.open("rb")
    with source as content, h5py.File(content, "r") as file:
        yield file


def _check_name(path: Path, file: "h5py.File") -> None:
    """Keras chooses the reader by the file's name, so the name must tell the truth."""
    is_keras_2 = "model_weights" in file or any(key.startswith("layer_names") for key in file.attrs)
    if is_keras_2 == path.name.endswith((".weights.h5", ".keras")):
        kind, ending = ("2", ".h5 alone") if is_keras_2 else ("3", ".weights.h5")
        raise InputError(
            f"weights `{path}` are in the format of Keras {kind}: their name must end in {ending}."
        )


def _count(file: "h5py.File") -> int:
    import h5py

    total = 0

    def visit(name: str, item: Any) -> None:
        nonlocal total
        is_weight = isinstance(item, h5py.Dataset) and not name.startswith(_NOT_THE_MODEL[0])
        if is_weight and _NOT_THE_MODEL[1] not in name:
            if item.nbytes > _MOST_COMPRESSED * item.id.get_storage_size():
                raise ValueError(f"`{name}` declares {item.nbytes:,} bytes and does not hold them")
            total += int(item.size)

    file.visititems(visit)
    return total


def _mend_normalization(trunk: "keras.Model") -> None:
    """Makes EfficientNet's normalization what its ImageNet weights were trained with.

    Those files hold the deviation where the layer expects the variance; keras.applications makes up for
    it with a second scaling, but only for `weights="imagenet"`
    (https://github.com/tensorflow/tensorflow/issues/49930).
    """
    import numpy as np

    from components.backbone.scaling import IMAGENET_DEVIATION  # Keras is there: the trunk was built

    for layer in trunk.layers:
        variance = getattr(layer, "adapt_variance", None)
        if variance is not None and np.allclose(variance, IMAGENET_DEVIATION, rtol=1e-2):
            variance.assign(np.square(variance))
            layer.finalize_state()
