"""What `predict` is asked about: no file is lost in silence, and the newest model is found."""

import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.prediction.paths import find_model, find_pictures, named_paths
from tests import pictures


def _tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(pictures.jpeg())
    return root


def _found(root: Path, *paths: Path) -> list[str]:
    return [os.path.relpath(file.path, root) for file in find_pictures(paths)]


def test_folder_is_searched_through_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    folder = _tree(tmp_path / "in", "b.jpg", "a.jpg", ".hidden.jpg", "sub/c.jpg", ".git/d.jpg", "sub/.e.jpg")
    assert _found(folder, folder) == ["a.jpg", "b.jpg", "sub/c.jpg"]


def test_named_files_are_taken_as_they_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tree(tmp_path, "b.jpg", ".hidden.jpg", "sub/a.jpg")
    monkeypatch.chdir(tmp_path)
    paths = [Path("sub/../b.jpg"), Path(".hidden.jpg"), Path("sub")]
    assert [file.path for file in find_pictures(paths)] == ["sub/../b.jpg", ".hidden.jpg", "sub/a.jpg"]


def test_hidden_folder_that_is_named_is_searched(tmp_path: Path) -> None:
    assert _found(tmp_path, _tree(tmp_path / ".cache", "a.jpg")) == [".cache/a.jpg"]


def test_unreadable_folder_below_is_not_lost_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _tree(tmp_path / "in", "a.jpg", "closed/b.jpg")
    scandir = os.scandir

    def closed(path: Any) -> Any:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(InputError, match="in/closed` cannot be read: Permission denied"):
        find_pictures([folder])


@pytest.mark.parametrize("name", ["none.jpg", "x" * 300])
def test_path_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"no such file or folder: `.*{name}`"):
        find_pictures([tmp_path / name])


def test_one_that_is_gone_stands_among_the_others(tmp_path: Path) -> None:
    (tmp_path / "link.jpg").symlink_to(tmp_path / "gone.jpg")
    paths = [tmp_path / "a.jpg", tmp_path / "gone.jpg", tmp_path / "link.jpg"]
    _tree(tmp_path, "a.jpg")
    assert _found(tmp_path, *paths) == ["a.jpg", "gone.jpg", "link.jpg"]


def test_standard_input_without_a_path() -> None:
    with pytest.raises(InputError, match=r"no paths came from standard input\."):
        find_pictures(named_paths([Path("-")], ["\n"]))


def test_folders_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no pictures in `.*empty`"):
        find_pictures([tmp_path / "empty"])


def _versions(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).mkdir(parents=True)
        (root / name / "saved_model.pb").touch()
    return root


def test_newest_version_of_the_workspace(tmp_path: Path) -> None:
    _versions(tmp_path / "serving", "cells/9", "cells/10", "leaves/8", "cells/.unfinished/99", "cells/old")
    (tmp_path / "serving" / "cells" / "11").mkdir()
    (tmp_path / "serving" / "notes.txt").touch()
    assert find_model(tmp_path, None) == tmp_path / "serving" / "cells" / "10"


@pytest.mark.parametrize(("given", "found"), [("cells", "cells/10"), ("cells/9", "cells/9")])
def test_model_that_is_given(tmp_path: Path, given: str, found: str) -> None:
    _versions(tmp_path, "cells/9", "cells/10")
    assert find_model(tmp_path / "none", tmp_path / given) == tmp_path / found


@pytest.mark.parametrize("name", ["none", "x" * 300, "file", "empty"])
def test_model_that_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=f"{name}` holds no SavedModel. Give --model"):
        find_model(tmp_path, tmp_path / name)


@pytest.mark.parametrize("name", ["none", "x" * 300])
def test_workspace_without_a_model(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no model was pushed to workspace"):
        find_model(tmp_path / name, None)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.jpg", ["a.jpg", "b.jpg"]),
        ("?.jp[g]", ["a.jpg", "b.jpg"]),
        ("**/*.jpg", ["a.jpg", "b.jpg", "sub/c.jpg"]),
        ("su*", ["sub"]),
        ("[x].png", ["[x].png"]),  # there is such a file
        ("a.jpg", ["a.jpg"]),
        ("nosuch.jpg", ["nosuch.jpg"]),  # find_pictures says so
    ],
)
def test_patterns(tmp_path: Path, pattern: str, found: list[str]) -> None:
    _tree(tmp_path, "b.jpg", "a.jpg", "sub/c.jpg", ".hidden.jpg", "[x].png")
    named = named_paths([tmp_path / pattern], [])
    assert [os.path.relpath(path, tmp_path) for path in named] == found


def test_pattern_that_matches_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing matches `.*nosuch-"):
        named_paths([tmp_path / "nosuch-*"], [])


def test_standard_input_has_a_path_a_line() -> None:
    lines = ["a b.jpg\n", "\n", "  \n", "*.jpg\n", "last.jpg"]
    named = named_paths([Path("first.jpg"), Path("-")], lines)
    assert [str(path) for path in named] == ["first.jpg", "a b.jpg", "*.jpg", "last.jpg"]
    assert named_paths([Path("first.jpg")], lines) == [Path("first.jpg")]
