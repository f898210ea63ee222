"""The model is asked where it looks in the likeliest wrong labels, in whatever split they are."""

from pathlib import Path

import pytest
import tensorflow as tf
from tfx.types import artifact_utils, standard_artifacts

from components.heat_file import LOOKED_AT, read_heat
from components.label_check.look import look_at_suspects
from components.label_check.suspects import Label
from tests.components.evaluator.told import artifact, model
from tests.components.test_heat import write_pictures

SPLITS = ("train", "eval", "test")


def _examples(folder: Path, pictures: int) -> standard_artifacts.Examples:
    for split in SPLITS:
        (folder / f"Split-{split}").mkdir(parents=True)
        content = {f"{split}/{number}.jpg": b"x" * number for number in range(1, pictures + 1)}
        write_pictures(folder / f"Split-{split}" / "pictures.gz", content)
    examples = artifact(standard_artifacts.Examples, folder, 1)
    examples.split_names = artifact_utils.encode_split_names(list(SPLITS))
    return examples


def _label(split: str, number: int, rank: int) -> Label:
    return Label(f"{split}/{number}.jpg", "cat", split, wrong=0.9, rank=rank)


@pytest.mark.slow
def test_the_first_suspects_are_looked_at_in_every_split(tmp_path: Path) -> None:
    saved = str(Path(model(tmp_path / "model", ["cat"], "guess", 2).uri) / "Format-Serving")
    examples = _examples(tmp_path / "examples", pictures=10)
    places = [(split, number) for number in range(1, 10) for split in SPLITS]
    labels = [_label(*place, rank) for rank, place in enumerate(places, 1)]
    others = [Label(f"{split}/10.jpg", "cat", split) for split in SPLITS]
    look_at_suspects([*others, *reversed(labels)], saved, examples, str(tmp_path))
    found = read_heat(str(tmp_path))
    assert set(found) == {each.path for each in labels[:LOOKED_AT]}
    assert found["train/3.jpg"][0, 1] == pytest.approx(0.3, abs=1e-3)


@pytest.mark.slow
def test_without_suspects_and_without_explanations_there_is_nothing_to_see(tmp_path: Path) -> None:
    examples = _examples(tmp_path / "examples", pictures=1)
    look_at_suspects([Label("train/1.jpg", "cat", "train")], "no model is loaded", examples, str(tmp_path))
    assert read_heat(str(tmp_path)) == {}
    tf.saved_model.save(tf.Module(), str(tmp_path / "mute"))
    look_at_suspects([_label("eval", 1, 1)], str(tmp_path / "mute"), examples, str(tmp_path))
    assert read_heat(str(tmp_path)) == {}
