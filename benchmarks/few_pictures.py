"""Accuracy against the number of pictures a class: ours, a logistic regression, and training from nothing.

    .venv/bin/python -m benchmarks.few_pictures --counts 1 5 10 20 all

`n a class` draws n training pictures of each class, and for ours at most n of eval, to choose on; test stays
whole. Each seed draws other pictures, the same for every way. The regressions stand on the same frozen
features of the plain pictures; `..., eval's too` fits on the pictures of eval as well, so that it has seen
everything that ours has.
"""

import argparse
import math
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path

from benchmarks import logistic, plots
from benchmarks.results import Row, Rows, mean_and_spread, print_table, spread
from benchmarks.runs import (
    about_data,
    data_name,
    measure,
    open_table,
    parser,
    plot_path,
    recipe_digest,
    run_afresh,
)
from benchmarks.splits import Picture, Plain, some_of_each, write_manifest
from components import features
from pipeline.config_file import SAMPLE_CONFIG

NOTHING = "from nothing"
WITH_EVAL = "regression, eval's too"
ALL = "all"

Reached = dict[str, dict[str, list[Row]]]
"""Rows of the seeds, by way and number of pictures."""


class Few:
    """The same few pictures for every way, drawn when they are first asked for.

    Attributes:
        count: pictures a class, or `all`.
        seed: of the draw, and of the runs.
        plain: the files they are drawn from.
    """

    def __init__(self, count: str, seed: int, plain: Plain) -> None:
        self.count, self.seed, self.plain = count, seed, plain

    def key(self, way: str) -> str:
        """Of the row."""
        return f"{way}, {self.count} a class, seed {self.seed}"

    @cached_property
    def pictures(self) -> list[Picture]:
        """Sorted."""
        count = None if self.count == ALL else int(self.count)
        return some_of_each(self.plain.pictures, count, self.seed)

    def paths(self, *splits: str) -> list[str]:
        """Of the pictures of some splits."""
        return [picture.path for picture in self.pictures if picture.split in splits]

    def manifest(self) -> str:
        """A manifest of them, written."""
        path = self.plain.folder / f"{self.count}-{self.seed}.csv"
        write_manifest(self.pictures, path)
        return str(path)


def ours(table: Rows, preset: str, few: Few, arguments: argparse.Namespace) -> Row:
    """A run of a preset; of the sample, with the sample's config."""
    others = [setting for setting in arguments.settings if not setting.startswith("data.")]
    settings = [f"preset={preset}", f"seed={few.seed}", *others]
    recipe = recipe_digest(settings, arguments.data)
    depends_on = {**about_data(arguments), "set": settings, "recipe": recipe}
    return table.row(few.key(preset), depends_on, lambda: _run(settings, few, arguments))


def _run(settings: Sequence[str], few: Few, arguments: argparse.Namespace) -> Row:
    config = SAMPLE_CONFIG if arguments.data is None else None
    no_slices = "evaluator.slices=[]"  # the manifest has the class alone
    return run_afresh(*settings, no_slices, data=few.manifest(), config=config)


def nothing(table: Rows, few: Few, arguments: argparse.Namespace) -> Row:
    """A run that trains the same architecture from random weights."""

    def run() -> Row:
        settings = from_nothing(len(few.paths(features.TRAIN)), arguments.seen)
        return _run([*settings, f"seed={few.seed}"], few, arguments)

    recipe = recipe_digest(from_nothing(1, arguments.seen), arguments.data)
    depends_on = {**about_data(arguments), "seen": arguments.seen, "recipe": recipe}
    return table.row(few.key(NOTHING), depends_on, run)


def from_nothing(pictures: int, seen: int) -> tuple[str, ...]:
    """Settings that train a whole trunk from random weights, with the statistics of BatchNorm.

    Args:
        pictures: to train on.
        seen: pictures, over all epochs: fewer pictures get more epochs, and as many steps.
    """
    phase = f"name: nothing, epochs: {math.ceil(seen / pictures)}, unfreeze: '100%', patience: 1000"
    rates = "head_rate: 0.001, trunk_rate: 0.001, depth_decay: 1.0"
    return (
        "backbone.weights=none",
        "trainer.batch_norm=adapts",
        f"trainer.phases=[{{{phase}, {rates}}}]",
    )


def regressions(table: Rows, few: Few, arguments: argparse.Namespace) -> dict[str, Row]:
    """The logistic regressions by way."""

    def fit(way: str, *splits: str) -> Row:
        known, (evaluation, test) = _features(few.plain), map(few.paths, (features.EVAL, features.TEST))
        return dict(logistic.regress(known, few.paths(*splits), evaluation, test, way))

    fits = {way: partial(fit, way, features.TRAIN) for way in logistic.WAYS}
    fits[WITH_EVAL] = partial(fit, logistic.PLAIN, features.TRAIN, features.EVAL)
    return {
        way: table.row(few.key(way), about_data(arguments), measure_it) for way, measure_it in fits.items()
    }


def _features(plain: Plain) -> logistic.Features:
    file = plain.folder / "features.npz"
    if not file.exists():
        measure("benchmarks.logistic", plain.written, "--features", str(file))
    return logistic.Features.load(file)


def lines(reached: Reached, counts: Sequence[str], metric: str) -> list[list[str]]:
    """The table of one metric: a line for each way, a column for each number of pictures."""
    return [
        [
            way,
            *(
                spread([row[metric] for row in by_count[count]]) if count in by_count else ""
                for count in counts
            ),
        ]
        for way, by_count in reached.items()
    ]


def series(reached: Reached, counts: Sequence[str]) -> dict[str, tuple[list[float], list[float]]]:
    """Mean and spread of the accuracy over the seeds; NaN where a way was not tried."""
    curves = {}
    for way, by_count in reached.items():
        tried = ([row["accuracy"] for row in by_count.get(count, ())] for count in counts)
        means = [mean_and_spread(values) if values else (math.nan, math.nan) for values in tried]
        curves[way] = ([mean for mean, _ in means], [deviation for _, deviation in means])
    return curves


def main() -> None:
    """Measures what is missing, prints the tables, draws the plot."""
    options = parser(__doc__)
    options.add_argument("--counts", nargs="+", default=["1", "5", "10", "20", ALL])
    options.add_argument("--presets", nargs="*", default=["balanced", "fast"])
    options.add_argument("--nothing", nargs="*", default=["20", ALL], help="counts to train from nothing on")
    options.add_argument("--seen", type=int, default=6000, help="pictures seen by it over all epochs")
    arguments = options.parse_args()
    table = open_table("few_pictures", arguments)
    reached: Reached = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        plain = Plain(Path(folder), arguments)
        for seed in arguments.seeds:
            for few in (Few(count, seed, plain) for count in arguments.counts):
                rows = {preset: ours(table, preset, few, arguments) for preset in arguments.presets}
                rows |= regressions(table, few, arguments)
                rows |= {NOTHING: nothing(table, few, arguments)} if few.count in arguments.nothing else {}
                for way, row in rows.items():
                    reached[way][few.count].append(row)
            print(f"seed {seed} is done", flush=True)
    for metric in ("accuracy", "macro_f1"):
        print()
        print_table(lines(reached, arguments.counts, metric), (metric.replace("_", " "), *arguments.counts))
    title = f"Accuracy with few pictures, {data_name(arguments.data)}"
    path, curves = plot_path("few_pictures", arguments), series(reached, arguments.counts)
    plots.curves(path, title, arguments.counts, curves, "training pictures a class", "accuracy on test")


if __name__ == "__main__":
    main()
