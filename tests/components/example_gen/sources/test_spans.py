"""Spans: what came last week stays as it was, and this week's is added."""

from pathlib import Path

import pytest

from tests.components.example_gen.sources.makers import cats_and_dogs, folders, message, rows_of


def spans(root: Path, *names: str) -> Path:
    for name in names:
        folders(root / name, cat=3, dog=3)
    return root


def test_spans_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    spans(tmp_path, "span-2", "span-10", "span-001", "span-x", "span-", "other-3", "span-4.old")
    rows = rows_of(tmp_path / "span-{SPAN}")
    assert [row.span for row in rows] == [1] * 6 + [2] * 6 + [10] * 6
    assert rows[0].path == "span-001/cat/0.jpg"
    assert rows[0].place.root == str(tmp_path.resolve() / "span-001")
    assert len({row.path for row in rows}) == len(rows)


def test_last_number_that_can_be_kept(tmp_path: Path) -> None:
    rows = rows_of(spans(tmp_path, f"span-{2**63 - 1}") / "span-{SPAN}")
    assert {row.span for row in rows} == {2**63 - 1}


def test_old_rows_stay_when_a_span_is_added(tmp_path: Path) -> None:
    before = rows_of(spans(tmp_path, "span-1") / "span-{SPAN}")
    assert rows_of(spans(tmp_path, "span-2") / "span-{SPAN}")[: len(before)] == before


def test_share_keeps_to_its_rows(tmp_path: Path) -> None:
    folders(tmp_path / "span-1", cat=40, dog=40)
    before = rows_of(tmp_path / "span-{SPAN}", share=0.5)
    assert rows_of(spans(tmp_path, "span-2") / "span-{SPAN}", share=0.5)[: len(before)] == before


def test_class_that_one_span_alone_has(tmp_path: Path) -> None:
    folders(tmp_path / "span-1", cat=3)
    folders(tmp_path / "span-2", dog=3)
    assert {row.label for row in rows_of(tmp_path / "span-{SPAN}")} == {"cat", "dog"}


def test_manifest_in_each_span(tmp_path: Path) -> None:
    for span in (1, 2):
        root = tmp_path / f"span-{span}"
        pairs = cats_and_dogs(root)
        text = "path,label,sender\n" + "".join(f"{path},{label},{span}\n" for path, label in pairs)
        (root / "m.csv").write_text(text)
    rows = rows_of(tmp_path / "span-{SPAN}" / "m.csv", columns={"group": "sender"})
    assert [(row.path, row.place.file, row.group) for row in rows][::6] == [
        ("span-1/cat0.jpg", "cat0.jpg", "1"),
        ("span-2/cat0.jpg", "cat0.jpg", "2"),
    ]


def test_number_in_a_file_name_and_in_the_root(tmp_path: Path) -> None:
    for span in ("01", "02"):
        pairs = cats_and_dogs(tmp_path / f"pictures-{span}")
        text = "path,label\n" + "".join(f"{path},{label}\n" for path, label in pairs)
        (tmp_path / f"labels-{span}.csv").write_text(text)
    rows = rows_of(tmp_path / "labels-{SPAN}.csv", root=str(tmp_path / "pictures-{SPAN}"))
    assert [(row.path, row.span) for row in rows][::6] == [
        ("labels-01.csv/cat0.jpg", 1),
        ("labels-02.csv/cat0.jpg", 2),
    ]


def test_path_pattern_sees_the_span(tmp_path: Path) -> None:
    rows = rows_of(spans(tmp_path, "span-7") / "span-{SPAN}", path_pattern=r"^span-(?P<week>\d+)/")
    assert {row.columns["week"] for row in rows} == {"7"}


@pytest.mark.parametrize(
    ("names", "pattern", "words"),
    [
        ((), "span-{SPAN}", ("no span: nothing is there by the name", "span-1`")),
        (("other-1",), "span-{SPAN}", ("no span",)),
        (("span-1",), "none/span-{SPAN}", ("no span",)),
        (("span-1", "span-01"), "span-{SPAN}", ("holds `span-01` and `span-1`: one span twice",)),
        (("span-1", f"span-{2**63}"), "span-{SPAN}", (f"span-{2**63}`: no span has a number above",)),
        (("span-1",), "span-{SPAN}/{SPAN}", ("holds {SPAN} twice",)),
        (("span-1",), "span-{SPAN}/none", ("no such folder", "span-1/none")),
    ],
)
def test_refused(tmp_path: Path, names: tuple[str, ...], pattern: str, words: tuple[str, ...]) -> None:
    told = message(spans(tmp_path, *names) / pattern)
    assert all(word in told for word in words), told
