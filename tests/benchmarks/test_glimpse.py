"""What is compared of policies on several trunks."""

from pathlib import Path
from typing import Any

from benchmarks.glimpse import draw, lines


def _row(glimpses: int, is_reached: bool, right: float = 0.8) -> dict[str, Any]:
    return {"glimpses": glimpses, "is_reached": is_reached, "curve": [[0, 0.5], [glimpses, right]]}


def test_a_way_that_got_there_in_the_share_of_one_that_did_not() -> None:
    reached = {"frozen": [_row(2048, True), _row(4096, True)], "from nothing": [_row(16384, False, 0.7)] * 2}
    frozen, nothing = lines(reached)
    assert frozen == ["frozen", "3072 ± 1448", "at most 0.19", "0.800 ± 0.000"]
    assert nothing == ["from nothing", "more than 16384", "", "0.700 ± 0.000"]


def test_a_way_that_got_there_only_sometimes_needs_more() -> None:
    ((_, needed, share, _),) = lines({"frozen": [_row(2048, True), _row(16384, False)]})
    assert (needed, share) == ("more than 2048", "")


def test_draw(tmp_path: Path) -> None:
    draw({"frozen": [_row(2048, True)], "from nothing": [_row(4096, False)]}, tmp_path / "glimpse.png")
    assert (tmp_path / "glimpse.png").stat().st_size > 1000
