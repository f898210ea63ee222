"""What a sweep leaves for people and for scripts."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.trainer.rate_finder import Sweep
from components.trainer.rate_plot import JSON_FILE, PNG_FILE, write_sweep

RATES = np.geomspace(1e-6, 1e-2, 60)


def _pixels(folder: Path) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO((folder / PNG_FILE).read_bytes())).convert("RGB"), dtype=int)


def test_figures_are_those_of_the_sweep(tmp_path: Path) -> None:
    losses = np.linspace(1, 0.5, 60)
    write_sweep(Sweep(RATES, losses), "head", 3e-4, str(tmp_path / "new" / "head"))
    found = json.loads((tmp_path / "new" / "head" / JSON_FILE).read_text())
    assert found == {"chosen": 3e-4, "rates": RATES.tolist(), "losses": losses.tolist()}


@pytest.mark.parametrize("losses", [np.linspace(1, 0.5, 60), np.full(60, 0.7), np.linspace(0.5, 2, 60)])
def test_plot_shows_curve_and_chosen_rate(tmp_path: Path, losses: np.ndarray) -> None:
    write_sweep(Sweep(RATES, losses), "head", 3e-4, str(tmp_path))
    pixels = _pixels(tmp_path)
    assert pixels.shape == (736, 1280, 3)
    for colour, least in (((0, 0x72, 0xB2), 1000), ((0xC8, 0x55, 0x0B), 300)):
        assert (np.abs(pixels - colour).sum(axis=2) < 20).sum() > least


def test_chosen_rate_stands_where_it_belongs(tmp_path: Path) -> None:
    places = []
    for chosen in (1e-5, 1e-3):
        write_sweep(Sweep(RATES, np.linspace(1, 0.5, 60)), "head", chosen, str(tmp_path))
        is_mark = np.abs(_pixels(tmp_path) - (0xC8, 0x55, 0x0B)).sum(axis=2) < 20
        places.append(int(np.argmax(is_mark.sum(axis=0))))
    assert places[1] - places[0] == pytest.approx(1280 / 3, rel=0.15)


def test_same_sweep_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_sweep(Sweep(RATES, np.linspace(1, 0.5, 60)), "head", 1e-4, str(tmp_path / name))
    assert (tmp_path / "one" / PNG_FILE).read_bytes() == (tmp_path / "other" / PNG_FILE).read_bytes()


def test_chosen_rate_beyond_what_was_tried_is_no_error(tmp_path: Path) -> None:
    write_sweep(Sweep(RATES[:3], np.array([1.0, 1.1, 1.2])), "head", 0.5, str(tmp_path))
    assert _pixels(tmp_path).any()
