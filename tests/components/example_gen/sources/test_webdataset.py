"""Tar shards: samples by their names, pictures where they lie, nothing unpacked."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from components.example_gen import files
from components.example_gen.sources import column_names
from tests.components.example_gen.sources.makers import message, rows_of, tar

Members = list[tuple[str, bytes | str]]


def samples(count: int = 6, **more: Any) -> Members:
    """Pictures with labels as `.cls`, and all else as `.json`."""
    found: Members = []
    for n in range(count):
        key = f"{n:04}"
        found += [(f"{key}.jpg", b"picture %d" % n * 500), (f"{key}.cls", ("cat", "dog")[n % 2])]
        if more:
            found.append((f"{key}.json", json.dumps({"n": n, **more})))
    return found


def test_rows_point_at_the_pictures(tmp_path: Path) -> None:
    rows = rows_of(tar(tmp_path / "a.tar", samples()))
    assert [(row.path, row.label) for row in rows][:2] == [
        ("a.tar/0000.jpg", "cat"),
        ("a.tar/0001.jpg", "dog"),
    ]
    assert [files.read(row.place, 10**6) for row in rows] == [b"picture %d" % n * 500 for n in range(6)]
    assert column_names(rows) == []


def test_json_beside_the_class(tmp_path: Path) -> None:
    more = {"site": "north", "split": "train", "weight": 2, "width": 7, "boxes": [1], "note": None}
    rows = rows_of(tar(tmp_path / "a.tar", samples(**more)), columns={"group": "site"})
    assert rows[3].columns == {"n": "3", "site": "north", "note": ""}
    assert {(row.split, row.weight, row.group) for row in rows} == {("train", 2.0, "north")}


def test_label_in_json_or_text(tmp_path: Path) -> None:
    by_json: Members = []
    by_text: Members = []
    for n in range(6):
        label = ("cat", "dog")[n % 2]
        by_json += [
            (f"{n}.PNG", b"x"),
            (f"{n}.json", f'{{"label": "{label}"}}'),
            (f"{n}.txt", f"caption {n}"),
        ]
        by_text += [(f"{n}.png", b"x"), (f"{n}.txt", f"{label}\n")]
    for name, members in (("json.tar", by_json), ("text.tar", by_text)):
        rows = rows_of(tar(tmp_path / name, members))
        assert [row.label for row in rows] == ["cat", "dog"] * 3
        assert column_names(rows) == []


def test_configured_extensions(tmp_path: Path) -> None:
    members: Members = []
    for n in range(6):
        label = ("cat", "dog")[n % 2]
        members += [(f"{n}.left.jpg", b"l%d" % n), (f"{n}.right.jpg", b"r%d" % n), (f"{n}.class.txt", label)]
    rows = rows_of(tar(tmp_path / "a.tar", members), columns={"image": "right.jpg", "label": "class.txt"})
    assert [files.read(row.place, 99) for row in rows] == [b"r%d" % n for n in range(6)]
    assert [row.label for row in rows] == ["cat", "dog"] * 3


def test_numbers_with_names(tmp_path: Path) -> None:
    members: Members = [m for n in range(6) for m in ((f"{n}.jpg", b"x"), (f"{n}.cls", f"{n % 2}\n"))]
    rows = rows_of(tar(tmp_path / "a.tar", members), class_names=("cat", "dog"))
    assert [row.label for row in rows] == ["cat", "dog"] * 3


def test_folders_in_a_shard_and_members_of_nobody(tmp_path: Path) -> None:
    members: Members = [("./a/0.jpg", b"x"), ("./a/0.cls", "cat"), ("./b/0.jpg", b"y"), ("./b/0.cls", "dog")]
    members += [("./.DS_Store", b"x"), ("./a/._0.jpg", b"x"), *samples(4)]
    path = tar(tmp_path / "a.tar", members)
    with tarfile.open(path, "a") as file:
        folder = tarfile.TarInfo("folder.jpg")
        folder.type = tarfile.DIRTYPE
        link = tarfile.TarInfo("link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        file.addfile(folder)
        file.addfile(link)
    assert [row.path for row in rows_of(path)][:3] == ["a.tar/./a/0.jpg", "a.tar/./b/0.jpg", "a.tar/0000.jpg"]
    assert len(rows_of(path)) == 6


@pytest.mark.parametrize("pattern", ["", "*.tar", "{0..1}-train.tar"])
def test_shards(tmp_path: Path, pattern: str) -> None:
    tar(tmp_path / "0-train.tar", samples(4))
    tar(tmp_path / "1-train.tar", samples(4))
    rows = rows_of(tmp_path / pattern)
    assert len({row.path for row in rows}) == 8
    assert {row.split for row in rows} == {"train"}


def test_first_name_like_a_compressed_file(tmp_path: Path) -> None:
    members = [(f"BZh{name}", content) for name, content in samples()]
    assert len(rows_of(tar(tmp_path / "a.tar", members))) == 6


def test_names_that_lead_out_are_only_names(tmp_path: Path) -> None:
    members = [(f"../../{name}", content) for name, content in samples()]
    rows = rows_of(tar(tmp_path / "in" / "a.tar", members))
    assert rows[0].place.file == "a.tar"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.tar", "in"]


def content_of(members: Members) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for name, content in members:
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


GOOD = content_of(samples())
END = len(GOOD.rstrip(b"\0")) // 512 * 512 + 512


def compressed(how: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{how}"):
        pass
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "a.tar` is no tar file, or damaged: empty file"),
        (b"any text " * 100, "a.tar` is no tar file, or damaged"),
        (
            compressed("gz"),
            "a.tar` is compressed, so that no picture can be read by itself. Unpack it to .tar",
        ),
        (compressed("bz2"), "a.tar` is compressed"),
        (compressed("xz"), "a.tar` is compressed"),
        (GOOD[: END - 1000], "a.tar` is"),
        (GOOD[:END], f"at byte {END} stands neither a member nor the end mark"),
        (GOOD + GOOD, f"at byte {END} stands neither a member nor the end mark"),
        (GOOD[:END] + b"x" * 512 + GOOD[END:], f"at byte {END} stands neither"),
        (content_of([("0.cls", "cat")]), "a.tar` sample `0`: no picture. It has: `cls`"),
        (content_of([("0.jpg", b"x"), ("0.png", b"x"), ("0.cls", "cat")]), "sample `0`: several pictures"),
        (content_of([("0.jpg", b"x")]), "sample `0`: no column with the label. It has: none"),
        (content_of([("0.jpg", b"x"), ("0.json", "{")]), "sample `0` .json: no JSON"),
        (content_of([("0.jpg", b"x"), ("0.cls", b"\xff")]), "sample `0`: `.cls` is no UTF-8 text"),
        (content_of([("0.jpg", b"x"), ("0.cls", b"x" * (1 << 20) + b"x")]), "`.cls` is 1,048,577 bytes long"),
        (content_of([("0.jpg", b"x"), ("0.cls", "")]), "sample `0`: empty label"),
        (content_of([("0.jpg", b"x"), ("0.jpg", b"y")]), "holds `0.jpg` twice"),
        (content_of([]), "holds no pictures"),
    ],
    # Not by their bytes: gzip's hold the time, and two workers would not collect the same names.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_malformed(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.tar").write_bytes(content)
    assert words in message(tmp_path / "a.tar")


@pytest.mark.parametrize("cut", range(0, len(GOOD), 700))
def test_cut_anywhere_is_noticed(tmp_path: Path, cut: int) -> None:
    (tmp_path / "a.tar").write_bytes(GOOD[:cut])
    if cut <= END:
        assert "a.tar` is" in message(tmp_path / "a.tar")
    else:
        assert len(rows_of(tmp_path / "a.tar")) == 6
