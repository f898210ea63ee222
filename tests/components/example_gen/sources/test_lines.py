"""Lines of any file: numbered, bounded, and refused with the number where they are no text."""

import io
import tracemalloc

import pytest

from components.example_gen.sources.lines import LONGEST, Lines
from pipeline.errors import InputError


def lines(content: bytes) -> list[str]:
    reading = Lines(io.BytesIO(content), "m.csv")
    found = []
    for line in reading:
        reading.begin_row()
        found.append(line)
        assert reading.number == len(found)
    return found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\nb\r\nc\rd", ["a\n", "b\r\n", "c\r", "d"]),
        (b"\xef\xbb\xbfa\nb", ["a\n", "b"]),
        ("ä\n猫\n".encode(), ["ä\n", "猫\n"]),
        ("ä\nb".encode("utf-16"), ["ä\n", "b"]),
        (b"\xfe\xff" + "ä\nb".encode("utf-16-be"), ["ä\n", "b"]),
        ("a\u2028b\x85c\n".encode(), ["a\u2028b\x85c\n"]),
    ],
)
def test_lines(content: bytes, found: list[str]) -> None:
    assert lines(content) == found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a\nK\xe4tzchen\n", "`m.csv` line 2: is no UTF-8 \\(byte 0xe4\\). Save the file as UTF-8"),
        (b"a\nb\n\xed\xa0\x80\n", "line 3: is no UTF-8"),
        (b"a\nb\0c\n", "line 2: holds NUL bytes"),
        ("a\nb".encode("utf-16-le"), "line 1: holds NUL bytes"),
        ("a\nb".encode("utf-32"), "line 1: holds NUL bytes"),
        ("a\nb\n".encode("utf-16") + b"\x00\xd8", "line 3: is no UTF-16"),
        ("a\nb\n".encode("utf-16") + b"x", "line 3: is no UTF-16"),
    ],
)
def test_no_text(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        lines(content)


def test_longest_line_is_allowed() -> None:
    assert [len(line) for line in lines(b"x" * (LONGEST - 1) + b"\n" + b"y" * LONGEST)] == [LONGEST, LONGEST]


class Endless(io.RawIOBase):
    """A header, and then one line that never ends."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.given = offset
        return offset

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = b"path,label\n" if self.given == 0 else b"x" * len(buffer)
        content = content[: len(buffer)]
        buffer[: len(content)] = content
        self.given += len(content)
        return len(content)


def test_line_without_end_fills_no_memory() -> None:
    source = Endless()
    reading = Lines(io.BufferedReader(source), "m.csv")  # type: ignore[arg-type]
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="`m.csv` line 2: longer than 1,048,576 characters"):
            for _ in reading:
                reading.begin_row()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20
    assert source.given < 4 << 20


def test_row_of_many_lines_is_bounded() -> None:
    reading = Lines(io.BytesIO(b"x" * 1000 + b"\n" + b"y\n" * (1 << 20)), "m.csv")
    with pytest.raises(InputError, match="longer than"):
        list(reading)
