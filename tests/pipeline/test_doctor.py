"""What `doctor` looks at: each thing good, and each thing spoilt."""

import json
import os
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from components.backbone import BACKBONES
from pipeline import doctor
from pipeline.workspace import Workspace


def test_this_python_is_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.python().state == "good"
    monkeypatch.setattr(doctor.platform, "machine", lambda: "arm64")
    assert doctor.python().state == "note"
    monkeypatch.setattr(doctor.sys, "version_info", (3, 12, 1))
    found = doctor.python()
    assert (found.state, "make install PYTHON=" in found.mend) == ("wrong", True)


def test_packages_are_held_against_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"numpy=={version('numpy')}\n    # via tfx==0.1\nkeras[all]=={version('keras')} ; x\n")
    found = doctor.packages(lock)
    assert (found.state, found.found) == ("good", "2, each as in requirements.txt")
    lock.write_text("numpy==0.1\nno-such-package==1.0\n" + "".join(f"missing{n}==1\n" for n in range(3)))
    found = doctor.packages(lock)
    assert found.state == "wrong"
    assert found.found.startswith(
        f"numpy is {version('numpy')}, not 0.1, no-such-package is missing, not 1.0"
    )
    assert found.found.endswith(", and 2 more")
    assert doctor.packages(tmp_path / "none").state == "note"


def test_lock_of_this_repository_is_read_whole() -> None:
    lock = doctor._ROOT / "requirements.txt"
    pins = [line for line in lock.read_text().splitlines() if line[:1].isalnum()]
    assert doctor.packages(lock).found.startswith(f"{len(pins)}, ")


@pytest.mark.parametrize(
    ("flags", "state", "words"),
    [
        ("fpu avx avx2 avx512f", "good", "with AVX-512"),
        ("fpu avx avx2", "good", "with AVX2"),
        ("fpu avx", "note", "with AVX"),
        ("fpu sse4_2", "wrong", "without AVX"),
        (None, "good", "of an unknown kind"),
    ],
)
def test_instructions_of_the_processor(tmp_path: Path, flags: str | None, state: str, words: str) -> None:
    told = tmp_path / "cpuinfo"
    if flags:
        told.write_text(f"flags\t\t: {flags}\n")
    found = doctor.processors(told)
    assert (found.state, found.found) == (state, f"{len(os.sched_getaffinity(0))}, {words}")


def test_memory_is_that_of_the_container(tmp_path: Path) -> None:
    limit, unlimited = tmp_path / "memory.max", tmp_path / "other"
    unlimited.write_text("max\n")
    limit.write_text(f"{3 << 30}\n")
    found = doctor.memory([tmp_path / "none", unlimited, limit])
    assert (found.state, found.found) == ("note", "3.0 GiB")
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert doctor.memory([unlimited]).found == f"{whole / (1 << 30):.1f} GiB"


def test_temporary_files_need_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.temporary_files().state in ("good", "note")

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    found = doctor.temporary_files()
    assert (found.state, "TMPDIR" in found.mend) == ("wrong", True)


def test_default_weights_must_be_here(monkeypatch: pytest.MonkeyPatch) -> None:
    found = doctor.weights()
    assert found.state == "good"
    assert found.found.endswith(f"of {len(BACKBONES)} backbones, efficientnet_lite0 among them")
    monkeypatch.setattr(doctor, "BACKBONES", BACKBONES[1:])
    assert doctor.weights().state == "wrong"


def test_workspace_is_looked_at_and_not_made(tmp_path: Path) -> None:
    found = doctor.folder(Workspace(tmp_path / "a" / "b"))
    assert found.found.startswith(f"`{tmp_path}`, ")
    assert list(tmp_path.iterdir()) == []


def test_workspace_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # the tests may run as root, who may write anywhere
    found = doctor.folder(Workspace(tmp_path))
    assert (found.state, found.found) == ("wrong", f"`{tmp_path}` cannot be written")


def test_workspace_that_a_run_holds(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.locked():
        found = doctor.folder(workspace)
    assert found.state == "note"
    assert "another run is at work" in found.found


def test_little_room_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = doctor.shutil.disk_usage(tmp_path)._replace(free=1 << 30)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    found = doctor.folder(Workspace(tmp_path))
    assert (found.state, "1.0 GiB free" in found.found) == ("note", True)


def test_metadata_that_is_damaged(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert doctor.metadata(workspace).state == "good"
    workspace.metadata.write_bytes(b"no database " * 100)
    found = doctor.metadata(workspace)
    assert (found.state, "cannot be read" in found.found) == ("wrong", True)


def done(code: int, out: str = "", error: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], code, out, error)


@pytest.mark.parametrize(
    ("ended", "state", "words"),
    [
        (
            done(0, 'noise\n["2.21.0", ["/device:CPU:0"], 8.6]\n'),
            "good",
            "2.21.0 and TFX load in 9 s; no GPU",
        ),
        (done(0, json.dumps(["2", ["/device:CPU:0", "/device:GPU:0"], 8.6])), "good", "; 1 GPU"),
        (done(1, "", "Traceback\nImportError: no tfx\n"), "wrong", "do not load: ImportError: no tfx"),
        (done(1), "wrong", "no reason was given"),
        (done(-4), "wrong", "ended with SIGILL"),
    ],
)
def test_libraries(
    monkeypatch: pytest.MonkeyPatch, ended: subprocess.CompletedProcess[str], state: str, words: str
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    found = doctor.libraries()
    assert (found.state, words in found.found) == (state, True), found


def test_libraries_that_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: Any, **__: Any) -> None:
        raise subprocess.TimeoutExpired("python", 180)

    monkeypatch.setattr(subprocess, "run", hang)
    assert doctor.libraries().state == "wrong"


@pytest.mark.slow
def test_libraries_of_this_environment_load() -> None:
    found = doctor.libraries()
    assert (found.state, "TensorFlow" in found.found) == ("good", True), found
