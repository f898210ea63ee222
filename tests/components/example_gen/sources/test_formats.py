"""The format of a manifest: by its name, or else by its first bytes."""

from pathlib import Path

import pytest

from components.example_gen.sources import formats
from pipeline.errors import InputError


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("m.csv", b"", "csv"),
        ("M.CSV", b'{"a"', "csv"),
        ("m.tsv", b"a\tb", "tsv"),
        ("m.tab", b"a\tb", "tsv"),
        ("m.jsonl", b"", "json_lines"),
        ("m.ndjson", b"", "json_lines"),
        ("m.parquet", b"", "parquet"),
        ("m.pq", b"PAR1", "parquet"),
        ("labels", b"PAR1\0\0", "parquet"),
        ("labels.txt", b'\xef\xbb\xbf\n {"path": 1}', "json_lines"),
        ("labels.txt", b"path,label", "csv"),
        ("labels.json", b'{"path": 1}', "json_lines"),
    ],
)
def test_kind(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert formats.kind_of(str(tmp_path / name)) == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x1f\x8b\x08", "is compressed. Unpack it"),
        (b"PK\x03\x04", "is an archive or a spreadsheet. Save it as CSV"),
        (b"\xd0\xcf\x11\xe0", "is a spreadsheet. Save it as CSV"),
    ],
)
@pytest.mark.parametrize("name", ["m.csv", "m.xlsx", "m"])
def test_refused(name: str, content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=f"`{name}` {words}"):
        formats.format_of(name, content)


@pytest.mark.parametrize("name", ["m.json", "m.jsonl", "m"])
def test_json_list(name: str) -> None:
    with pytest.raises(InputError, match=f"`{name}` is one JSON list. Write JSON Lines"):
        formats.format_of(name, b"[\n{")


@pytest.mark.parametrize(
    ("head", "looks"),
    [
        (b"path,label\n", True),
        (b"path;label", True),
        (b'{"path"', True),
        (b"PAR1", True),
        ("path,label".encode("utf-16"), True),
        (b"", False),
        (b"just words\nwith, commas below", False),
        (b"\xff\xd8\xff\xe0\0,", False),
    ],
)
def test_looks_like_manifest(head: bytes, looks: bool) -> None:
    assert formats.looks_like_manifest(head) == looks
