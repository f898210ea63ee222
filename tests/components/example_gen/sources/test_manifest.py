"""A manifest gives rows, or one line that says where it is broken."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.example_gen.sources import column_names
from tests.components.example_gen.sources.makers import cats_and_dogs, message, pictures_in, rows_of

HEADER = "path,label\n"


def manifest(root: Path, text: str | bytes, name: str = "m.csv") -> Path:
    (root / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return root / name


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three pictures of each class, `cat0.jpg`, ..., and a folder beside them with a secret."""
    cats_and_dogs(tmp_path / "data")
    pictures_in(tmp_path, "secret/a.jpg")
    return tmp_path / "data"


def lines(*more: str) -> str:
    """A good manifest, and some lines more; the first of them is line 8."""
    return HEADER + "".join(f"{c}{n}.jpg,{c}\n" for c in ("cat", "dog") for n in range(3)) + "".join(more)


# --------------------------------------------------------------------------------------------------
# Reading
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("m.csv", "{0},{1}\n"),
        ("m.csv", "{0};{1}\r\n"),
        ("m.csv", '"{0}","{1}"\n'),
        ("m.tsv", "{0}\t{1}\n"),
        ("labels", "{0},{1}\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimited(root: Path, name: str, form: str, encoding: str) -> None:
    pairs = [("path", "label"), *cats_and_dogs(root)]
    rows = rows_of(manifest(root, "".join(form.format(*pair) for pair in pairs).encode(encoding), name))
    assert [(row.path, row.label) for row in rows] == pairs[1:]
    assert rows[0].place.root == str(root.resolve())
    assert rows[0].place.file == "cat0.jpg"


def test_json_lines(root: Path) -> None:
    objects = [
        {"file": path, "class": label, "age": index, "split": "train", "weight": 0.5, "boxes": [1]}
        for index, (path, label) in enumerate(cats_and_dogs(root))
    ]
    rows = rows_of(manifest(root, "\n".join(map(json.dumps, objects)), "m.jsonl"))
    assert [(row.path, row.label) for row in rows] == cats_and_dogs(root)
    assert [row.columns for row in rows] == [{"age": str(index)} for index in range(6)]
    assert {(row.split, row.weight) for row in rows} == {("train", 0.5)}


def test_all_columns(root: Path) -> None:
    text = "sender,Split,image_path,category,weight,note\n"
    text += "".join(
        f"s{n},{s},{p},{label},{n},{'x' * n}\n" for n, (p, label, s) in enumerate(with_splits(root))
    )
    rows = rows_of(manifest(root, text), columns={"group": "sender"})
    assert column_names(rows) == ["note", "sender"]
    assert [(row.split, row.group, row.weight) for row in rows][:3] == [
        ("train", "s0", 0.0),
        ("eval", "s1", 1.0),
        ("test", "s2", 2.0),
    ]


def with_splits(root: Path) -> list[tuple[str, str, str]]:
    splits = ["train", "val", "test"] * 2
    return [(path, label, split) for (path, label), split in zip(cats_and_dogs(root), splits, strict=True)]


def test_manifest_elsewhere(root: Path, tmp_path: Path) -> None:
    file = manifest(tmp_path, lines())
    assert {row.place.root for row in rows_of(file, root=str(root))} == {str(root.resolve())}


def test_absolute_paths_inside(root: Path) -> None:
    text = HEADER + "".join(f"{root / path},{label}\n" for path, label in cats_and_dogs(root))
    assert [row.path for row in rows_of(manifest(root, text))] == [path for path, _ in cats_and_dogs(root)]


def test_only_manifest_of_a_folder(root: Path) -> None:
    manifest(root, lines())
    assert len(rows_of(root)) == 6


def test_link_out_is_listed_for_the_reader_to_refuse(root: Path, tmp_path: Path) -> None:
    (root / "out.jpg").symlink_to(tmp_path / "secret" / "a.jpg")
    assert "out.jpg" in [row.path for row in rows_of(manifest(root, lines("out.jpg,cat\n")))]


def test_integer_labels_with_names(root: Path) -> None:
    text = HEADER + "".join(f"{path},{int(label == 'dog')}\n" for path, label in cats_and_dogs(root))
    rows = rows_of(manifest(root, text), class_names=("cat", "dog"))
    assert [(row.path, row.label) for row in rows] == cats_and_dogs(root)


# --------------------------------------------------------------------------------------------------
# Refusing
# --------------------------------------------------------------------------------------------------

GIVEN_SPLITS: dict[str, Any] = {"columns": {"split": "fold"}}

MALFORMED: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "empty": ("", ("m.csv` is empty", "`path,label`")),
    "header only": (HEADER, ("m.csv` holds a header and no rows",)),
    "no path column": (
        "a,label\nx,cat\n",
        (
            "m.csv` line 1: no column with the paths of the pictures",
            "It has: `a`, `label`",
            "data.columns.image",
        ),
    ),
    "no label column": (
        "path,b\ncat0.jpg,x\n",
        ("m.csv` line 1: no column with the label", "It has: `path`, `b`", "data.columns.label"),
    ),
    "missing file": (
        lines("dog7.jpg,dog\n", "x/dog8.jpg,dog\n"),
        ("m.csv` line 8: `dog7.jpg` is not in", "2 of 8 pictures are missing"),
    ),
    "backslashes": (
        lines("x\\dog.jpg,dog\n"),
        ("line 8: `x\\dog.jpg` is not in", "Write `/` between folders"),
    ),
    "leads out": (lines("../secret/a.jpg,cat\n"), ("line 8: `../secret/a.jpg` leads out of the data root",)),
    "leads out late": (lines("x/../../secret/a.jpg,cat\n"), ("line 8: ", "leads out")),
    "absolute": (lines("/etc/hostname,cat\n"), ("line 8: `/etc/hostname` leads out",)),
    "address": (lines("https://example.org/a.jpg,cat\n"), ("line 8: ", "Graft fetches nothing")),
    "no path": (lines(",cat\n"), ("line 8: '' is no path of a picture",)),
    "twice": (lines("cat0.jpg,cat\n"), ("line 8: `cat0.jpg` stands in line 2 already, with the same label",)),
    "twice, otherwise written": (lines("./cat0.jpg,cat\n"), ("line 8: `cat0.jpg` stands in line 2 already",)),
    "two labels": (
        lines("cat0.jpg,dog\n"),
        ("line 8: `cat0.jpg` stands in line 2 already, with another label (`cat` there, `dog` here)",),
    ),
    "wrong encoding": (
        lines().encode() + b"K\xe4tzchen.jpg,cat\n",
        ("line 8: is no UTF-8 (byte 0xe4)", "as UTF-8"),
    ),
    "NUL bytes": (lines().encode() + b"a\0.jpg,cat\n", ("line 8: holds NUL bytes",)),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ("line 1: is no UTF-8 (byte 0x89)",)),
    "endless line": (lines("x" * (2 << 20)), ("line 8: longer than 1,048,576 characters",)),
    "too many cells": (lines("cat9.jpg,cat,1\n"), ("line 8: 3 cells, but the header has 2",)),
    "too few cells": (lines("cat9.jpg\n"), ("line 8: 1 cells, but the header has 2",)),
    "open quote": (lines('"cat9.jpg,cat\n', "x,y\n"), ("line 8: no proper row", "Check its quotes")),
    "empty label": (lines("cat9.jpg, \n"), ("line 8: empty label", "column `label`")),
    "label with line break": (lines('cat9.jpg,"c\nat"\n'), ("line 8: label 'c\\nat' holds a line break",)),
    "split": (
        "path,label,split\ncat0.jpg,cat,trian\n",
        ("line 2: split `trian` is none of train, training",),
    ),
    "weight": ("path,label,weight\ncat0.jpg,cat,-1\n", ("line 2: weight `-1` is no number of 0 or more",)),
    "weight nan": ("path,label,weight\ncat0.jpg,cat,nan\n", ("line 2: weight `nan`",)),
    "spreadsheet": (b"PK\x03\x04", ("m.csv` is an archive or a spreadsheet. Save it as CSV in UTF-8",)),
    "two columns": ("path,label,label\ncat0.jpg,cat,dog\n", ("line 1: two columns are called `label`",)),
    "one class": (HEADER + "cat0.jpg,cat\n" * 1, ("holds one class only (`cat`)",)),
    "no training": (
        "path,label,split\ncat0.jpg,cat,test\ndog0.jpg,dog,val\n",
        ("has no pictures for training, only eval, test",),
    ),
}


