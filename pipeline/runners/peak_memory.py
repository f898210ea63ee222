"""The most memory that this process held."""

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_rss_mib() -> float:
    """Peak of the resident set since the program started, in MiB.

    `getrusage` keeps the peak of whatever process started this one (on Linux its count outlives `exec`),
    so a run started from a large notebook would bear the notebook's memory.
    """
    lines = _STATUS.read_text().splitlines() if _STATUS.exists() else []
    for line in lines:  # some sandboxes leave it out
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    count = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return count / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # macOS counts bytes
