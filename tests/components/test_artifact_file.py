"""One way to an artifact's file, by its uri or its folder."""

import os
from pathlib import Path

import pytest

from components.artifact_file import place_in


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_file_is_found_by_path_and_by_uri(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "figures.json").write_bytes(b"{}")
    system, path = place_in(f"{scheme}{tmp_path}", "figures.json")
    with system.open_input_stream(path) as file:
        assert file.read() == b"{}"


def test_a_folder_may_be_told_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert place_in("evaluation", "figures.json")[1] == os.path.join(tmp_path, "evaluation", "figures.json")
