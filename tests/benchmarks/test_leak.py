"""Groups in two splits are counted, and the given splits are left aside."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import leak
from benchmarks.leak import measured, torn_groups


def values(sender: bytes) -> dict[str, Any]:
    return {"sender": SimpleNamespace(bytes_list=SimpleNamespace(value=[sender]))}


@pytest.fixture(autouse=True)
def examples(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        ("train", values(b"a")),
        ("test", values(b"a")),
        ("train", values(b"b")),
        ("train", values(b"b")),
    ]
    monkeypatch.setattr(leak, "read_examples", lambda workspace: iter(found))


def test_torn_groups() -> None:
    assert torn_groups(Path(), "sender") == 1


def test_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(workspace: Path, *settings: str, data: str) -> dict[str, Any]:
        assert settings == ("data.split.given=ignore", "data.split.seed=1")
        return {"evaluation": {"accuracy": 0.9, "macro_f1": 0.8, "examples": 50, "labels": []}}

    monkeypatch.setattr(leak, "run", run)
    assert measured("there", "sender", ("data.split.seed=1",)) == {
        "accuracy": 0.9,
        "macro_f1": 0.8,
        "examples": 50,
        "torn_groups": 1,
    }
