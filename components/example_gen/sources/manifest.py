"""A table of pictures: CSV, TSV, JSON Lines or Parquet, one row a picture.

One column holds the path, one the label; split and weight are recognised too, and all others go along
as text. Reading is by the row, and whatever is wrong with a row is told with the number of its line.
"""

import os
from collections.abc import Mapping

from components.example_gen import files
from components.example_gen.files import Place
from components.example_gen.rows import Row
from components.example_gen.sources import formats
from components.example_gen.sources.columns import RowMaker, find_column, no_column
from components.example_gen.sources.inside import Root
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

IMAGE_NAMES = (
    *("path", "file", "filename", "file_name", "filepath", "file_path"),
    *("image", "image_path", "image_file", "image_name", "img", "img_path", "picture", "photo"),
)


def rows(config: DataConfig) -> list[Row]:
    """Lists the manifest's pictures in its order.

    Raises:
        InputError: see `_Table`, and the readers of each format.
    """
    path = manifest_file(config.path or "")
    root = Root(files.normalise(config.root) if config.root else os.path.dirname(path) or ".")
    kind = formats.kind_of(path)
    table = _Table(config, path, formats.unit(kind), root)
    reading = formats.read(path, kind)
    if formats.has_header(kind):
        table.begin(*next(reading))
    for number, cells in reading:
        table.add(number, cells)
    return table.finished()


def manifest_file(path: str) -> str:
    """The manifest that a path names: a file, or the only one in a folder.

    Raises:
        InputError: there is none, or more than one.
    """
    if not files.exists(path):
        raise InputError(f"no such file: `{path}`. Give --data a manifest: CSV, TSV, JSON Lines or Parquet.")
    if not files.is_folder(path):
        return path
    found = manifests_in(path)
    if len(found) != 1:
        listed = ", ".join(f"`{name}`" for name in found) or "no CSV, TSV, JSON Lines or Parquet file"
        raise InputError(f"`{path}` holds {listed}. Give --data the manifest itself.")
    return os.path.join(path, found[0])


def manifests_in(folder: str) -> list[str]:
    """Names of the manifests in a folder."""
    return [name for name in files.entries(folder) if formats.has_known_extension(name)]


class _Table:
    """The rows so far, and what must hold between them: no picture twice, none that is not there."""

    def __init__(self, config: DataConfig, path: str, unit: str, root: Root) -> None:
        self._wanted = config.columns.image
        self._name = path
        self._unit = unit
        self._root = root
        self._maker = RowMaker(config)
        self._rows: list[Row] = []
        self._numbers: list[int] = []
        self._index: dict[str, int] = {}

    def begin(self, number: int, names: Mapping[str, str]) -> None:
        """Takes the header.

        Raises:
            InputError: there is no column with the paths, or none with the labels.
        """
        where = self._where(number)
        self._find_image(names, where)
        self._maker.learn(names, where)

    def add(self, number: int, cells: Mapping[str, str]) -> None:
        """Takes one row.

        Raises:
            InputError: a column is missing, the path leads out of the root or stands there already,
                or a cell does not mean what it should.
        """
        where = self._where(number)
        if self._maker.image not in cells:
            self._find_image(cells, where)
        path = self._root.below(cells[self._maker.image or ""], where)
        row = self._maker.make(Place(self._root.real, path), path, cells, where)
        if path in self._index:
            raise self._twice(row, self._index[path], where)
        self._index[path] = len(self._rows)
        self._rows.append(row)
        self._numbers.append(number)

    def finished(self) -> list[Row]:
        """All rows.

        Raises:
            InputError: there are none, a configured column is missing, or pictures are not there.
        """
        if not self._rows:
            raise InputError(f"`{self._name}` holds a header and no rows. Add one row a picture.")
        self._maker.finish(f"`{self._name}`")
        self._index.clear()
        self._check_there()
        return self._rows

    def _find_image(self, names: Mapping[str, str], where: str) -> None:
        self._maker.image = find_column(names, self._wanted, IMAGE_NAMES)
        if self._maker.image is None:
            raise no_column("the paths of the pictures", "image", self._wanted, names, where)

    def _twice(self, row: Row, first: int, where: str) -> InputError:
        labels = "with the same label"
        if self._rows[first].label != row.label:
            labels = f"with another label (`{self._rows[first].label}` there, `{row.label}` here)"
        there = f"{self._unit} {self._numbers[first]}"
        return InputError(f"{where}: `{row.path}` stands in {there} already, {labels}. Keep one of them.")

    def _check_there(self) -> None:
        """One look into each folder: much quicker than one question a picture, above all far away."""
        folders: dict[str, list[int]] = {}
        for index, row in enumerate(self._rows):
            folders.setdefault(os.path.dirname(row.path), []).append(index)
        missing: list[int] = []
        for folder, indexes in folders.items():
            first = indexes[0]
            self._root.check_folder(folder, self._rows[first].path, self._where(self._numbers[first]))
            names = self._root.names(folder)
            missing += [index for index in indexes if os.path.basename(self._rows[index].path) not in names]
        if missing:
            raise self._missing(min(missing), len(missing))

    def _missing(self, first: int, count: int) -> InputError:
        path = self._rows[first].path
        mend = "Write `/` between folders" if "\\" in path else "Remove the rows, or set data.root"
        return InputError(
            f"{self._where(self._numbers[first])}: `{path}` is not in `{self._root.path}`; {count} of "
            f"{len(self._rows)} pictures are missing. {mend}."
        )

    def _where(self, number: int) -> str:
        return f"`{self._name}` {self._unit} {number}" if number else f"`{self._name}`"
