"""What N pictures cost on W workers: hours and storage of each stage, from rates that were measured here.

    .venv/bin/python -m benchmarks.cost --counts 200 1000 --pictures 1000000 100000000 --workers 2 32 512

Runs of two sizes or more, on made-up JPEGs of 320x240 pixels, give each stage a line: what every run takes,
and what a picture takes, in seconds of one core (so other work beside hardly counts) and in bytes. A worker
is one core. The stages of Beam's are taken to be shared evenly; the Trainer has the cores of one machine.
That is reckoned and not run: docs/scaling.md says what was run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks import results
from benchmarks.ingestion import make_pictures
from benchmarks.results import Row, Rows, print_table
from benchmarks.runs import fresh_workspace, parser, recipe_digest, run
from components.backbone.cut import HEAD
from pipeline.config import Config
from pipeline.config_file import load_config

SPREAD = ("ImageExampleGen", "StatisticsGen", "Transform", "Augment", "Evaluator")
"""The stages of Beam's; the Trainer is none."""
STAGES = (*SPREAD, "Trainer")
RECIPE = (
    *("augment.views=2", "trainer.phases.0.epochs=1", "trainer.phases.1.epochs=2"),
    *("trainer.phases.0.min_steps=0", "trainer.phases.1.min_steps=0"),
)
"""What is measured: few views and epochs, each of which costs the same as any other."""


@dataclass(frozen=True)
class Line:
    """`fixed` whatever the work, `each` for a unit of it."""

    fixed: float
    each: float


def units(config: Config, pictures: float, shares: Mapping[str, float]) -> dict[str, float]:
    """How much work a run is for each stage.

    Args:
        config: of the run.
        pictures: in all splits.
        shares: of the pictures, by split.

    Returns:
        Pictures; for Augment views; for the Trainer pictures times epochs, those that train the trunk; for
        the Evaluator pictures of test.
    """
    train, views_of_eval = shares["train"] * pictures, 1 + len(config.test_time_views())
    epochs = sum(phase.epochs for phase in config.trainer.phases if phase.unfreeze != HEAD)
    return {
        **dict.fromkeys(("ImageExampleGen", "StatisticsGen", "Transform"), pictures),
        "Augment": train * config.augment.views + shares["eval"] * pictures * views_of_eval,
        "Trainer": train * epochs,
        "Evaluator": shares["test"] * pictures,
    }


def measured(folder: Path, count: int, settings: Sequence[str]) -> Row:
    """One run on `count` pictures: of each stage its work, the seconds of cores, the bytes that it left."""
    make_pictures(folder, count)
    with fresh_workspace() as workspace:
        summary = run(workspace, *settings, data=str(folder))
        stored = {stage: size(workspace / "artifacts" / stage) for stage in STAGES}
    splits = summary["data"]["splits"]
    shares = {split: number / sum(splits.values()) for split, number in splits.items()}
    config = load_config(None, str(folder), settings)
    return {
        "pictures": sum(splits.values()),
        "shares": shares,
        "units": units(config, sum(splits.values()), shares),
        "core_seconds": {
            node["id"]: node["cpu_seconds"] for node in summary["nodes"] if node["id"] in STAGES
        },
        "bytes": stored,
    }


def size(folder: Path) -> int:
    """Bytes of the files below; a file with two names counts once."""
    found = (path.stat() for path in folder.rglob("*") if path.is_file())
    return sum({(each.st_dev, each.st_ino): each.st_size for each in found}.values())


def fit(rows: Sequence[Row], what: str, stage: str) -> Line:
    """The line through the rows with the least squares; what is below zero is none.

    Raises:
        ValueError: one size tells nothing of a slope.
    """
    work = np.array([row["units"][stage] for row in rows], float)
    if len(set(work.tolist())) < 2:
        raise ValueError(f"`--counts` must be two sizes at least. Received: {len(rows)} of {stage}.")
    each, fixed = np.polyfit(work, [float(row[what][stage]) for row in rows], 1)
    return Line(max(0.0, float(fixed)), max(0.0, float(each)))


def rates(rows: Sequence[Row]) -> list[list[str]]:
    """A line for each stage: what was measured."""
    table = []
    for stage in STAGES:
        time, space = fit(rows, "core_seconds", stage), fit(rows, "bytes", stage)
        per_second = f"{1 / time.each:,.0f}" if time.each else "-"
        table.append(
            [stage, f"{time.fixed:.1f}", f"{1000 * time.each:.2f}", per_second, f"{space.each:,.0f}"]
        )
    return table


def plan(
    rows: Sequence[Row], config: Config, pictures: int, workers: int, cores: int
) -> dict[str, tuple[float, float]]:
    """Hours and gigabytes of each stage.

    Args:
        rows: measured ones.
        config: of the run that is planned.
        pictures: in all splits.
        workers: that share the stages of Beam's, a core each.
        cores: of the Trainer's machine.
    """
    work, costs = units(config, pictures, rows[-1]["shares"]), {}
    for stage in STAGES:
        time, space = fit(rows, "core_seconds", stage), fit(rows, "bytes", stage)
        seconds = (time.fixed + time.each * work[stage]) / (workers if stage in SPREAD else cores)
        costs[stage] = seconds / 3600, (space.fixed + space.each * work[stage]) / 1e9
    return costs


def lines(
    rows: Sequence[Row], config: Config, pictures: Sequence[int], workers: Sequence[int], cores: int
) -> list[list[str]]:
    """The table of the plans: hours by stage, all together, and what is stored."""
    table = []
    for count in pictures:
        for number in workers:
            costs = plan(rows, config, count, number, cores)
            hours = [costs[stage][0] for stage in STAGES]
            stored = sum(space for _, space in costs.values())
            cells = [f"{value:,.1f}" for value in (*hours, sum(hours))]
            table.append([f"{count:,}", f"{number:,}", *cells, f"{stored:,.0f}"])
    return table


def main() -> None:
    """Measures what is missing, and prints rates and plans."""
    options = parser(__doc__, takes_data=False)
    options.add_argument("--counts", type=int, nargs="+", default=[200, 1000])
    options.add_argument("--pictures", type=int, nargs="+", default=[1_000_000, 100_000_000])
    options.add_argument("--workers", type=int, nargs="+", default=[2, 32, 512])
    options.add_argument("--busy", action="store_true", help="other work runs beside: rows have no times")
    arguments: Any = options.parse_args()
    settings = (*RECIPE, *arguments.settings)
    table = Rows("cost", arguments.resume, arguments.out or results.RESULTS, is_timed=not arguments.busy)
    depends_on = {"set": settings, "recipe": recipe_digest(settings, "pictures")}
    with TemporaryDirectory() as folder:
        rows = [
            table.row(f"{count} pictures", depends_on, lambda: measured(Path(folder), count, settings))  # noqa: B023
            for count in sorted(arguments.counts)
        ]
    print_table(rates(rows), ("stage", "every run, s", "each, ms", "a second and core", "bytes each"))
    planned = load_config(None, None, arguments.settings)
    cores = results.machine()["cores"]
    header = ("pictures", "workers", *(f"{stage}, h" for stage in STAGES), "all, h", "stored, GB")
    print_table(lines(rows, planned, arguments.pictures, arguments.workers, cores), header)


if __name__ == "__main__":
    main()
