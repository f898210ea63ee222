"""Planted wrong labels: how many of them LabelCheck finds, and how many that it names were planted.

    .venv/bin/python -m benchmarks.label_errors --data path/to/manifest.csv

A share of all labels, those of eval and test too, is drawn and replaced by other classes; the pipeline
(`preset: fast`) then trains and judges on what a careless annotator would have handed over. The list is
judged at its own length, and at the number that was planted. Labels that were wrong before count as mistakes
of the list: what it names where nothing was planted stands beside it.
"""

import argparse
import csv
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.planting import other
from benchmarks.results import Row, Rows, print_table, spread
from benchmarks.runs import data_name, fresh_workspace, open_table, parser, recipe_digest, run
from components.example_gen import rows as listed
from components.example_gen.sources import list_rows
from components.features import SPLITS
from components.label_check.suspects import FILE, Label, read_labels, suspects_of
from pipeline.config_file import load_config

FIGURES = ("planted", "suspects", "precision", "recall", "at_planted")
PRESET = "preset=fast"


def mislabelled(labels: Sequence[str], share: float, seed: int) -> dict[int, str]:
    """Which labels are replaced, and by what: a share of all, each by any other class."""
    draws, names = np.random.default_rng(seed), sorted(set(labels))
    chosen = draws.choice(len(labels), round(share * len(labels)), replace=False)
    return {int(place): other(draws, names, labels[place]) for place in chosen}


def write_manifest(rows: Sequence[listed.Row], labels: Sequence[str], path: Path) -> None:
    """The data set under other labels."""
    own = sorted({name for row in rows for name in row.columns})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("path", "label", "split", *own))
        for row, label in zip(rows, labels, strict=True):
            writer.writerow((row.path, label, row.split or "", *(row.columns.get(name, "") for name in own)))


def score(labels: Sequence[Label], planted: set[str]) -> Row:
    """`planted` and `suspects` (counts), `precision`, `recall`, and `at_planted`: precision of as many."""
    there = planted & {label.path for label in labels}
    suspects = [label.path for label in suspects_of(labels)]
    hits = len(there & set(suspects))
    surest = sorted(labels, key=lambda label: -(label.wrong or 0))[: len(there)]
    return {
        "planted": len(there),
        "suspects": len(suspects),
        "precision": hits / len(suspects) if suspects else 0.0,
        "recall": hits / len(there) if there else 0.0,
        "at_planted": len(there & {label.path for label in surest}) / len(there) if there else 0.0,
    }


def measured(arguments: argparse.Namespace, share: float, seed: int) -> Row:
    """One run on labels of which some are wrong: the score of all splits, and of each."""
    data = load_config(None, arguments.data, arguments.settings).data
    rows = list_rows(data)
    changed = mislabelled([row.label for row in rows], share, seed)
    labels = [changed.get(place, row.label) for place, row in enumerate(rows)]
    with tempfile.TemporaryDirectory() as folder, fresh_workspace() as workspace:
        manifest = Path(folder, "manifest.csv")
        write_manifest(rows, labels, manifest)
        settings = (PRESET, f"seed={seed}", f"data.root={rows[0].place.root}", *arguments.settings)
        run(workspace, *settings, data=str(manifest), stop="LabelCheck")
        (table,) = (workspace / "artifacts" / "LabelCheck" / "suspects").glob(f"*/{FILE}")
        found = read_labels(str(table.parent))
    planted = {rows[place].path for place in changed}
    by_split = {split: [each for each in found if each.split == split] for split in SPLITS}
    return {
        "all": score(found, planted),
        **{split: score(some, planted) for split, some in by_split.items()},
    }


def measure_all(table: Rows, arguments: argparse.Namespace) -> dict[str, list[Row]]:
    """The rows of every share: each seed draws other labels; nothing is planted once."""
    reached: dict[str, list[Row]] = defaultdict(list)
    for share in (0.0, *arguments.shares):
        for seed in arguments.seeds if share else arguments.seeds[:1]:
            settings = (PRESET, f"seed={seed}", *arguments.settings)
            depends_on = {
                "data": data_name(arguments.data),
                "set": settings,
                "recipe": recipe_digest(settings, arguments.data),
            }
            key = f"{share:.0%}, seed {seed}"
            reached[f"{share:.0%}"].append(
                table.row(key, depends_on, partial(measured, arguments, share, seed))
            )
            print(f"{key} is done", flush=True)
    return reached


def main() -> None:
    """Measures what is missing and prints the table."""
    options = parser(__doc__)
    options.add_argument("--shares", type=float, nargs="+", default=[0.05], help="of labels that are wrong")
    arguments = options.parse_args()
    reached = measure_all(open_table("label_errors", arguments), arguments)
    lines = []
    for share, rows in reached.items():
        for where in ("all", *SPLITS):
            # Where nothing was planted, shares of it say nothing.
            names = FIGURES if any(row[where]["planted"] for row in rows) else FIGURES[:2]
            figures = [spread([row[where][name] for row in rows], digits=2) for name in names]
            lines.append([share, where, *figures, *[""] * (len(FIGURES) - len(figures))])
    print_table(lines, ("planted", "split", "labels", "named", "precision", "recall", "precision at planted"))


if __name__ == "__main__":
    main()
