"""Ours against the Keras guide's recipe: same trunk, weights, splits and machine, one after the other.

    .venv/bin/python -m benchmarks.keras_guide
    .venv/bin/python -m benchmarks.keras_guide --data path/to/manifest.csv

Ours is the whole command, from the start of the process to the pushed model, TFX and Beam included; theirs
(`benchmarks.guide_recipe`) from the start of the process to the accuracy on test, with the splits of our run
lying there as plain files. A row is kept as soon as it was measured: a killed benchmark goes on from there.
"""

import argparse
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import logistic, plots
from benchmarks.results import Row, Rows, mean_and_spread, print_table, spread
from benchmarks.runs import about_data, data_name, measure, open_table, parser, plot_path, run_preset
from benchmarks.splits import Plain

WRITTEN, MEANT, HASTENED = GUIDES = (
    "Keras guide",
    "Keras guide, BatchNorm frozen",
    "Keras guide, BatchNorm frozen, oneDNN",
)
"""As it is written, as it is meant, and with the kernels that Graft asks TensorFlow for."""
HEADER = ("way", "accuracy", "macro F1", "seconds", "of the guide's time")


def guide(table: Rows, way: str, seed: int, plain: Plain, arguments: argparse.Namespace) -> Row:
    """The row of the guide's recipe with one seed."""
    epochs = ("--head-epochs", arguments.head_epochs, "--fine-tune-epochs", arguments.fine_tune_epochs)
    is_frozen = () if way == WRITTEN else ("--freeze-batch-norm",)
    flags = (*map(str, epochs), "--seed", str(seed), *is_frozen)
    return table.row(
        f"{way}, seed {seed}",
        {**about_data(arguments), "flags": flags},
        lambda: measure("benchmarks.guide_recipe", plain.written, *flags, with_onednn=way == HASTENED),
    )


def regressions(table: Rows, plain: Plain, arguments: argparse.Namespace) -> dict[str, Row]:
    """The logistic regressions by way: nothing in them is drawn, and one extraction serves both."""
    every = table.row(
        "logistic regressions",
        {**about_data(arguments), "ways": logistic.WAYS},
        lambda: measure("benchmarks.logistic", plain.written),
    )
    shared = every["wall_seconds"] - sum(every[way]["seconds"] for way in logistic.WAYS)
    return {
        way: {
            **every[way],
            "wall_seconds": shared + every[way]["seconds"],
            **{key: every[key] for key in ("measured_on", "is_timed") if key in every},
        }
        for way in logistic.WAYS
    }


def lines(reached: Mapping[str, Sequence[Row]]) -> list[list[str]]:
    """The table: a line for each way, its rows being those of its seeds.

    Seconds of different machines stand side by side.
    """
    table = []
    for way, rows in reached.items():
        figures = (spread([row[key] for row in rows]) for key in ("accuracy", "macro_f1"))
        seconds = " / ".join(f"{mean:.0f}" for mean in _seconds(rows).values())
        ratios = shares(rows, reached)
        table.append([way, *figures, seconds, spread(ratios, 3) if ratios else ""])
    return table


def shares(rows: Sequence[Row], reached: Mapping[str, Sequence[Row]]) -> list[float]:
    """Each row's time as a share of what the guide took on the same machine, TensorFlow being as it comes.

    Of its two versions, the more accurate one.
    Rows without times, and those of machines on which the guide has none, are left out.
    """
    guides = [reached[way] for way in (WRITTEN, MEANT) if reached.get(way)]
    best = max(guides, key=lambda rows: statistics.mean(row["accuracy"] for row in rows), default=())
    theirs = _seconds(best)
    here = (row for row in _timed(rows) if row["measured_on"] in theirs)
    return [row["wall_seconds"] / theirs[row["measured_on"]] for row in here]


def _seconds(rows: Sequence[Row]) -> dict[str, float]:
    """The mean time on each machine."""
    by_machine = defaultdict(list)
    for row in _timed(rows):
        by_machine[row["measured_on"]].append(row["wall_seconds"])
    return {machine: statistics.mean(seconds) for machine, seconds in by_machine.items()}


def _timed(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.get("is_timed", True)]


def main() -> None:
    """Measures what is missing, prints the table, draws the plot."""
    options = parser(__doc__)
    options.add_argument("--presets", nargs="*", default=["fast", "balanced", "best"])
    options.add_argument("--guides", nargs="*", default=list(GUIDES), choices=GUIDES)
    options.add_argument("--head-epochs", type=int, default=10)
    options.add_argument("--fine-tune-epochs", type=int, default=5)
    arguments = options.parse_args()
    table = open_table("keras_guide", arguments)
    ways = (*arguments.presets, *logistic.WAYS, *arguments.guides)
    reached: dict[str, list[Row]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        plain = Plain(Path(folder), arguments)
        for way, row in regressions(table, plain, arguments).items():
            reached[way].append(row)
        for seed in arguments.seeds:
            for preset in arguments.presets:
                reached[preset].append(run_preset(table, preset, seed, arguments))
            for way in arguments.guides:
                reached[way].append(guide(table, way, seed, plain, arguments))
            print(f"seed {seed} is done", flush=True)
    print_table(lines(reached), HEADER)
    places = {
        way: (statistics.mean(ratios), *mean_and_spread([row["accuracy"] for row in rows]))
        for way, rows in reached.items()
        if (ratios := shares(rows, reached))
    }
    if places:
        title = f"Accuracy against time, {data_name(arguments.data)}"
        path = plot_path("keras_guide", arguments)
        plots.points(path, title, places, "time, as a share of the guide's", "accuracy on test", "log")


if __name__ == "__main__":
    main()
