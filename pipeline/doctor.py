"""What a run needs of this machine and of its workspace, each looked at before a run stumbles over it.

Synopsis:
    findings = list(examine(Workspace(Path("workspace"))))
    any(finding.state == "wrong" for finding in findings)
"""

import importlib.metadata
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from components.backbone import BACKBONES
from pipeline.errors import InputError
from pipeline.inspection.metadata import open_metadata
from pipeline.metadata.store import has_run, place_of
from pipeline.settings.backbone import BackboneConfig
from pipeline.workspace import Workspace

_ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)")
_AGAIN = "`make install` installs what the lock names."
_PROBE = """
import json, time
start = time.monotonic()
import components, tensorflow as tf, tfx.v1, tensorflow_model_analysis, tensorflow_transform
devices = [device.name for device in tf.config.list_logical_devices()]
float(tf.reduce_sum(tf.matmul(tf.ones((64, 64)), tf.ones((64, 64)))))
print(json.dumps([tf.__version__, devices, time.monotonic() - start]))
"""
"""What the nodes import, and one answer: a processor may lack what TensorFlow was built for."""
_SLOWEST_LOAD = 180
_GIB = 1 << 30
_LEAST_MEMORY, _LEAST_DISK = 4 * _GIB, 2 * _GIB
"""On the sample a run holds 2.1 GiB, with `best` 4.5, and `best` leaves 1.6 GiB in its workspace."""
_VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX"}
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: was looked at.
        state: `good`; `note`, which a run survives; or `wrong`, which it does not.
        found: in words.
        mend: what to do about it; empty where nothing is to be done.
    """

    what: str
    state: Literal["good", "note", "wrong"]
    found: str
    mend: str = ""


def examine(workspace: Workspace) -> Iterator[Finding]:
    """Looks at everything, the quickest first; seconds, for a process apart loads TensorFlow and TFX."""
    yield python()
    yield packages(_ROOT / "requirements.txt")
    yield processors(Path("/proc/cpuinfo"))
    yield memory([Path(name) for name in _CGROUP_LIMITS])
    yield temporary_files()
    yield weights()
    yield folder(workspace)
    yield metadata(workspace)
    yield libraries()


def python() -> Finding:
    """The interpreter and the platform: the locked packages exist for one of each."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] != (3, 11):
        return Finding("python", "wrong", found, "Graft needs 3.11: make install PYTHON=/path/to/python3.11")
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return Finding("python", "note", found, "Only Linux on x86_64 was tried.")
    return Finding("python", "good", found)


def packages(lock: Path) -> Finding:
    """Whether what is installed is what the lock names, version by version."""
    if not lock.exists():
        return Finding("packages", "note", f"no `{lock}` to compare them with")
    lines = lock.read_text(encoding="utf-8").splitlines()
    pins = {match[1]: match[2] for line in lines if (match := _PIN.match(line))}
    others = [
        f"{name} is {here or 'missing'}, not {version}"
        for name, version in pins.items()
        if (here := _installed(name)) != version
    ]
    if others:
        more = f", and {len(others) - 3} more" if len(others) > 3 else ""
        return Finding("packages", "wrong", ", ".join(others[:3]) + more, _AGAIN)
    return Finding("packages", "good", f"{len(pins)}, each as in {lock.name}")


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def processors(told: Path) -> Finding:
    """How many this process may use, and whether they have the instructions that make it quick."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    flags = set(re.findall(r"\w+", told.read_text())) if told.exists() else set()
    best = next((name for flag, name in _VECTORS.items() if flag in flags), None)
    found = f"{count}, {f'with {best}' if best else 'without AVX' if flags else 'of an unknown kind'}"
    if flags and best is None:
        return Finding("processors", "wrong", found, "TensorFlow's package needs AVX.")
    if best == "AVX":
        return Finding("processors", "note", found, "Without AVX2 training and extraction are slow.")
    return Finding("processors", "good", found)


def memory(limits: list[Path]) -> Finding:
    """What this machine, or the container it is in, has in all."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    told = [limit.read_text().strip() for limit in limits if limit.exists()]
    total = min([total, *(int(text) for text in told if text.isdecimal())])
    found = f"{total / _GIB:.1f} GiB"
    if total < _LEAST_MEMORY:
        return Finding(
            "memory", "note", found, "On the sample a run holds 2.1 GiB, with `best` 4.5: it may be killed."
        )
    return Finding("memory", "good", found)


