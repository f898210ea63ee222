"""A disk that fills up in the middle of a node."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import sample

pytestmark = pytest.mark.e2e


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_full_disk_is_one_clear_line(small_disk: Path) -> None:
    result = sample.run(small_disk / "workspace", "--to", "ImageExampleGen", settings=())
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert f"error: the disk that holds workspace `{small_disk / 'workspace'}` is full" in result.stderr
    assert sample.served(small_disk / "workspace") == []
