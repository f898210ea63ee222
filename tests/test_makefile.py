"""`make` mends what an interrupted `make` left."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout whose lock is empty: nothing is asked of any network."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def _install(house: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["make", f"PYTHON={sys.executable}", "install"], cwd=house, capture_output=True, text=True
    )


def _without_pip(house: Path) -> None:
    """Ctrl-C before pip was unpacked."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", house / ".venv"], check=True)


def _half_a_pip(house: Path) -> None:
    """Ctrl-C while pip was unpacked: its command line is there, the record of it is not."""
    subprocess.run([sys.executable, "-m", "venv", house / ".venv"], check=True)
    (record,) = (house / ".venv").glob("lib/python*/site-packages/pip-*.dist-info")
    shutil.rmtree(record)
    shutil.rmtree(record.parent / "pip" / "_vendor" / "urllib3")


def _without_python(house: Path) -> None:
    """The Python that it was made with is gone."""
    _without_pip(house)
    for python in (house / ".venv" / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/none")


@pytest.mark.parametrize("left", [_without_pip, _half_a_pip, _without_python])
def test_half_made_environment_is_made_anew(house: Path, left: Callable[[Path], None]) -> None:
    left(house)
    result = _install(house)
    assert result.returncode == 0, result.stderr
    assert len(list(house.glob(".venv/.installed-*"))) == 1
    subprocess.run([house / ".venv" / "bin" / "python", "-m", "pip", "check"], check=True)


def test_whole_environment_is_left_as_it_is(house: Path) -> None:
    assert _install(house).returncode == 0
    (house / ".venv" / "own").touch()
    (house / "requirements.txt").write_text("# changed\n")
    result = _install(house)
    assert result.returncode == 0, result.stderr
    assert (house / ".venv" / "own").exists()
    assert len(list(house.glob(".venv/.installed-*"))) == 1
