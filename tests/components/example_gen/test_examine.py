"""One row examined: an entry in any case, with its reason where there is no picture."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from components import features
from components.example_gen.entry import Entry
from components.example_gen.examine import examine, examine_all
from components.example_gen.files import Place
from components.example_gen.rows import Row
from pipeline.paths import printable
from pipeline.settings.data import DataConfig
from tests import pictures

pytestmark = pytest.mark.slow
CONFIG = DataConfig(path="pictures")


def row(root: Path, path: str) -> Row:
    return Row(Place(str(root), path), path, "cat", split="test", group="g", span=3)


def examined(root: Path, path: str, content: bytes | None = None, config: DataConfig = CONFIG) -> Entry:
    if content is not None:
        (root / path).write_bytes(content)
    return examine(row(root, path), config)


@pytest.mark.parametrize("name", pictures.ODD_FORMS)
def test_every_odd_form_is_an_entry_that_survives_its_line(tmp_path: Path, name: str) -> None:
    entry = examined(tmp_path, name, pictures.ODD_FORMS[name]())
    assert (entry.path, entry.label, entry.split, entry.group, entry.span) == (name, "cat", "test", "g", 3)
    assert (entry.reason is None) == bool(entry.thumbnail) == bool(entry.features)
    assert entry.reason is None or entry.kinds
    assert Entry.from_json(entry.to_json()) == entry


def test_measures_go_along(tmp_path: Path) -> None:
    entry = examined(tmp_path, "a.png", pictures.encode(pictures.noise(size=(300, 100)), "PNG"))
    values = dict(entry.features)
    assert set(values) == set(features.RAW_FEATURES) - {"image", "label", "path", "image_id", "weight"}
    assert (values["width"], values["height"], values["orientation"]) == (300, 100, "landscape")


@pytest.mark.parametrize(
    ("config", "kind"),
    [(DataConfig(path="x", max_bytes=9), "too_large"), (DataConfig(path="x", max_pixels=9), "too_large")],
)
def test_limits_come_from_the_config(tmp_path: Path, config: DataConfig, kind: str) -> None:
    entry = examined(tmp_path, "a.png", pictures.plain_png(), config)
    assert entry.kinds == (kind,)
    assert "9" in str(entry.reason)


def test_missing_and_circular_links(tmp_path: Path) -> None:
    (tmp_path / "circle.png").symlink_to("circle.png")
    (tmp_path / "gone.png").symlink_to("nowhere.png")
    assert examined(tmp_path, "circle.png").kinds == ("missing",)
    assert "No such file" in str(examined(tmp_path, "gone.png").reason)


@pytest.mark.parametrize("path", ["../outside.png", "link.png"])
def test_nothing_outside_of_the_root_is_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.png").write_bytes(pictures.plain_png())
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.png").symlink_to("../outside.png")
    entry = examined(root, path)
    assert entry.kinds == ("outside",)
    assert entry.image_id == b""


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    entries: list[Entry] = []
    thread = threading.Thread(target=lambda: entries.append(examined(tmp_path, "pipe.png")), daemon=True)
    thread.start()
    thread.join(10)
    is_waiting = thread.is_alive()
    if is_waiting:
        os.close(os.open(tmp_path / "pipe.png", os.O_WRONLY))
        thread.join(30)
    assert not is_waiting
    assert entries[0].kinds == ("outside",)


def test_threads_keep_the_order(tmp_path: Path) -> None:
    names = [f"{number:03}.png" for number in range(40)]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(pictures.encode(pictures.noise(number), "PNG"))
    with ThreadPoolExecutor(4) as pool:
        entries = list(examine_all([row(tmp_path, name) for name in names], CONFIG, pool))
    assert [entry.path for entry in entries] == names


def test_group_out_of_a_path_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(pictures.plain_png())
    entry = examine(replace(row(tmp_path, "a.png"), group=os.fsdecode(b"\xff7")), CONFIG)
    assert entry.group == "\\xff7"
    assert len(entry.standing) == 32


def test_printable_keeps_text_and_escapes_bytes() -> None:
    assert printable("é\n") == "é\n"
    assert printable(os.fsdecode(b"\xff")) == "\\xff"
