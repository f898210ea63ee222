"""Files of an artifact where it may lie anywhere. Imports neither TensorFlow nor TFX."""

import os

import pyarrow.fs


def place_in(artifact: str, name: str) -> tuple[pyarrow.fs.FileSystem, str]:
    """The file system of an artifact, and the path on it of what is called `name`.

    Args:
        artifact: its uri, or the path of a folder.
        name: below it.
    """
    uri = artifact if "://" in artifact else os.path.abspath(artifact)
    system, path = pyarrow.fs.FileSystem.from_uri(uri)
    return system, f"{path}/{name}"
