"""The formats beside a pushed model against the SavedModel, over the whole test split.

    .venv/bin/python -m benchmarks.exports
    .venv/bin/python -m benchmarks.exports --data pictures --set preset=fast

One run trains, pushes and exports. Then every format is asked about every picture of test, and so is the
SavedModel, through the signature that servers call: labels, probabilities, accuracy. For speed, all take
turns at the same pixels, one picture at a time as a phone does, and 32 at a time: decoding and resizing,
which the SavedModel alone can do, are left out.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import plots, results, runs
from benchmarks.splits import read_examples
from components import features
from components.exports.agreement import compare
from components.exports.exports_file import FOLDER, read_exports
from components.exports.formats import FORMATS, Answers
from components.exports.pixel_model import PixelModel

SAVED_MODEL = "SavedModel"
ONE, MANY = 1, 32
"""Pictures at a time."""


@dataclass(frozen=True)
class Way:
    """One format.

    Attributes:
        answers: pixels to probabilities.
        bytes: that have to be there for it.
    """

    answers: Answers
    bytes: int


def ways_of(model: PixelModel, version: Path) -> dict[str, Way]:
    """The SavedModel, and all that lies beside it."""
    files = [path for path in version.rglob("*") if path.is_file() and "assets.extra" not in path.parts]
    ways = {SAVED_MODEL: Way(model.answers, sum(path.stat().st_size for path in files))}
    for export in read_exports(version):
        content = (version / FOLDER / export["file"]).read_bytes()
        ways[export["format"]] = Way(FORMATS[export["format"]].load(content), len(content))
    return ways


def judged(
    model: PixelModel, ways: Mapping[str, Way], contents: Sequence[bytes], labels: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Every format on every picture: agreement with what is served, and accuracy."""
    served: list[np.ndarray] = []
    found: dict[str, list[np.ndarray]] = {name: [] for name in ways}
    for start in range(0, len(contents), MANY):
        batch = contents[start : start + MANY]
        pixels = model.pixels(batch)
        served.append(model.served(batch))
        for name, way in ways.items():
            found[name].append(way.answers(pixels))
    truth = np.array([model.labels.index(label) for label in labels])
    rows = {}
    for name, parts in found.items():
        answers = np.concatenate(parts)
        accuracy = float((answers.argmax(axis=1) == truth).mean())
        rows[name] = {**asdict(compare(np.concatenate(served), answers)), "accuracy": accuracy}
    return rows


def rate(answers: Answers, pixels: np.ndarray, at_a_time: int) -> float:
    """Pictures per second."""
    started = time.perf_counter()
    for start in range(0, len(pixels), at_a_time):
        answers(pixels[start : start + at_a_time])
    return len(pixels) / (time.perf_counter() - started)


def timed(
    ways: Mapping[str, Way], pixels: np.ndarray, repeats: int, measure: Callable[..., float] = rate
) -> dict[str, dict[int, list[float]]]:
    """Pictures per second of every way in every turn, after a first turn that does not count."""
    rates: dict[str, dict[int, list[float]]] = {name: {ONE: [], MANY: []} for name in ways}
    for turn in range(repeats + 1):
        for at_a_time in (ONE, MANY):
            for name, way in ways.items():
                found = measure(way.answers, pixels, at_a_time)
                if turn:
                    rates[name][at_a_time].append(found)
    return rates


def summarised(rates: Mapping[str, Mapping[int, Sequence[float]]]) -> dict[str, dict[str, float]]:
    """Medians: pictures per second, and the ratio to the SavedModel of the same turn."""
    rows = {}
    for name, by_size in rates.items():
        row = {}
        for at_a_time, turns in by_size.items():
            against = zip(turns, rates[SAVED_MODEL][at_a_time], strict=True)
            row[f"per_second_{at_a_time}"] = statistics.median(turns)
            row[f"ratio_{at_a_time}"] = statistics.median(own / other for own, other in against)
        rows[name] = row
    return rows


def report(rows: Mapping[str, Mapping[str, Any]], title: str, path: Path) -> None:
    """The table and the plot."""
    lines = [
        [
            name,
            f"{row['agreement'] * row['pictures']:.0f} of {row['pictures']}",
            f"{row['largest_difference']:.1g}",
            f"{row['accuracy']:.4f}",
            f"{row['bytes'] / 1e6:.1f}",
            f"{row['per_second_1']:.1f} ({row['ratio_1']:.2f})",
            f"{row['per_second_32']:.1f} ({row['ratio_32']:.2f})",
        ]
        for name, row in rows.items()
    ]
    header = [
        "format",
        "labels agree",
        "largest difference",
        "accuracy",
        "MB",
        "images/s, one",
        "images/s, 32",
    ]
    results.print_table(lines, header)
    plots.bar_chart(path, title, list(rows), [row["per_second_1"] for row in rows.values()], "images/s")


def main() -> None:
    """Prints a row for each format, writes the JSON and the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=runs.existing, help="pictures; the sample if left out")
    parser.add_argument("--pictures", type=int, default=64, help="of test, on which times are taken")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--busy", action="store_true", help="other work runs beside: times count for nothing")
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--out", type=Path, help="folder for JSON and plot; the repository's if left out")
    arguments = parser.parse_args()
    settings = (*arguments.settings, f"pusher.formats=[{', '.join(FORMATS)}]")
    with runs.fresh_workspace() as workspace:
        pushed = runs.run(workspace, *settings, data=arguments.data, stop="Pusher")["model"]["pushed_to"]
        values = [found for split, found in read_examples(workspace) if split == features.TEST]
        contents, labels = (
            [found[name].bytes_list.value[0] for found in values] for name in (features.IMAGE, features.LABEL)
        )
        model = PixelModel(pushed)
        ways = ways_of(model, Path(pushed))
        agreed = judged(model, ways, contents, [label.decode() for label in labels])
        rates = timed(ways, model.pixels(contents[: arguments.pictures]), arguments.repeats)
    speeds = summarised(rates)
    rows = {name: {**agreed[name], "bytes": way.bytes, **speeds[name]} for name, way in ways.items()}
    name = f"exports_{runs.data_name(arguments.data)}"
    asked = {"settings": settings, "revision": results.revision(), "timed_on": arguments.pictures}
    asked["is_timed"] = not arguments.busy
    results.write_json(name, {**asked, "formats": rows, "turns": rates}, arguments.out or results.RESULTS)
    report(rows, "The pushed model, one picture at a time", (arguments.out or plots.FOLDER) / f"{name}.png")


if __name__ == "__main__":
    main()
