"""`pipeline_runner.py backbones`: the table fits a terminal, tells what is here, and loads nothing heavy."""

import json
import os
import time
from pathlib import Path

import pytest
from rich.console import Console

from components.backbone import BACKBONES
from components.backbone.weights import CachedWeights
from pipeline.commands.backbones import as_dict, table
from tests.cli import run_cli, run_python


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keras' cache with one file, of VGG16."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    weights = BACKBONES[3].weights
    assert isinstance(weights, CachedWeights)
    weights.path.parent.mkdir()
    weights.path.touch()
    return tmp_path


def test_table_fits_80_columns_and_cuts_nothing() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(table(BACKBONES))
    lines = capture.get().splitlines()
    assert len(lines) == 1 + len(BACKBONES)
    assert max(len(line) for line in lines) <= 80
    assert "…" not in capture.get()
    for line, backbone in zip(lines[1:], BACKBONES, strict=True):
        assert line.split()[:3] == [backbone.name, str(backbone.size), str(backbone.width)]
    assert lines[1].split()[3:] == ["3.4", "0.38", "18", "pip", "package", "yes"]
    assert lines[4].split()[3:] == ["14.7", "15.35", "5", "Keras'", "cache", "yes"]
    assert lines[5].split()[-1] == "no"


def test_as_dict_tells_all() -> None:
    assert as_dict(BACKBONES[3]) == {
        "name": "vgg16",
        "size": 224,
        "smallest": 32,
        "width": 512,
        "parameters": 14_714_688,
        "multiply_adds": 15_346_630_656,
        "stages": ("block1_pool", "block2_pool", "block3_pool", "block4_pool", "block5_pool"),
        "weights": "Keras' cache",
        "here": True,
    }


def test_command() -> None:
    done = run_cli("backbones")
    assert done.returncode == 0, done.stderr
    assert "Nothing is ever downloaded" in done.stdout
    assert all(backbone.name in done.stdout for backbone in BACKBONES)
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_json() -> None:
    done = run_cli("backbones", "--json")
    rows = json.loads(done.stdout)
    assert [row["name"] for row in rows] == [backbone.name for backbone in BACKBONES]
    assert {row["name"] for row in rows if row["here"]} == {
        *(f"efficientnet_lite{number}" for number in range(3)),
        "vgg16",
    }


def test_loads_nothing_heavy() -> None:
    code = (
        "import sys; from pipeline.commands.backbones import backbones_command; backbones_command(True);"
        "print([m for m in ('tensorflow', 'keras', 'tfx', 'h5py') if m in sys.modules], file=sys.stderr)"
    )
    start, used = time.perf_counter(), os.times().children_user
    done = run_python("-c", code)
    assert done.stderr.strip() == "[]"
    # Processor time, which does not depend on what else the machine does; TensorFlow alone takes six seconds.
    assert os.times().children_user - used < 3, time.perf_counter() - start
