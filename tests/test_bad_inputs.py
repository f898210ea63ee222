"""Each mistake costs a moment and one clear line: exit code 2, no traceback, nothing on stdout."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.workspace import Workspace
from tests import pictures
from tests.cli import check_one_clear_line, run_cli

Prepare = Callable[[Path], list[str]]
"""Makes the broken input in a folder; returns the arguments that lead to it."""


def data(**files: int) -> Prepare:
    """A data folder with that many files in each class."""

    def prepare(root: Path) -> list[str]:
        for label, count in files.items():
            (root / "data" / label).mkdir(parents=True)
            for index in range(count):
                (root / "data" / label / f"{index}.jpg").touch()
        return ["run", "--data", str(root / "data")]

    return prepare


def good(*arguments: str) -> Prepare:
    """A data folder that is right, and `arguments` that are not."""

    def prepare(root: Path) -> list[str]:
        pictures.class_folders(root / "data", ["cat", "dog"], 4)
        return ["run", "--data", str(root / "data"), *arguments]

    return prepare


def sample(*arguments: str) -> Prepare:
    """The sample data."""
    return lambda root: ["run", *arguments]


def threshold(name: str) -> Prepare:
    """The sample data, and a threshold on this slice."""
    return sample("--set", f"evaluator.thresholds=[{{metric: accuracy, at_least: 0, slice: '{name}'}}]")


def data_file(root: Path) -> list[str]:
    (root / "data").write_text("x")
    return ["run", "--data", str(root / "data")]


def loose_files(root: Path) -> list[str]:
    (root / "data").mkdir()
    (root / "data" / "a.jpg").touch()
    return ["run", "--data", str(root / "data")]


def empty_folder(root: Path) -> list[str]:
    (root / "data").mkdir()
    return ["run", "--data", str(root / "data")]


def circular_folder(root: Path) -> list[str]:
    (root / "data").symlink_to("data")
    return ["run", "--data", str(root / "data")]


def config(content: bytes) -> Prepare:
    def prepare(root: Path) -> list[str]:
        (root / "own.yaml").write_bytes(content)
        return ["run", str(root / "own.yaml")]

    return prepare


def workspace_file(root: Path) -> list[str]:
    (root / "workspace").touch()
    return good()(root)


def circular_workspace(root: Path) -> list[str]:
    (root / "workspace").symlink_to("workspace")
    return good()(root)


def predict(*arguments: str) -> Prepare:
    """A picture, and an empty folder `models`."""

    def prepare(root: Path) -> list[str]:
        (root / "a.jpg").write_bytes(pictures.jpeg())
        (root / "models").mkdir()
        return ["predict", *(text.replace("{root}", str(root)) for text in arguments)]

    return prepare


def broken_model(content: bytes) -> Prepare:
    """A picture, and a SavedModel that holds nothing but `content`."""

    def prepare(root: Path) -> list[str]:
        (root / "a.jpg").write_bytes(pictures.jpeg())
        (root / "model").mkdir()
        (root / "model" / "saved_model.pb").write_bytes(content)
        return ["predict", f"{root}/a.jpg", "--model", f"{root}/model"]

    return prepare


def reviewed(content: str) -> Prepare:
    """The sample data, and a reviewed schema."""

    def prepare(root: Path) -> list[str]:
        (root / "schema.pbtxt").write_text(content)
        return ["run", "--set", f"schema_gen.file={root}/schema.pbtxt"]

    return prepare


OURS: dict[str, tuple[Prepare, tuple[str, ...]]] = {
    "no such folder": (sample("--data", "no/such"), ("no such folder: `no/such`",)),
    "folder name too long": (sample("--data", "x" * 300), ("x" * 300,)),
    "no such home": (sample("--data", "~nosuchuser/a"), ("~nosuchuser/a",)),
    "folder name with line break": (sample("--data", "two\nlines"), ("no such folder", "two", "lines")),
    "data is a file": (data_file, ("data` is no folder",)),
    "data is a circular link": (circular_folder, ("data`",)),
    "empty folder": (empty_folder, ("data` holds no pictures",)),
    "files but no sub-folders": (loose_files, ("holds files but no sub-folders",)),
    "one class": (data(cat=9), ("one class only (`cat`)",)),
    "empty class": (data(cat=3, dog=0), ("dog` is empty",)),
    "class of two": (data(cat=3, dog=2), ("class `dog`", "2 file(s)", "3 splits")),
    "class with line break": (data(**{"c\nat": 3, "dog": 3}), (r"'c\nat'", "line break")),
    "unknown key": (good("--set", "trainr.dropout=1"), ("`trainr`", "Did you mean `trainer`?")),
    "unknown nested key": (sample("--set", "trainer.phases.0.epoch=1"), ("Did you mean `epochs`?",)),
    "out of range": (good("--set", "trainer.dropout=2"), ("`trainer.dropout`", "Received: 2")),
    "no =": (good("--set", "seed"), ("KEY=VALUE", "Received: 'seed'")),
    "value not YAML": (good("--set", "seed=["), ("--set seed", "Received: '['")),
    "value no date": (good("--set", "name=2024-13-45"), ("name", "2024-13-45")),
    "config missing": (sample("none.yaml"), ("`none.yaml` cannot be read: No such file",)),
    "config is a folder": (sample("pipeline"), ("`pipeline` cannot be read: Is a directory",)),
    "config not YAML": (config(b"a: [1\nb"), ("own.yaml` is not YAML",)),
    "config not text": (config(b"\xff\xd8\xff"), ("own.yaml` is not YAML",)),
    "config empty": (config(b""), ("must hold `key: value` lines", "Received: None")),
    "config without data": (config(b"seed: 1"), ("`data`: path must say where", "--data PATH")),
    "unknown backbone": (
        good("--set", "backbone.name=vgg"),
        ("must be one of efficientnet_lite0", "Received: 'vgg'"),
    ),
    "unknown stage": (
        sample("--set", "trainer.phases.1.unfreeze=block_99"),
        ("trainer.phases.unfreeze", "stem", "Received: 'block_99'"),
    ),
    "unknown slice": (good("--set", "evaluator.slices=[colour]"), ("slice `colour`", "It has: size_bucket")),
    "unknown slice of the sample": (
        sample("--set", "evaluator.slices=[colour]"),
        ("slice `colour`", "It has: cell_type"),
    ),
    "unknown slice of a threshold": (threshold("colour=red"), ("slice `colour`",)),
    "threshold on no slice": (threshold("label"), ("overall", "column=value", "Received: 'label'")),
    "threshold on a value that is not there": (threshold("label=nosuch"), ("`label` has: defective, f",)),
    "threshold on a part of all": (threshold("overall=5"), ("slice `overall`", "It has: cell_type")),
    "slice of all": (sample("--set", "evaluator.slices=[overall]"), ("slice `overall`", "always reported")),
    "phases out of order": (sample("--set", "trainer.phases.0.unfreeze=stem"), ("from the top down",)),
    "unknown node": (good("--to", "Traner"), ("no node `Traner`", "Trainer")),
    "nodes out of order": (good("--from", "Pusher", "--to", "Augment"), ("--to Augment comes before",)),
    "data path no text": (sample("--data", os.fsdecode(b"\xe9")), (r"the path of the data, `\xe9`",)),
    "workspace no text": (good("--workspace", os.fsdecode(b"\xe9")), ("path of the workspace", "no UTF-8")),
    "workspace is a file": (workspace_file, ("workspace`", "cannot be written", "--workspace DIR")),
    "workspace is a circular link": (circular_workspace, ("workspace`",)),
    "workspace below a file": (good("--workspace", "/dev/null/w"), ("cannot be written", "--workspace DIR")),
    "predict on nothing": (predict("{root}/none.jpg"), ("no such file or folder", "none.jpg")),
    "predict on a name too long": (predict("x" * 300), ("x" * 300,)),
    "predict on a name that is no text": (predict(os.fsdecode(b"odd\xff.jpg")), (r"odd\udcff.jpg",)),
    "predict on an empty folder": (predict("{root}/models"), ("no pictures in",)),
    "predict before a run": (predict("{root}/a.jpg"), ("no model was pushed", "Run the pipeline first")),
    "predict with no model": (
        predict("{root}/a.jpg", "--model", "{root}/models"),
        ("models` holds no SavedModel", "--model"),
    ),
    "predict with a missing model": (predict("{root}/a.jpg", "--model", "{root}/none"), ("no SavedModel",)),
    "predict with a model's name too long": (predict("{root}/a.jpg", "--model", "x" * 300), ("x" * 300,)),
    "predict with an empty model": (broken_model(b""), ("model` cannot be loaded", "--model")),
    "predict with a cut model": (broken_model(b"\x08\x01\x12\xff\xff\x03\n"), ("model` cannot be loaded",)),
    "schema file missing": (
        sample("--set", "schema_gen.file=none.pbtxt"),
        ("schema `none.pbtxt` cannot be read: No such file", "pipeline_runner.py schema"),
    ),
    "schema file not a schema": (reviewed("feature { nme: 'a' }"), ("no schema in text form: at 1:11",)),
    "schema of other columns": (
        reviewed("feature { name: 'label' type: BYTES }"),
        ("does not describe `width`", "`cell_type`", "Run once without schema_gen.file"),
    ),
    "schema before a run": (lambda root: ["schema"], ("holds no run", "pipeline_runner.py run")),
    "schema over a file": (
        lambda root: ["schema", "--output", "README.md"],
        ("`README.md` is there already", "--force"),
    ),
}

USAGE = {
    "unknown option": (["run", "--colour", "red"], "--colour"),
    "unknown command": (["train"], "train"),
    "option without value": (["run", "--data"], "--data"),
    "too many arguments": (["run", "a.yaml", "b.yaml"], "b.yaml"),
    "predict without paths": (["predict"], "paths"),
    "top of none": (["predict", "--top", "0", "a.jpg"], "--top"),
    "top not a number": (["predict", "--top", "many", "a.jpg"], "--top"),
}


@pytest.mark.parametrize("mistake", OURS)
def test_bad_input(tmp_path: Path, mistake: str) -> None:
    prepare, words = OURS[mistake]
    arguments = prepare(tmp_path)
    if "--workspace" not in arguments:
        arguments += ["--workspace", str(tmp_path / "workspace")]
    done = run_cli(*arguments)
    check_one_clear_line(done, words)


@pytest.mark.parametrize("mistake", USAGE)
def test_bad_usage(mistake: str) -> None:
    arguments, word = USAGE[mistake]
    done = run_cli(*arguments)
    assert "Traceback" not in done.stderr
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert word in done.stderr.splitlines()[-1]


def test_workspace_of_another_run(tmp_path: Path) -> None:
    with Workspace(tmp_path / "workspace").locked():
        done = run_cli(*good()(tmp_path), "--workspace", str(tmp_path / "workspace"))
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: another run is at work in workspace")
    assert len(done.stderr.splitlines()) == 1
    assert os.listdir(tmp_path / "workspace") == [".lock"]


def test_mistake_leaves_no_workspace(tmp_path: Path) -> None:
    assert run_cli("run", "--data", "no/such", "--workspace", str(tmp_path / "w")).returncode == 2
    assert os.listdir(tmp_path) == []
