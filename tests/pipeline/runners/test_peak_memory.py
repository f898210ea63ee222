"""Peak memory is this process's own."""

import json
import subprocess
import sys

import numpy as np

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
    assert after >= held


def test_what_the_starting_process_held_is_not_counted() -> None:
    held = np.ones(400 << 17)
    before, *_ = _peaks()
    assert held.nbytes == 400 << 20
    assert 1 < before < 200
