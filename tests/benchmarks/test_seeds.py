"""What is taken from a summary of the sample, and that fine-tuning goes on in the same workspace."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import seeds
from benchmarks.seeds import both_ways

EVALUATION = {
    "accuracy": 0.9,
    "macro_f1": 0.8,
    "slices": {"cell_type=mono": {"accuracy": 0.85}, "cell_type=poly": {"accuracy": 0.95}},
}


def test_both_ways_share_a_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def run(workspace: Path, *settings: str) -> dict[str, Any]:
        calls.append((workspace, settings))
        return {"evaluation": EVALUATION}

    monkeypatch.setattr(seeds, "run", run)
    rows = both_ways("seed=3")
    assert rows["fine-tuned"] == {"overall": 0.9, "macro F1": 0.8, "mono": 0.85, "poly": 0.95}
    (first, alone), (second, tuned) = calls
    assert first == second
    assert (alone, tuned) == (("seed=3", "trainer.phases.1.epochs=0"), ("seed=3",))
