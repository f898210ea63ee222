"""What a model says of the splits that it was trained under."""

from pathlib import Path

from components.trained_splits import read_splits, write_splits
from pipeline.settings.data import DataConfig


def test_what_was_noted_is_read(tmp_path: Path) -> None:
    assert read_splits(str(tmp_path)) is None
    write_splits(str(tmp_path), "0123456789abcdef")
    assert read_splits(str(tmp_path)) == "0123456789abcdef"


def test_another_way_is_another_one() -> None:
    base = {"path": "pictures"}
    ways = [
        DataConfig.model_validate({**base, **other}).way_of_splitting
        for other in (
            {},
            {"split": {"seed": 1}},
            {"split": {"given": "ignore"}},
            {"split": {"near_copies": True}},
            {"columns": {"group": "patient"}},
            {"path_pattern": "(?P<patient>[0-9]+)_"},
        )
    ]
    assert len(set(ways)) == len(ways)
    # More pictures from elsewhere are split alike.
    assert DataConfig(path="other", share=0.5).way_of_splitting == ways[0]
