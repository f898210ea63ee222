"""CSV that is read as it was written, whatever text stands in a cell.

Synopsis:
    rows = csv_writer(sys.stdout)
    rows.writerow(("path", "label"))
"""

import csv
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from _csv import Writer


class Written(Protocol):
    """A text file that leaves line ends as they are (`newline=""`)."""

    def write(self, text: str, /) -> object:
        """Appends."""


def csv_writer(file: Written) -> "Writer":
    """Writes rows that end with a line feed; cells that hold any line break stand in quotes.

    Python quotes such cells only where the break is a letter of its own row end, and a reader takes a lone
    carriage return for the end of a row: so rows get the longer end first.
    """
    return csv.writer(_LineFeeds(file), lineterminator=_LineFeeds.LONG)


class _LineFeeds:
    """A row a call, as `csv` writes them."""

    LONG = "\r\n"

    def __init__(self, file: Written) -> None:
        self._file = file

    def write(self, row: str) -> None:
        self._file.write(f"{row.removesuffix(self.LONG)}\n")
