"""ImageExampleGen in Beam, in this process: what goes in comes out, as an example or as a refusal."""

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

from components import features
from components.example_gen import executor
from components.example_gen.component import ImageExampleGenDriver, build
from components.example_gen.judging.split import split_of
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig
from tests import pictures
from tests.components.example_gen.running import TWO_WORKERS, Output, run, value

pytestmark = pytest.mark.slow
BROKEN = (
    "truncated.jpg",
    "truncated.png",
    "nothing.png",
    "text.jpg",
    "png.jpg",
    "animated.gif",
    "float.tiff",
)
TORN = "a\u2028b\u2029c\x85d.png"
"""What other tools than JSON take for ends of lines."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of 30 good pictures, copies under other names, links, and everything broken."""
    folder = tmp_path_factory.mktemp("data")
    root = pictures.class_folders(folder / "pictures", ["cat", "big dög's"], 30)
    for name in BROKEN:
        (root / "cat" / name).write_bytes(pictures.ODD_FORMS[name]())
    (root / "cat" / TORN).touch()
    for index in range(5):
        copied = (root / "cat" / f"{index:04}.png").read_bytes()
        (root / "cat" / f"copy {index}\nof.png").write_bytes(copied)
    (root / "big dög's" / "rotated.jpg").write_bytes(pictures.rotated_jpeg())
    with open(os.fsencode(root / "cat") + b"/\xff.png", "wb") as file:
        file.write(pictures.grey_png())
    pictures.class_folders(folder, ["outside"], 1)
    (root / "cat" / "out.png").symlink_to(folder / "outside" / "0000.png")
    (root / "cat" / "out").symlink_to(folder / "outside")
    (root / "cat" / "inside.png").symlink_to("0007.png")
    (root / "cat" / "gone.png").symlink_to("no such file.png")
    return root


