"""Arrays in one file: written whole or not at all, and read whole or not at all."""

import logging
import os
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]


def write(path: Path, arrays: Arrays) -> None:
    """Replaces the file at `path`, an `.npz`; a kill or a power cut leaves the one before, or this one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        file.flush()
        # Some file systems rename before they write: the new name would stand over an empty file.
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def read(path: Path, like: Mapping[str, np.ndarray], *, of_any_length: Collection[str] = ()) -> Arrays | None:
    """The arrays at `path`, or `None` where there is no file, or none that can be used; the log says why.

    Args:
        path: where `write` put them.
        like: names, shapes and dtypes that they must have, no more and no fewer.
        of_any_length: those of them whose first axis may be longer or shorter.
    """
    if not os.path.lexists(path):
        return None
    try:
        with np.load(path, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        _check(arrays, like, of_any_length)
    except Exception as error:  # NumPy and zipfile raise half a dozen kinds on a damaged file
        logging.warning(
            "checkpoint %s cannot be used and is ignored: %s", path, error or type(error).__name__
        )
        return None
    return arrays


def _check(arrays: Arrays, like: Mapping[str, np.ndarray], of_any_length: Collection[str]) -> None:
    if arrays.keys() != like.keys():
        raise ValueError(f"it lacks or adds {', '.join(sorted(arrays.keys() ^ like.keys()))}")
    for name, array in arrays.items():
        if name in of_any_length and array.ndim:
            expected = like[name].dtype, (len(array), *like[name].shape[1:])
        else:
            expected = like[name].dtype, like[name].shape
        found = array.dtype, array.shape
        if found != expected:
            raise ValueError(f"{name} is {found}, not {expected}")
