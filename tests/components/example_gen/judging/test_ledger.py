"""What was placed once is remembered: whole, for each way to split, and for pictures that went away."""

from pathlib import Path

import pytest

from components.example_gen.judging.ledger import Ledger, notes
from components.example_gen.judging.placement import CARVED, GIVEN, Placement
from pipeline.errors import InputError
from pipeline.settings.data import ColumnsConfig, DataConfig, SplitConfig
from tests.components.example_gen.judging.entries import entry

CONFIG = DataConfig(path="pictures")
CAT, DOG = entry("cat"), entry("dog")


def test_fresh_ledger_knows_nothing(tmp_path: Path) -> None:
    assert Ledger(str(tmp_path / "new"), CONFIG).read() == {}
    assert not (tmp_path / "new").exists()


def test_remembers_what_was_placed_and_not_what_was_set_aside(tmp_path: Path) -> None:
    Ledger(str(tmp_path), CONFIG).add([CAT, DOG], [Placement("test"), Placement(None, "dark")], known={})
    assert Ledger(str(tmp_path), CONFIG).read() == {CAT.image_id: Placement("test")}


def test_pictures_that_went_away_keep_their_place(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path), CONFIG)
    ledger.add([CAT], [Placement("test")], known={})
    ledger.add([DOG], [Placement("train")], known=ledger.read())
    assert ledger.read() == {CAT.image_id: Placement("test"), DOG.image_id: Placement("train")}


@pytest.mark.parametrize(
    "other",
    [
        DataConfig(path="pictures", split=SplitConfig(seed=1)),
        DataConfig(path="pictures", split=SplitConfig(near_copies=True)),
        DataConfig(path="pictures", columns=ColumnsConfig(group="sender")),
    ],
)
def test_another_way_to_split_has_its_own(tmp_path: Path, other: DataConfig) -> None:
    Ledger(str(tmp_path), CONFIG).add([CAT], [Placement("test")], known={})
    assert Ledger(str(tmp_path), other).read() == {}


def test_other_settings_share_it(tmp_path: Path) -> None:
    Ledger(str(tmp_path), CONFIG).add([CAT], [Placement("test")], known={})
    assert Ledger(str(tmp_path), DataConfig(path="more", max_pixels=9)).read() == {
        CAT.image_id: Placement("test")
    }


def test_origin_is_remembered(tmp_path: Path) -> None:
    carved, said = Placement("test", origin=CARVED), Placement("train", origin=GIVEN)
    Ledger(str(tmp_path), CONFIG).add([CAT, DOG], [carved, said], known={})
    assert Ledger(str(tmp_path), CONFIG).read() == {CAT.image_id: carved, DOG.image_id: said}


def test_older_ledger_says_nothing_of_the_origin(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path), CONFIG)
    ledger.add([CAT], [Placement("test")], known={})
    (path,) = tmp_path.iterdir()
    path.write_text(f"{CAT.image_id.hex()} test\n")
    assert ledger.read() == {CAT.image_id: Placement("test")}


@pytest.mark.parametrize(
    "damage",
    [
        b"\0" * 100,
        b"\xff\xfe",
        b"\n",
        CAT.image_id.hex().encode(),
        CAT.image_id.hex().encode() + b" tra",
        CAT.image_id.hex().encode() + b" train dra",
        CAT.image_id.hex().encode()[:40] + b" train drawn",
        b"zz" * 32 + b" train drawn",
    ],
)
def test_damaged_ledger_is_one_line(tmp_path: Path, damage: bytes) -> None:
    ledger = Ledger(str(tmp_path), CONFIG)
    ledger.add([DOG], [Placement("test")], known={})
    (path,) = tmp_path.iterdir()
    with path.open("ab") as file:
        file.write(damage)
    with pytest.raises(
        InputError, match=r"\.txt` line 2: the ledger of splits is damaged\. Put a copy"
    ) as caught:
        ledger.read()
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("turned", [False, True])
def test_of_copies_the_one_that_was_taken_out_of_train_is_remembered(turned: bool) -> None:
    pair = [
        (entry("a", content="x"), Placement("test", origin=CARVED)),
        (entry("b", content="x"), Placement("test")),
    ]
    entries, placements = zip(*(reversed(pair) if turned else pair), strict=True)
    assert list(notes(entries, placements, {}).values()) == [pair[0][1]]


def test_unfinished_write_leaves_the_old_one(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path), CONFIG)
    ledger.add([CAT], [Placement("test")], known={})
    broken = [Placement("train"), None]
    with pytest.raises(AttributeError):
        ledger.add([CAT, DOG], broken, known={})  # type: ignore[arg-type]
    assert ledger.read() == {CAT.image_id: Placement("test")}
    assert [path.suffix for path in tmp_path.iterdir()] == [".txt"]
