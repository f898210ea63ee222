"""The sample data: photos of solar cells from an installed package."""

from collections.abc import Iterator

from components.example_gen.files import Place
from components.example_gen.rows import Row
from data import solar_cells
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig


def rows(_: DataConfig) -> Iterator[Row]:
    """Lists the sample.

    Raises:
        InputError: the package is not installed.
    """
    try:
        root = str(solar_cells.folder().resolve())
    except FileNotFoundError as error:
        raise InputError(str(error)) from error
    for path, label, cell_type in solar_cells.labels():
        yield Row(Place(root, path), path, label, columns={"cell_type": cell_type})
