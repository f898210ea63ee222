"""Peak memory is this process's own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.runners import peak_memory
from pipeline.runners.peak_memory import peak_rss_mib

PROGRAM = """
from pipeline.runners.peak_memory import peak_rss_mib
peaks = [peak_rss_mib()]
held = bytearray(b"1") * (100 << 20)
peaks.append(peak_rss_mib())
del held
peaks.append(peak_rss_mib())
print(peaks)
"""


def _peaks() -> list[float]:
    """Before 100 MiB were held, while they were, and after."""
    output = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    peaks: list[float] = json.loads(output.stdout)
    return peaks


def test_peak_stays_when_the_memory_is_given_back() -> None:
    before, held, after = _peaks()
    assert before + 95 < held < before + 110
    assert after >= held - 1, "Linux counts by cores, and adds up now and then"


def test_what_the_starting_process_held_is_not_counted() -> None:
    held = np.ones(400 << 17)
    before, *_ = _peaks()
    assert held.nbytes == 400 << 20
    assert 1 < before < 200


def test_system_that_does_not_tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = peak_rss_mib()
    (tmp_path / "status").write_text("VmRSS:  1024 kB\n")
    for file in ("status", "nowhere"):
        monkeypatch.setattr(peak_memory, "_STATUS", tmp_path / file)
        assert peak_rss_mib() >= own
