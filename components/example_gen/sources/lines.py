"""Lines of a text file of unknown making: bounded in length, in UTF-8 or UTF-16, numbered from 1.

A manifest may be anything: a file without line ends, a picture, a spreadsheet in an old encoding. None
of it may fill the memory, and each is told in one line.
"""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from pipeline.errors import InputError

LONGEST = 1 << 20
"""Characters of one line, or of one row with line breaks in its cells."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_REPLACED = "\N{REPLACEMENT CHARACTER}"


class Lines:
    """Iterates over the lines, their ends kept.

    Attributes:
        number: of the line given last; 0 before the first.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Looks at the first bytes, which may name the encoding.

        Args:
            file: buffered, at its start.
            name: of the file, for messages.
        """
        head = file.read(2)
        file.seek(0)
        self._is_utf16 = head in _UTF16
        encoding, errors = ("utf-16", "replace") if self._is_utf16 else ("utf-8-sig", "surrogateescape")
        self._text = io.TextIOWrapper(file, encoding, errors, newline="")
        self._name = name
        self._length = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST + 1):
            self.number += 1
            self._length += len(line)
            if self._length > LONGEST:
                raise self._wrong(f"longer than {LONGEST:,} characters. Is a quote or a line end missing?")
            self._check(line)
            yield line

    def begin_row(self) -> None:
        """A new row begins with the next line: its length counts from here."""
        self._length = 0

    def close(self) -> None:
        """Closes the file."""
        self._text.close()

    def _check(self, line: str) -> None:
        if "\0" in line:
            raise self._wrong("holds NUL bytes, so it is no text. Save the file as UTF-8.")
        if self._is_utf16 and _REPLACED in line:
            raise self._wrong("is no UTF-16, as the file's first bytes promise. Save the file as UTF-8.")
        if not self._is_utf16 and not line.isascii():
            try:
                line.encode("utf-8")
            except UnicodeEncodeError as error:
                byte = ord(line[error.start]) & 0xFF
                raise self._wrong(f"is no UTF-8 (byte 0x{byte:02x}). Save the file as UTF-8.") from None

    def _wrong(self, what: str) -> InputError:
        return InputError(f"`{self._name}` line {self.number}: {what}")
