"""ImageExampleGen in Beam: groups, near-copies, weights and thumbnails, on data sets made for each."""

import shutil
from pathlib import Path

import pytest
import tensorflow as tf
from PIL import Image
from tfx.types import artifact_utils, standard_artifacts

from components import features
from components.example_gen import handfuls
from components.example_gen.examine import examine, read_as_examined
from components.example_gen.executor import _check_counts
from components.example_gen.judging.judgement import Judgement
from components.example_gen.judging.placement import Placement
from components.example_gen.sources import list_rows
from pipeline.errors import InputError
from pipeline.settings.data import ColumnsConfig, DataConfig, SplitConfig
from tests import pictures
from tests.components.example_gen.running import run

pytestmark = pytest.mark.slow
real_read = handfuls.read


def test_what_can_be_seen_is_set_aside_with_a_thumbnail(tmp_path: Path) -> None:
    root = pictures.class_folders(tmp_path / "data", ["cat", "dog"], 20)
    grey = pictures.encode(Image.new("RGB", (200, 100), "grey"), "PNG")
    (root / "cat" / "grey.png").write_bytes(grey)
    output = run(DataConfig(path=str(root)), tmp_path / "output")
    (entry,) = output.refused.values()
    assert (entry["path"], entry["kind"]) == ("cat/grey.png", "blank")
    with Image.open(output.quarantine / "thumbnails" / entry["thumbnail"]) as thumbnail:
        assert thumbnail.size == (96, 48)
    assert output.findings["blank"]["count"] == 1


def manifest(root: Path, count: int = 60) -> Path:
    """Pictures of twelve senders with a manifest: sender, place and weight."""
    pictures.class_folders(root, ["cat", "dog"], count)
    lines = ["path,label,sender,place,weight"]
    for label in ("cat", "dog"):
        lines += [
            f"{label}/{n:04}.png,{label},s{n % 12},{'in' if n % 2 else 'out'},{1 + n % 3}"
            for n in range(count)
        ]
    (root / "labels.csv").write_text("\n".join(lines))
    return root / "labels.csv"


def test_groups_columns_and_weights_of_a_manifest(tmp_path: Path) -> None:
    path = manifest(tmp_path / "data")
    config = DataConfig(
        path=str(path),
        columns=ColumnsConfig(group="sender"),
        split=SplitConfig(train=0.5, eval=0.2, test=0.3),
    )
    sides: dict[bytes, set[str]] = {}
    for split, example in run(config, tmp_path / "output").all():
        sides.setdefault(example["sender"], set()).add(split)
        number = int(example[features.PATH].decode()[4:8])
        assert example["place"] == (b"in" if number % 2 else b"out")
        assert example[features.WEIGHT] == 1 + number % 3
    assert len(sides) == 12
    assert all(len(side) == 1 for side in sides.values())


def test_adding_pictures_moves_none_of_the_old(tmp_path: Path) -> None:
    root = pictures.class_folders(tmp_path / "data", ["cat", "dog"], 40)
    config = DataConfig(path=str(root), split=SplitConfig(near_copies=True))

    def where() -> dict[bytes, str]:
        return {example[features.PATH]: split for split, example in run(config, tmp_path / "output").all()}

    before = where()
    shutil.rmtree(tmp_path / "output" / "examples")
    shutil.rmtree(tmp_path / "output" / "quarantine")
    for number in range(8):
        old = Image.open(root / "cat" / f"{number:04}.png")
        (root / "cat" / f"again {number}.bmp").write_bytes(pictures.encode(old, "BMP"))
    after = where()
    assert {path: after[path] for path in before} == before
    twins = [(after[b"cat/again %d.bmp" % n], after[b"cat/%04d.png" % n]) for n in range(8)]
    assert all(new == old for new, old in twins)
    assert len(after) == len(before) + 8


def test_picture_that_changes_while_it_is_read_is_one_line(tmp_path: Path) -> None:
    root = pictures.class_folders(tmp_path / "data", ["cat", "dog"], 20)
    row = next(row for row in list_rows(DataConfig(path=str(root))) if row.path == "cat/0000.png")
    entry = examine(row, DataConfig(path=str(root)))
    (root / "cat" / "0000.png").write_bytes(pictures.plain_png() + b"more")
    with pytest.raises(InputError, match="`cat/0000.png` changed while it was read"):
        read_as_examined(row, entry, DataConfig(path=str(root)))


@pytest.mark.parametrize(
    ("counted", "set_aside", "words"),
    [
        ({"train": 3, "eval": 1, "test": 1}, 0, "3 pictures belong into train, 2 were written"),
        ({"train": 1, "eval": 1, "test": 1}, 0, "1 pictures belong into train, 2 were written"),
        ({"train": 2, "eval": 1, "test": 1}, 1, "1 pictures were set aside, 0 of them written down"),
    ],
)
def test_lost_or_doubled_records_are_an_error(
    tmp_path: Path, counted: dict[str, int], set_aside: int, words: str
) -> None:
    examples = standard_artifacts.Examples()
    examples.uri = str(tmp_path)
    examples.split_names = artifact_utils.encode_split_names(list(features.SPLITS))
    for split, count in {"train": 2, "eval": 1, "test": 1}.items():
        (tmp_path / f"Split-{split}").mkdir()
        with tf.io.TFRecordWriter(str(tmp_path / f"Split-{split}" / "examples-0")) as writer:
            for _ in range(count):
                writer.write(b"record")
    counts = {split: {"cat": count} for split, count in counted.items()}
    judgement = Judgement([Placement(None, "dark")] * set_aside, [], counts)
    with pytest.raises(RuntimeError, match=words):
        _check_counts(examples, judgement, refused=0)


def test_lost_entries_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = pictures.class_folders(tmp_path / "data", ["cat", "dog"], 5)
    monkeypatch.setattr(handfuls, "read", lambda path: list(real_read(path))[1:])
    with pytest.raises(RuntimeError, match="10 rows went in, [0-9] entries came out"):
        run(DataConfig(path=str(root)), tmp_path / "output")