@pytest.fixture(scope="module")
def output(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Output:
    return run(DataConfig(path=str(data), max_quarantined_share=0.2), tmp_path_factory.mktemp("output"))


def test_nothing_is_lost(data: Path, output: Output) -> None:
    files = [name for where, folders, names in os.walk(os.fsencode(data)) for name in names]
    written = sum(len(examples) for examples in output.examples.values())
    assert written == 30 + 30 + 5 + 1 + 1 + 1
    assert written + len(output.refused) == len(files) + 1, "the link to a folder is an entry, too"


def test_counts_are_those_of_the_records(output: Output) -> None:
    counted: dict[str, dict[str, int]] = {split: {} for split in features.SPLITS}
    for split, example in output.all():
        label = example[features.LABEL].decode()
        counted[split][label] = counted[split].get(label, 0) + 1
    assert features.get_counts(output.artifact) == counted
    assert output.artifact.get_string_custom_property("file_format") == "tfrecords_gzip"
    assert set(output.artifact.splits) == set(features.SPLITS)


def test_quarantine_says_what_and_why(output: Output) -> None:
    assert set(output.refused) == {*(f"cat/{name}" for name in (*BROKEN, TORN, "out.png", "out", "gone.png"))}
    for entry in output.refused.values():
        assert set(entry) == {"path", "label", "kind", "reason", "thumbnail"}
        assert entry["label"] == "cat"
        assert entry["reason"]
        assert entry["kind"]
        assert entry["thumbnail"] is None
    reasons = {path.removeprefix("cat/"): entry["reason"] for path, entry in output.refused.items()}
    assert "0 bytes" in reasons["nothing.png"]
    assert "is PNG" in reasons["png.jpg"]
    assert reasons["out.png"] == reasons["out"] == "a link that leads out of the data folder"
    assert "No such file" in reasons["gone.png"]


def test_copies_stand_in_one_split(output: Output) -> None:
    splits: dict[bytes, list[str]] = {}
    for split, example in output.all():
        splits.setdefault(example[features.IMAGE_ID], []).append(split)
    copied = [where for where in splits.values() if len(where) > 1]
    assert len(copied) == 6, "five copies, and a link inside"
    assert all(len(set(where)) == 1 for where in copied)


def test_features_of_an_example(data: Path, output: Output) -> None:
    for split, example in output.all():
        assert set(example) == set(features.RAW_FEATURES)
        assert split == split_of(example[features.IMAGE_ID].decode(), DataConfig(path="x").split)
    by_path = {example[features.PATH].decode(): example for _, example in output.all()}
    file = data / "cat" / "0000.png"
    plain = by_path["cat/0000.png"]
    assert plain[features.IMAGE] == file.read_bytes()
    assert plain[features.IMAGE_ID].decode() == hashlib.sha256(file.read_bytes()).hexdigest()
    assert plain[features.LABEL] == b"cat"
    assert (plain[features.WIDTH], plain[features.HEIGHT], plain[features.CHANNELS]) == (*pictures.SIZE, 3)
    assert 0.3 < plain[features.BRIGHTNESS] < 0.7
    turned = by_path["big dög's/rotated.jpg"]
    assert (turned[features.WIDTH], turned[features.HEIGHT]) == (16, 32)
    original = (data / "big dög's" / "rotated.jpg").read_bytes()
    assert turned[features.IMAGE_ID].decode() == hashlib.sha256(original).hexdigest()
    assert by_path["cat/\\xff.png"][features.CHANNELS] == 1
    assert "cat/copy 0\nof.png" in by_path


def test_same_bytes_again(data: Path, output: Output, tmp_path: Path) -> None:
    again = run(DataConfig(path=str(data), max_quarantined_share=0.2), tmp_path)
    assert again.examples == output.examples
    assert again.refused == output.refused


def test_too_large_a_quarantined_share(tmp_path: Path) -> None:
    root = pictures.class_folders(tmp_path / "data", ["cat", "dog"], 8)
    for index in range(4):
        (root / "cat" / f"broken{index}.png").write_bytes(pictures.truncated_png())
    with pytest.raises(
        InputError, match="4 of 20 files cannot be used.*0.19.*4x truncated.*'cat/broken0.png'"
    ):
        run(DataConfig(path=str(root), max_quarantined_share=0.19), tmp_path / "strict")


def test_class_without_a_readable_picture(tmp_path: Path) -> None:
    root = pictures.class_folders(tmp_path / "data", ["cat", "dog"], 8)
    for file in (root / "dog").iterdir():
        file.write_bytes(pictures.text())
    with pytest.raises(InputError, match="class `dog` has no readable picture in the train split"):
        run(DataConfig(path=str(root), max_quarantined_share=1), tmp_path / "output")


def test_driver_notices_changes(tmp_path: Path) -> None:
    root = pictures.class_folders(tmp_path / "data", ["cat", "dog"], 3)
    driver = ImageExampleGenDriver.__new__(ImageExampleGenDriver)
    properties = {"data": DataConfig(path=str(root)).model_dump_json(), "version": "1"}
    prints = []
    for _ in range(2):
        resolved = driver.resolve_exec_properties(properties, None, None)
        assert resolved["data"] == properties["data"]
        prints.append(resolved["input_fingerprint"])
    (root / "cat" / "new.png").write_bytes(pictures.plain_png())
    prints.append(driver.resolve_exec_properties(properties, None, None)["input_fingerprint"])
    assert prints[0] == prints[1] != prints[2]


def test_node_has_both_outputs() -> None:
    node = build(DataConfig(path="pictures"), "ledger")
    assert set(node.outputs) == {"examples", "quarantine"}
    assert DataConfig.model_validate_json(node.exec_properties["data"]) == DataConfig(path="pictures")


def test_two_worker_processes_write_the_same(data: Path, output: Output, tmp_path: Path) -> None:
    again = run(DataConfig(path=str(data), max_quarantined_share=0.2), tmp_path, TWO_WORKERS)
    assert again.refused == output.refused
    for split in features.SPLITS:
        ours, theirs = (
            [value(example, features.PATH) for example in one.examples[split]] for one in (output, again)
        )
        assert sorted(ours) == sorted(theirs)


def test_what_a_lost_worker_left_is_no_record(tmp_path: Path) -> None:
    """Beam begins its work again, in another folder, and the first one stays."""
    examples = standard_artifacts.Examples()
    examples.uri = str(tmp_path)
    examples.split_names = '["train", "eval", "test"]'
    for split in features.SPLITS:
        with tf.io.TFRecordWriter(
            str(_made(tmp_path / f"Split-{split}") / "examples-00000-of-00001")
        ) as file:
            file.write(b"a record")
        half = _made(tmp_path / f"Split-{split}" / "beam-temp-examples-1a2b") / "shard"
        half.write_bytes(b"half a record")
    judgement: Any = SimpleNamespace(counts={split: {"cat": 1} for split in features.SPLITS}, set_aside=0)
    executor._check_counts(examples, judgement, 0)
    assert {path.name for path in tmp_path.glob("*/*")} == {"examples-00000-of-00001"}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_nothing_but_the_artifacts_is_left(output: Output) -> None:
    assert {path.name for path in output.quarantine.iterdir()} == {
        "quarantine.jsonl",
        "findings.json",
        "thumbnails",
    }
