"""How many glimpses a policy needs until it is right often enough: on a pre-trained trunk, and from nothing.

    .venv/bin/python -m benchmarks.glimpse

`graft/Glimpse-v0` on the sample, with PPO; the same settings for all ways but the trunk's
(`benchmarks.glimpse_search`). Every 1,024 glimpses the policy is judged on all pictures of eval, without
chance; the first judgement at which it is right in `--rate` of them counts. A way that does not get there
within `--most` glimpses needs more.

- *frozen*: ImageNet's weights stay, a new head learns.
- *fine-tuned*: the topmost 30 % of the stages learn as well, at rates that fall with depth.
- *from nothing*: random weights, all of which learn.
"""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import plots
from benchmarks.results import Row, Rows, print_table, spread
from benchmarks.runs import ROOT, fresh_workspace, measure, open_table, parser, plot_path, run
from pipeline.settings.environment import GLIMPSE, EnvironmentConfig
from pipeline.settings.policy import PolicyConfig

FROZEN, FINE_TUNED, NOTHING = WAYS = ("frozen", "fine-tuned", "from nothing")
POLICY = PolicyConfig(rollout=16, judged_every=2, batch_size=128, passes=4)
ENVIRONMENT = EnvironmentConfig(id=GLIMPSE, count=32)
UNFREEZES = {FROZEN: "head", FINE_TUNED: "30%", NOTHING: "100%"}
TRUNK_RATES = {FROZEN: 1e-4, FINE_TUNED: 1e-4, NOTHING: 1e-3}
SIZE = 64
"""Of the window as the trunk sees it, pixels."""
CONFIG = ROOT / "pipeline" / "configs" / "solar_cells_glimpse.yaml"
HEADER = ("trunk", "glimpses until then", "of `from nothing`", "right at the end")


def measure_all(table: Rows, arguments: argparse.Namespace) -> dict[str, list[Row]]:
    """The rows of each way, in the order of the seeds; the pictures are read once."""
    reached: dict[str, list[Row]] = {way: [] for way in WAYS}
    with fresh_workspace() as workspace:
        settings = arguments.settings
        classes = run(workspace, *settings, config=CONFIG, stop="Transform")["data"]["classes"]
        (examples,) = (workspace / "artifacts" / "ImageExampleGen" / "examples").iterdir()
        for seed in arguments.seeds:
            for way in arguments.ways:
                flags = ("--seed", str(seed), "--rate", str(arguments.rate), "--most", str(arguments.most))
                work = partial(_searched, examples, way, classes, flags)
                depends_on = {"flags": flags, "set": settings, **_settings_of(way)}
                reached[way].append(table.row(f"{way}, seed {seed}", depends_on, work))
                print(f"{way}, seed {seed} is done", flush=True)
    return {way: rows for way, rows in reached.items() if rows}


def _settings_of(way: str) -> dict[str, Any]:
    return {
        "policy": POLICY.model_dump(mode="json"),
        "environment": ENVIRONMENT.model_dump(mode="json"),
        "trunk": [UNFREEZES[way], TRUNK_RATES[way], SIZE],
    }


def _searched(examples: Path, way: str, classes: Sequence[str], flags: Sequence[str]) -> Row:
    return measure(
        "benchmarks.glimpse_search", str(examples), way, *flags, "--classes", *classes, with_onednn=True
    )


def lines(reached: Mapping[str, Sequence[Row]]) -> list[list[str]]:
    """A line for each way; of one that did not get there it is known how many were not enough."""
    most = [row["glimpses"] for row in reached.get(NOTHING, ())]
    found = []
    for way, rows in reached.items():
        glimpses = [row["glimpses"] for row in rows]
        is_reached = all(row["is_reached"] for row in rows)
        needed = spread(glimpses, 0) if is_reached else f"more than {min(glimpses)}"
        is_share = is_reached and most and way != NOTHING
        share = f"{np.mean(glimpses) / np.mean(most):.2f}" if is_share else ""
        at_most = "" if all(row["is_reached"] for row in reached.get(NOTHING, ())) else "at most "
        right = spread([row["curve"][-1][1] for row in rows], 3)
        found.append([way, needed, f"{at_most}{share}" if share else "", right])
    return found


def draw(reached: Mapping[str, Sequence[Row]], path: Path) -> None:
    """Share of right answers on eval against the glimpses seen; a line ends where it was enough."""
    steps = sorted({step for rows in reached.values() for row in rows for step, _ in row["curve"]})
    series = {}
    for way, rows in reached.items():
        shares = [[dict(row["curve"]).get(step, np.nan) for step in steps] for row in rows]
        is_told = ~np.isnan(shares).all(axis=0)
        mean, deviation = np.full(len(steps), np.nan), np.zeros(len(steps))
        mean[is_told] = np.nanmean(np.array(shares)[:, is_told], axis=0)
        deviation[is_told] = np.nanstd(np.array(shares)[:, is_told], axis=0)
        series[way] = (mean.tolist(), deviation.tolist())
    title = "A policy with a pre-trained trunk needs few glimpses"
    plots.curves(path, title, steps, series, "glimpses seen", "right answers on eval, share")


def main() -> None:
    """Measures what is missing, prints the table, draws the plot."""
    options = parser(__doc__, takes_data=False)
    options.add_argument("--busy", action="store_true", help="other work runs beside: rows have no times")
    options.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options.add_argument("--rate", type=float, default=0.8, help="share of right answers that is enough")
    options.add_argument("--most", type=int, default=16_384, help="glimpses after which a way gives up")
    arguments = options.parse_args()
    reached = measure_all(open_table("glimpse", arguments), arguments)
    print_table(lines(reached), HEADER)
    draw(reached, plot_path("glimpse", arguments))


if __name__ == "__main__":
    main()
