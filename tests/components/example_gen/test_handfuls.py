"""Every line is dealt once, and the same name always falls into the same handful."""

import weakref
from collections.abc import Iterator
from pathlib import Path

from components.example_gen import handfuls
from components.example_gen.files import Place
from components.example_gen.judging.placement import Placement
from components.example_gen.rows import Row
from components.example_gen.write import Order
from tests.components.example_gen.judging.entries import entry


def test_every_line_is_dealt_once(tmp_path: Path) -> None:
    lines = [(f"name {number}", f"line é {number}") for number in range(2000)]
    paths = handfuls.deal(lines, str(tmp_path / "handfuls"))
    dealt = [line for path in paths for line in handfuls.read(path)]
    assert sorted(dealt) == sorted(line for _, line in lines)
    assert len(paths) > 200


class Line(str):
    """A text that can be watched."""


def test_lines_are_written_as_they_come(tmp_path: Path) -> None:
    dealt: list[weakref.ref[Line]] = []

    def lines() -> Iterator[tuple[str, str]]:
        for number in range(200):
            line = Line(f"line {number}")
            dealt.append(weakref.ref(line))
            yield f"name {number}", line
            assert sum(line() is not None for line in dealt) <= 2

    assert handfuls.deal(lines(), str(tmp_path / "handfuls"))
    assert len(dealt) == 200


def test_handful_follows_from_the_name_alone(tmp_path: Path) -> None:
    lines = [(f"name {number}", f"name {number}") for number in range(300)]
    few = handfuls.deal(lines[:50], str(tmp_path / "few"))
    many = handfuls.deal(reversed(lines), str(tmp_path / "many"))
    where = {line: Path(path).name for path in many for line in handfuls.read(path)}
    assert all(where[line] == Path(path).name for path in few for line in handfuls.read(path))


def test_nothing_makes_no_files(tmp_path: Path) -> None:
    assert handfuls.deal([], str(tmp_path / "none")) == []


def test_wild_names_survive_the_way(tmp_path: Path) -> None:
    row = Row(Place("/data", "\udcff\n.png"), "\udcff\n.png", "çat", "train", "g\n", 0.5, {"a": "\u2028"}, 2)
    order = Order(row, entry("a\nb", group="g\n"), Placement("test", "", "é"))
    paths = handfuls.deal([(row.path, order.to_json())], str(tmp_path / "x"))
    (line,) = handfuls.read(paths[0])
    assert Order.from_json(line) == order
