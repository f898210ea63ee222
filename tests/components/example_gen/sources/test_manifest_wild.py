"""Any bytes as a manifest give rows or one line; any names come through."""

import csv
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from tests.components.example_gen.sources.makers import cats_and_dogs, pictures_in, rows_of

_PIECES = st.sampled_from(
    [
        *(b"path,label\n", b"cat0.jpg,cat\n", b"dog0.jpg,dog\n", b'{"path": "cat0.jpg", "label": "cat"}\n'),
        *(b'"', b"\n", b"\r", b",", b"..", b"/", b"\0", b"{", b"}"),
        *(b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"PAR1"),
    ]
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.lists(st.one_of(_PIECES, st.binary(max_size=20))),
    st.sampled_from(["csv", "tsv", "jsonl", "parquet", "x"]),
)
def test_any_bytes_are_rows_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], end: str
) -> None:
    root = tmp_path_factory.mktemp("data")
    cats_and_dogs(root)
    file = root / f"m.{end}"
    file.write_bytes(b"".join(pieces))
    try:
        rows = rows_of(file, source="manifest", split={"given": "ignore"})
    except InputError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert rows


# Names that a file can have and that nobody calls hidden; NUL and `/` cannot be in one.
_NAMES = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0/"), min_size=1, max_size=40
).filter(lambda name: name.strip() and name not in (".", "..") and len(name.encode()) < 200)


@settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(_NAMES, min_size=6, max_size=6, unique=True), st.sampled_from(["csv", "tsv", "jsonl"]))
def test_wild_names_come_through(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], end: str
) -> None:
    root = tmp_path_factory.mktemp("data")
    pairs = [(f"d/{name}", label) for name, label in zip(names, ["cat", "dog"] * 3, strict=True)]
    pictures_in(root, *(path for path, _ in pairs))
    with open(root / f"m.{end}", "w", encoding="utf-8", newline="") as file:
        if end == "jsonl":
            file.writelines(json.dumps({"path": path, "label": label}) + "\n" for path, label in pairs)
        else:
            writer = csv.writer(file, delimiter="\t" if end == "tsv" else ",")
            writer.writerows([("path", "label"), *pairs])
    assert [(row.path, row.label) for row in rows_of(root / f"m.{end}")] == pairs
