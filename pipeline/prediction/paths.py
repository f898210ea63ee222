"""What `predict` is asked about: pictures and a model, by the paths that a user gave."""

import glob
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.example_gen import files
from components.example_gen.files import Place
from pipeline.errors import InputError

_STANDARD_INPUT = Path("-")
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class PictureFile:
    """A file to ask about.

    Attributes:
        path: as given, or below the given folder.
        place: where it lies, and what a link must not lead out of.
    """

    path: str
    place: Place


def find_model(workspace: Path, model: Path | None) -> Path:
    """The SavedModel to ask: `model`, its newest version, or the newest one of the workspace.

    Raises:
        InputError: there is none, or a folder cannot be read.
    """
    if model is not None:
        versions = [model] if _is_model(model) else versions_of(model)
        if not versions:
            raise InputError(f"`{model}` holds no SavedModel. Give --model a folder with saved_model.pb.")
        return versions[-1]
    served = [version for name in _folders(workspace / "serving") for version in versions_of(name)]
    if not served:
        raise InputError(f"no model was pushed to workspace `{workspace}` yet. Run the pipeline first.")
    return max(served, key=lambda version: int(version.name))


def named_paths(paths: Sequence[Path], lines: Iterable[str]) -> list[Path]:
    """What the arguments name: `-` stands for the paths in `lines`, and a pattern for what it matches.

    Args:
        paths: as given. One that exists is no pattern, whatever letters it has.
        lines: of standard input, a path each; empty ones are passed over.

    Raises:
        InputError: a pattern matches nothing.
    """
    named: list[Path] = []
    for path in paths:
        if path == _STANDARD_INPUT:
            named += [Path(line.rstrip("\n")) for line in lines if line.strip()]
        elif _PATTERN.search(str(path)) and not files.exists(str(path)):
            found = sorted(glob.glob(str(path), recursive=True))
            if not found:
                raise InputError(f"nothing matches `{path}`.")
            named += map(Path, found)
        else:
            named.append(path)
    return named


def find_pictures(paths: Sequence[Path]) -> list[PictureFile]:
    """The files that `paths` name, folders searched through, hidden files left out.

    A link that is named is followed wherever it leads; one in a folder must stay in that folder. A file that
    is not there stands among the others, to be told as one that cannot be read.

    Raises:
        InputError: none of the paths exists, a folder cannot be read, or there is no file at all.
    """
    if not paths:
        raise InputError("no paths came from standard input.")
    if not any(files.exists(str(path)) for path in paths):
        raise InputError(f"no such file or folder: `{paths[0]}`.")
    pictures: list[PictureFile] = []
    for path in map(str, paths):
        if files.is_folder(path):
            places = [Place(path, name) for name in files.walk(path)]
            pictures += [PictureFile(place.path, place) for place in places]
        else:
            pictures.append(PictureFile(path, Place(*os.path.split(os.path.realpath(path)))))
    if not pictures:
        raise InputError(f"no pictures in {', '.join(f'`{path}`' for path in paths)}.")
    return pictures


def _is_model(path: Path) -> bool:
    return files.exists(str(path / "saved_model.pb"))


def versions_of(name: Path) -> list[Path]:
    """The SavedModels with a number for a name in the folder `name`, the lowest first."""
    versions = [path for path in _folders(name) if path.name.isdecimal() and _is_model(path)]
    return sorted(versions, key=lambda path: int(path.name))


def _folders(path: Path) -> list[Path]:
    if not files.is_folder(str(path)):
        return []
    return [path / name for name in files.entries(str(path)) if files.is_folder(str(path / name))]