@pytest.mark.parametrize("mistake", MALFORMED)
def test_malformed(root: Path, mistake: str) -> None:
    text, words = MALFORMED[mistake]
    told = message(manifest(root, text))
    assert all(word in told for word in words), told


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"path": "cat1.jpg"', "line 2: no JSON"),
        ('["cat1.jpg"]', "line 2: no JSON object"),
        ('{"label": "cat"}', "line 2: no column with the paths of the pictures. It has: `label`"),
        ('{"path": "cat1.jpg"}', "line 2: empty label"),
        ('{"path": "../secret/a.jpg", "label": "cat"}', "line 2: `../secret/a.jpg` leads out"),
        (r'{"path": "a\u0000", "label": "cat"}', r"line 2: 'a\x00' is no path"),
        (r'{"path": "cat1.jpg", "label": "c\u0000t"}', "line 2: label"),
        ('{"path": ["cat1.jpg"], "label": "cat"}', "line 2: no column with the paths"),
    ],
)
def test_malformed_json_lines(root: Path, line: str, words: str) -> None:
    good = '{"path": "cat0.jpg", "label": "cat"}\n'
    assert words in message(manifest(root, good + line + "\n", "m.jsonl"))


@pytest.mark.parametrize("key", ["image", "label", "split", "weight", "group"])
def test_configured_column_is_not_there(root: Path, key: str) -> None:
    told = message(manifest(root, lines()), columns={key: "Path"})
    assert "no column `Path`. It has: " in told
    assert f"Set data.columns.{key}" in told


def test_linked_folder_that_leads_out(root: Path, tmp_path: Path) -> None:
    (root / "out").symlink_to(tmp_path / "secret")
    assert "line 8: `out/a.jpg` leads out" in message(manifest(root, lines("out/a.jpg,cat\n")))


def test_no_manifest(root: Path) -> None:
    assert "no such file" in message(root / "none.csv", source="manifest")
    assert "holds no CSV, TSV" in message(root, source="manifest")
    manifest(root, lines(), "a.csv")
    manifest(root, lines(), "b.csv")
    assert "holds `a.csv`, `b.csv`. Give --data the manifest itself" in message(root, source="manifest")
