"""Paths as a manifest writes them, held below the data root."""

import os

from components.example_gen import files
from components.example_gen.remote import is_remote
from pipeline.errors import InputError


class Root:
    """The folder that a manifest's paths start from and must not leave.

    Attributes:
        path: as the user names it.
        real: absolute, links followed.
    """

    def __init__(self, path: str) -> None:
        if not files.is_folder(path):
            raise InputError(f"no such folder: `{path}`. Set data.root to where the manifest's paths start.")
        self.path = path
        self.real = files.real(path)
        # The user may write the folder's own name or the one that links lead to.
        self._beginnings = tuple({os.path.join(self._absolute(path), ""), os.path.join(self.real, "")})

    def below(self, text: str, where: str) -> str:
        """The path of a file below the root, in its plainest form.

        Args:
            text: as in the manifest.
            where: file and line, for messages.

        Raises:
            InputError: no path at all, an address, or a path that leads out of the root.
        """
        path = text
        if is_remote(path) or path.startswith("/"):
            beginning = next((begin for begin in self._beginnings if path.startswith(begin)), None)
            if beginning is None and is_remote(path):
                raise InputError(
                    f"{where}: `{text}` is an address. Graft fetches nothing; give paths of files."
                )
            if beginning is None:
                raise self._out(text, where)
            path = path[len(beginning) :].lstrip("/")
        if not path.strip() or "\0" in path:
            raise InputError(f"{where}: {text!r} is no path of a picture.")
        path = os.path.normpath(path)
        if path == ".." or path.startswith("../"):
            raise self._out(text, where)
        return path

    def check_folder(self, folder: str, text: str, where: str) -> None:
        """Raises InputError if links lead a folder below the root out of it."""
        if not files.is_inside(self.real, os.path.join(self.real, folder)):
            raise self._out(text, where)

    def names(self, folder: str) -> frozenset[str]:
        """Everything in a folder below the root; nothing if there is no such folder."""
        path = os.path.join(self.real, folder) if folder else self.real
        return frozenset(files.entries(path, hidden=True) if files.is_folder(path) else ())

    def _absolute(self, path: str) -> str:
        return path.rstrip("/") if is_remote(path) else os.path.abspath(path)

    def _out(self, text: str, where: str) -> InputError:
        return InputError(
            f"{where}: `{text}` leads out of the data root `{self.path}`. Move the picture below it, or set "
            "data.root."
        )
