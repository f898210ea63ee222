"""The folder of `predict --explain`: one picture for each that was answered."""

import hashlib
import io
import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.errors import InputError
from pipeline.prediction.explain import overlay

_LONGEST_SIDE = 1600
"""Pixels: these are for the eye."""
_LONGEST_STEM = 50
"""Letters, of four bytes at most: a file's name has 255 bytes."""


class ExplainFolder:
    """Where explanations are written, each whole or not at all.

    Attributes:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: made if it is not there.

        Raises:
            InputError: nothing can be written there.
        """
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=path).close()
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, name: str, content: bytes, heat: np.ndarray) -> str:
        """Draws one explanation.

        Args:
            name: the picture's path.
            content: the encoded picture, as the model saw it.
            heat: float32 [height, width], 0 to 1.

        Returns:
            The path of the file.

        Raises:
            InputError: it cannot be written.
        """
        with Image.open(io.BytesIO(content)) as picture:
            picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            drawn = overlay(picture, heat)
        target = self.path / file_name(name)
        unfinished = target.with_name(f".{target.name}.unfinished")
        try:
            drawn.save(unfinished, "JPEG", quality=90, subsampling=0)
            os.replace(unfinished, target)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise self._unwritable(error) from error
        return str(target)

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(f"--explain: cannot write to `{self.path}`: {error.strerror or error}.")


def file_name(path: str) -> str:
    """A plain name for the explanation of the picture at `path`: no two paths have the same.

    Pictures of one name are told apart by a digest of where they lie, the same from call to call.
    """
    stem = os.path.splitext(os.path.basename(path))[0][:_LONGEST_STEM]
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in stem)
    digest = hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()
    return f"{plain.lstrip('-') or 'picture'}-{digest[:16]}.jpg"
