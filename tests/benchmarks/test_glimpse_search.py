"""A policy that searches until it is right often enough, on made-up pictures."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from benchmarks import glimpse_search
from benchmarks.glimpse import NOTHING, WAYS
from benchmarks.glimpse_search import search
from tests.components.records import png, write_records
from tests.components.trainer.tiny import TinyBackbone

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Red pictures and blue ones."""
    root = tmp_path_factory.mktemp("glimpse")
    for split, count in (("train", 24), ("eval", 12)):
        folder = root / f"Split-{split}"
        folder.mkdir()
        rows = []
        for number in range(count):
            pixels = np.full((60, 60, 3), 90, np.uint8)
            pixels[..., 2 * (number % 2)] = 220
            rows.append((f"{number:03}", ("red", "blue")[number % 2], png(pixels)))
        write_records(folder / "data.tfrecord", rows)
    return root


@pytest.mark.parametrize("way", WAYS)
def test_every_way_learns_and_stops_when_it_is_enough(
    examples: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = glimpse_search.ENVIRONMENT.model_copy(update={"count": 4})
    policy = glimpse_search.POLICY.model_copy(update={"rollout": 4, "judged_every": 1, "passes": 1})
    monkeypatch.setattr(glimpse_search, "choose_backbone", lambda config: TinyBackbone())
    monkeypatch.setattr(glimpse_search, "ENVIRONMENT", environment)
    monkeypatch.setattr(glimpse_search, "POLICY", policy)
    arguments = argparse.Namespace(
        examples=examples, way=way, classes=["blue", "red"], size=32, seed=1, rate=2.0, most=32
    )
    found = search(arguments)
    assert (found["glimpses"], found["is_reached"]) == (32, False)
    assert [step for step, _ in found["curve"]] == [0, 16, 32]
    assert all(0 <= share <= 1 for _, share in found["curve"])
    if way != NOTHING:
        arguments.rate = 0.0
        assert search(arguments) == {"glimpses": 0, "is_reached": True, "curve": found["curve"][:1]}
