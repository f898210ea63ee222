"""Answers for new pictures, from a pushed model alone: no config, no metadata, no training code.

Pictures go through the same reading as those of training (upright, 8 bits, grey or RGB); decoding,
resizing and scaling lie in the model itself.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.example_gen.picture import UnreadablePictureError, read_picture
from pipeline.config import DataConfig
from pipeline.errors import InputError

_BATCH_SIZE = 32


@dataclass(frozen=True)
class Prediction:
    """One picture's answer.

    Attributes:
        path: as given, or below the given folder.
        scores: the likeliest classes with their probabilities, best first; empty on an error.
        error: why there is no answer.
    """

    path: str
    scores: tuple[tuple[str, float], ...] = ()
    error: str | None = None

    def as_json(self) -> str:
        """One line: path, label, probability and the scores; or path and error."""
        if self.error:
            return json.dumps({"path": self.path, "error": self.error})
        label, probability = self.scores[0]
        return json.dumps(
            {"path": self.path, "label": label, "probability": probability, "scores": dict(self.scores)}
        )


def find_model(workspace: Path, model: Path | None) -> Path:
    """The SavedModel to ask: `model`, its newest version, or the newest one of the workspace.

    Raises:
        InputError: there is none.
    """
    if model is not None:
        if (model / "saved_model.pb").exists():
            return model
        versions = _versions(model)
        if not versions:
            raise InputError(f"`{model}` holds no SavedModel. Give --model a folder with saved_model.pb.")
        return versions[-1]
    served = [version for name in _folders(workspace / "serving") for version in _versions(name)]
    if not served:
        raise InputError(f"no model was pushed to workspace `{workspace}` yet. Run the pipeline first.")
    return max(served, key=lambda version: int(version.name))


def find_pictures(paths: Sequence[Path]) -> list[Path]:
    """The files that `paths` name, folders searched through, hidden files left out.

    Raises:
        InputError: a path does not exist, or there is no file at all.
    """
    pictures: list[Path] = []
    for path in paths:
        if os.path.isdir(path):
            found = (Path(where, name) for where, _, names in os.walk(path) for name in names)
            pictures += sorted(file for file in found if file.is_file() and not _is_hidden(file, path))
        elif os.path.exists(path):
            pictures.append(path)
        else:
            raise InputError(f"no such file or folder: `{path}`.")
    if not pictures:
        raise InputError(f"no pictures in {', '.join(f'`{path}`' for path in paths)}.")
    return pictures


def predict(model: Path, pictures: Sequence[Path], top: int) -> Iterator[Prediction]:
    """Answers for each picture, in order; one that cannot be read does not stop the others.

    Args:
        model: a SavedModel with the signature `serving_default`.
        pictures: files.
        top: how many classes to name, at least 1.
    """
    import tensorflow as tf  # takes seconds; a wrong path should not

    loaded = tf.saved_model.load(str(model))
    answer = loaded.signatures["serving_default"]
    for start in range(0, len(pictures), _BATCH_SIZE):
        batch = [_read(path) for path in pictures[start : start + _BATCH_SIZE]]
        contents = [content for content in batch if isinstance(content, bytes)]
        answers = iter(_answers(answer(image_bytes=tf.constant(contents)), top) if contents else ())
        for path, content in zip(pictures[start : start + _BATCH_SIZE], batch, strict=True):
            if isinstance(content, bytes):
                yield Prediction(str(path), scores=next(answers))
            else:
                yield Prediction(str(path), error=str(content))


def _is_hidden(file: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(below).parts)


def _read(path: Path) -> bytes | Exception:
    try:
        return read_picture(
            path.read_bytes(), path.name, DataConfig.model_fields["max_pixels"].default
        ).content
    except OSError as error:
        return ValueError(error.strerror)
    except UnreadablePictureError as error:
        return error


def _answers(outputs: dict[str, Any], top: int) -> Iterator[tuple[tuple[str, float], ...]]:
    for names, probabilities in zip(outputs["labels"].numpy(), outputs["probabilities"].numpy(), strict=True):
        best = probabilities.argsort()[::-1][:top]
        yield tuple((names[index].decode(), float(probabilities[index])) for index in best)


def _versions(name: Path) -> list[Path]:
    versions = [
        path for path in _folders(name) if path.name.isdecimal() and (path / "saved_model.pb").exists()
    ]
    return sorted(versions, key=lambda path: int(path.name))


def _folders(path: Path) -> list[Path]:
    return [entry for entry in path.iterdir() if entry.is_dir()] if path.is_dir() else []
