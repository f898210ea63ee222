"""Rows survive a kill, and are measured again where they would mean something else."""

import re
from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.results import Row, Rows, mean_and_spread, print_table, read_json, spread, write_json


class Work:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> Row:
        self.done += 1
        return {"accuracy": 0.5 + self.done / 10}


def test_json_comes_back_with_date_and_machine(tmp_path: Path) -> None:
    path = write_json("one", {"über": [1, 2.5]}, tmp_path / "new")
    assert path == tmp_path / "new" / "one.json"
    found = read_json("one", tmp_path / "new")
    assert found["data"] == {"über": [1, 2.5]}
    assert len(found["date"]) == 10
    assert found["machine"]["cores"] >= 1
    assert found["machine"]["tensorflow"]
    assert [file.name for file in path.parent.iterdir()] == ["one.json"]


def test_nothing_is_read_where_nothing_is(tmp_path: Path) -> None:
    assert read_json("one", tmp_path) == {}


def test_a_row_is_on_disk_at_once_and_not_measured_again(tmp_path: Path) -> None:
    work = Work()
    first = Rows("one", folder=tmp_path).row("way, seed 1", {"epochs": (1, 2)}, work)
    assert read_json("one", tmp_path)["data"]["way, seed 1"] == first
    assert first["accuracy"] == 0.6
    assert first["settings"] == {"epochs": [1, 2]}
    again = Rows("one", folder=tmp_path).row("way, seed 1", {"epochs": (1, 2)}, work)
    assert again == first
    assert work.done == 1


def test_other_settings_replace_this_row_alone(tmp_path: Path) -> None:
    work, table = Work(), Rows("one", folder=tmp_path)
    table.row("a", {"epochs": 1}, work)
    table.row("b", {"epochs": 1}, work)
    assert table.row("a", {"epochs": 2}, work)["accuracy"] == 0.8
    assert list(read_json("one", tmp_path)["data"]) == ["a", "b"]
    assert table.row("b", {"epochs": 1}, work)["accuracy"] == 0.7
    assert work.done == 3


def test_no_resume_measures_anew(tmp_path: Path) -> None:
    work = Work()
    Rows("one", folder=tmp_path).row("a", {}, work)
    Rows("one", resume=False, folder=tmp_path).row("a", {}, work)
    assert work.done == 2


@pytest.mark.parametrize(("any_machine", "times"), [(True, 1), (False, 2)])
def test_times_of_another_machine_are_not_mixed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, any_machine: bool, times: int
) -> None:
    work = Work()
    for name in ("2 x old", "2 x new"):
        monkeypatch.setattr(results, "machine_name", lambda name=name: name)
        row = Rows("one", folder=tmp_path, any_machine=any_machine).row("a", {}, work)
    assert work.done == times
    assert row["measured_on"] == ("2 x old" if any_machine else "2 x new")


def test_mean_and_spread() -> None:
    assert mean_and_spread([1, 2, 3]) == (2, 1)
    assert mean_and_spread([2]) == (2, 0)
    assert spread([0.8, 0.9]) == "0.8500 ± 0.0707"
    assert spread([0.8], digits=2) == "0.80"


def test_table_is_aligned_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([["a", "1"], ["longer", "22"]], ("way", "n"))
    assert capsys.readouterr().out == (
        "| way    | n  |\n"
        "| ------ | -- |\n"
        "| a      | 1  |\n"
        "| longer | 22 |\n"
    )  # fmt: skip


def test_machine_names_no_person_and_no_path() -> None:
    assert set(results.machine()) == {
        *("cores", "cpu", "memory_gib", "system", "python"),
        *results.PACKAGES,
    }


@pytest.mark.parametrize("is_timed", [True, False])
def test_rows_say_whether_their_times_count(tmp_path: Path, is_timed: bool) -> None:
    assert Rows("one", folder=tmp_path, is_timed=is_timed).row("a", {}, Work())["is_timed"] is is_timed


def test_rows_say_which_commit_they_are_of(tmp_path: Path) -> None:
    row = Rows("one", folder=tmp_path).row("a", {}, lambda: {"accuracy": 0.5})
    assert re.fullmatch(r"[0-9a-f]{7,40}(-dirty)?|unknown", row["revision"])
