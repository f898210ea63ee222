"""The made-up pictures: as many as asked for, all different, the same every time; and the table."""

import hashlib
from pathlib import Path

from benchmarks.ingestion import LOOP, OURS, lines, make_pictures


def digests(folder: Path) -> dict[str, str]:
    files = sorted(folder.glob("*/*.jpg"))
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_pictures_are_added_to_those_there_are(tmp_path: Path) -> None:
    make_pictures(tmp_path / "one", 6)
    first = digests(tmp_path / "one")
    assert len(set(first.values())) == 6
    make_pictures(tmp_path / "one", 10)
    grown = digests(tmp_path / "one")
    assert len(grown) == 10
    assert first.items() <= grown.items()
    make_pictures(tmp_path / "other", 10)
    assert digests(tmp_path / "other") == grown


def test_a_line_for_each_size() -> None:
    rows = {
        count: {
            OURS: {"pictures": count, "seconds": count / 400, "peak_mib": 900 + count / 100},
            LOOP: {"pictures": count, "seconds": count / 4000, "peak_mib": 100},
        }
        for count in (1000, 10_000)
    }
    assert lines(rows) == [
        ["1,000", "400/s", "4,000/s", "0.10", "910 MiB", "1.00"],
        ["10,000", "400/s", "4,000/s", "0.10", "1,000 MiB", "1.10"],
    ]