def temporary_files() -> Finding:
    """Whether Beam and TFX can put theirs anywhere."""
    try:
        with tempfile.NamedTemporaryFile() as file:
            place = Path(file.name).parent
            file.write(b"written")
            file.flush()
    except OSError as error:
        mend = "Make room, or name another folder with TMPDIR."
        return Finding("temporary files", "wrong", str(error), mend)
    return _disk("temporary files", place, "Name another folder with TMPDIR.")


def weights() -> Finding:
    """Whether the default trunk can start from what it learnt, and how many others can."""
    here = {backbone.name for backbone in BACKBONES if backbone.weights.are_here()}
    default = BackboneConfig().name
    among = "among them" if default in here else "not among them"
    found = f"{len(here)} of {len(BACKBONES)} backbones, {default} {among}"
    if default not in here:
        return Finding("weights", "wrong", found, f"{_AGAIN} `backbones` lists them.")
    return Finding("weights", "good", found)


def folder(workspace: Workspace) -> Finding:
    """Whether the workspace can be written, is free, and has room."""
    place = next(each for each in (workspace.root, *workspace.root.absolute().parents) if each.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        mend = "Choose another with --workspace DIR, or mend its permissions."
        return Finding("workspace", "wrong", f"`{place}` cannot be written", mend)
    if workspace.root.exists():
        try:
            with workspace.locked():
                pass
        except InputError as error:
            return Finding("workspace", "note", str(error))
    return _disk("workspace", place, "Choose another with --workspace DIR.")


def _disk(what: str, place: Path, elsewhere: str) -> Finding:
    free = shutil.disk_usage(place).free
    found = f"`{place}`, {free / _GIB:.1f} GiB free"
    if free < _LEAST_DISK:
        return Finding(what, "note", found, f"Larger data may not fit. {elsewhere}")
    return Finding(what, "good", found)


def metadata(workspace: Workspace) -> Finding:
    """Whether ML Metadata answers, and what it knows of."""
    if not has_run(workspace):
        return Finding("metadata", "good", "nothing has run in this workspace yet")
    try:
        known = open_metadata(workspace)
        counts = f"{len(known.executions)} executions, {len(known.artifacts)} artifacts"
    except InputError as error:
        return Finding("metadata", "wrong", str(error))
    return Finding("metadata", "good", f"`{place_of(workspace)}`, {counts}")


def libraries() -> Finding:
    """Whether TensorFlow and TFX load and compute here, and on what."""
    what, quiet = "libraries", {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-W", "ignore", "-c", _PROBE]
    try:
        done = subprocess.run(
            command, cwd=_ROOT, env=quiet, capture_output=True, text=True, timeout=_SLOWEST_LOAD, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding(what, "wrong", f"TensorFlow and TFX did not load in {_SLOWEST_LOAD} s")
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        mend = "The processor lacks instructions that they were built for." if name == "SIGILL" else _AGAIN
        return Finding(what, "wrong", f"loading TensorFlow and TFX ended with {name}", mend)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        return Finding(what, "wrong", f"TensorFlow and TFX do not load: {last}", _AGAIN)
    version, devices, seconds = json.loads(done.stdout.splitlines()[-1])
    gpus = sum(":GPU:" in name for name in devices)
    on = f"{gpus} {'GPU' if gpus == 1 else 'GPUs'}" if gpus else "no GPU"
    return Finding(what, "good", f"TensorFlow {version} and TFX load in {seconds:.0f} s; {on}")
