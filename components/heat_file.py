"""Where the model looked in some pictures, in its file. Imports neither TensorFlow nor TFX."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np
import pyarrow.fs

from components.artifact_file import place_in

FILE = "heat.npz"
"""In the `evaluation` artifact, and in `suspects`."""
LOOKED_AT = 24
"""So many of the surest mistakes, besides those that cost a bound, and of the likeliest wrong labels."""

Heat = Mapping[str, np.ndarray]
"""By path of a picture: float32 [height, width], 0 to 1, on the grid of the model's feature map."""


def write_heat(heat: Heat, artifact: str) -> None:
    """Writes it into the artifact with this uri, in half precision."""
    buffer = io.BytesIO()
    maps = np.array(list(heat.values()), np.float16)
    np.savez_compressed(buffer, paths=np.array(list(heat), np.str_), maps=maps)
    system, path = place_in(artifact, FILE)
    with system.open_output_stream(path) as file:
        file.write(buffer.getvalue())


def read_heat(artifact: str) -> Heat:
    """What `write_heat` wrote; nothing where an older version wrote none.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is damaged.
    """
    system, path = place_in(artifact, FILE)
    if system.get_file_info(path).type == pyarrow.fs.FileType.NotFound:
        return {}
    with system.open_input_stream(path) as file:
        content = file.read()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as saved:
            return dict(zip(saved["paths"].tolist(), saved["maps"].astype(np.float32), strict=True))
    except (EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"`{path}` is damaged: {error or type(error).__name__}") from error
