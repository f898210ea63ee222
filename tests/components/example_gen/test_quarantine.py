"""What was set aside is read as it was written, whatever it is called."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.example_gen.quarantine import QUARANTINE_FILE, read_quarantine


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_any_name_survives(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("quarantine")
    lines = (json.dumps({"path": name}, ensure_ascii=False) + "\n" for name in names)
    (folder / QUARANTINE_FILE).write_text("".join(lines), encoding="utf-8")
    assert [entry["path"] for entry in read_quarantine(str(folder))] == names


def test_line_ends_of_unicode_are_no_line_ends(tmp_path: Path) -> None:
    name = "a\u2028b\u2029c\x85d.jpg"
    (tmp_path / QUARANTINE_FILE).write_text(json.dumps({"path": name}, ensure_ascii=False), encoding="utf-8")
    assert read_quarantine(str(tmp_path)) == [{"path": name}]
