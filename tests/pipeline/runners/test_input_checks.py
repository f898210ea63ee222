"""What is asked before a run, of a config and the rows that it leads to."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.runners.input_checks import check_input


def _manifest(folder: Path) -> Path:
    """Cats in the north, dogs in the south, hens nowhere."""
    for number in range(12):
        (folder / f"{number}.jpg").touch()
    lines = ["path,label,site"]
    lines += [f"{number}.jpg,cat,north" for number in range(4)]
    lines += [f"{number}.jpg,dog,south" for number in range(4, 8)]
    lines += [f"{number}.jpg,hen," for number in range(8, 12)]
    (folder / "pictures.csv").write_text("\n".join(lines))
    return folder / "pictures.csv"


def config(folder: Path, **sections: Any) -> Config:
    return Config.model_validate({"data": {"path": str(_manifest(folder))}, **sections})


def _threshold(name: str) -> dict[str, Any]:
    return {"thresholds": [{"metric": "accuracy", "at_least": 0.5, "slice": name}]}


@pytest.mark.parametrize(
    "evaluator",
    [
        {},
        {"slices": ["site", "label", ["site", "orientation"]]},
        {"thresholds": []},
        _threshold("site=north"),
        _threshold("site="),
        _threshold("label=hen"),
        _threshold("site=south,label=dog,size_bucket=large"),
    ],
)
def test_slices_of_the_data(tmp_path: Path, evaluator: dict[str, Any]) -> None:
    check_input(config(tmp_path, evaluator=evaluator))


@pytest.mark.parametrize(
    ("evaluator", "text"),
    [
        ({"slices": ["Site"]}, "names slice `Site`.* It has: site, size_bucket"),
        (_threshold("site=west"), "no picture lies in slice `site=west`. `site` has: '', north, south"),
        (_threshold("label=cow"), "`label` has: cat, dog, hen"),
        (_threshold("site=south,label=cat"), "none for all of them"),
        (_threshold("label"), "column=value"),
    ],
)
def test_slices_that_the_data_does_not_have(tmp_path: Path, evaluator: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        check_input(config(tmp_path, evaluator=evaluator))


def test_class_folder_that_is_no_text(tmp_path: Path) -> None:
    for name in (b"caf\xe9", b"tea"):
        folder = tmp_path / "data" / name.decode("utf-8", "surrogateescape")
        folder.mkdir(parents=True)
        for number in range(4):
            (folder / f"{number}.jpg").touch()
    for label in ("caf\\xe9", "tea"):
        sections = {"data": {"path": str(tmp_path / "data")}, "evaluator": _threshold(f"label={label}")}
        check_input(Config.model_validate(sections))


def test_phases_must_go_down(tmp_path: Path) -> None:
    phases = [{"name": name, "epochs": 1, "unfreeze": stage} for name, stage in (("a", "top"), ("b", "head"))]
    with pytest.raises(InputError, match="from the top down"):
        check_input(config(tmp_path, trainer={"phases": phases}))


def test_depths_of_the_tuner_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="^`tuner.unfreeze` must be head, a share from 1% to 100%"):
        check_input(config(tmp_path, tuner={"trials": 9, "unfreeze": ["head", "block_99"]}))
    for tuner in ({"unfreeze": ["block_99"]}, {"trials": 9, "search": ["dropout"], "unfreeze": ["block_99"]}):
        check_input(config(tmp_path, tuner=tuner))


def test_weights_are_asked_for_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    sections = {"data": {"path": str(tmp_path / "no" / "such")}, "backbone": {"name": "resnet50"}}
    with pytest.raises(InputError, match="weights of backbone `resnet50` must lie in Keras' cache"):
        check_input(Config.model_validate(sections))


def _given_splits(folder: Path, *splits: str) -> Path:
    """A picture a class, each in the split that is given."""
    lines = ["path,label,split"]
    for number, split in enumerate(splits):
        (folder / f"{number}.jpg").touch()
        lines.append(f"{number}.jpg,class{number},{split}")
    (folder / "split.csv").write_text("\n".join(lines))
    return folder / "split.csv"


def test_more_classes_than_pictures_to_train_on(tmp_path: Path) -> None:
    path = _given_splits(tmp_path, "train", "train", "test", "eval")
    with pytest.raises(
        InputError, match="split.csv` has 4 classes and only 2 pictures to train on.*given to ignore"
    ):
        check_input(Config.model_validate({"data": {"path": str(path)}}))


def test_as_many_classes_as_pictures_to_train_on(tmp_path: Path) -> None:
    path = _given_splits(tmp_path, "train", "train", "train", "test")
    content = path.read_text().replace("class3", "class0")
    path.write_text(content)
    check_input(Config.model_validate({"data": {"path": str(path)}}))


def test_flags_that_beam_does_not_know(tmp_path: Path) -> None:
    check_input(config(tmp_path, beam={"flags": ["--runner=FlinkRunner", "--parallelism=2"]}))
    with pytest.raises(InputError, match="beam.flags: Beam knows no --paralelism=2"):
        check_input(config(tmp_path, beam={"flags": ["--paralelism=2"]}))
    check_input(config(tmp_path, beam={"flags": ["--direct_running_mode=multi_processing"]}))
