"""Test accuracy of the sample over seeds: the head alone, then fine-tuned; mono and poly apart.

    .venv/bin/python -m benchmarks.seeds --seeds 17 18 19

Each seed draws other views, another order of training and another dropout; the split stays, so that
the spread is the training's own. `--split-seeds` changes the split with the seed instead: the spread
is then also that of which pictures happen to be in the test split.
"""

from collections import defaultdict
from functools import partial

from benchmarks.results import Row, print_table, spread
from benchmarks.runs import Summary, fresh_workspace, open_table, parser, recipe_digest, run

PUBLISHED = 0.8842
"""VGG-19 transferred and fine-tuned; Deitsch et al., Solar Energy 185 (2019), table 3."""
WAYS = {"head alone": ("trainer.phases.1.epochs=0",), "fine-tuned": ()}
FIGURES = ("overall", "macro F1", "mono", "poly")


def accuracies(summary: Summary) -> Row:
    """Overall and by cell type."""
    evaluation = summary["evaluation"]
    by_slice = {name: evaluation["slices"][f"cell_type={name}"]["accuracy"] for name in ("mono", "poly")}
    return {"overall": evaluation["accuracy"], "macro F1": evaluation["macro_f1"], **by_slice}


def both_ways(*settings: str) -> dict[str, Row]:
    """The head alone; then fine-tuned, in the same workspace, where the features lie."""
    with fresh_workspace() as workspace:
        return {way: accuracies(run(workspace, *settings, *more)) for way, more in WAYS.items()}


def main() -> None:
    """Measures what is missing and prints the table."""
    options = parser(__doc__, takes_data=False)
    options.add_argument("--split-seeds", action="store_true", help="draw another split for each seed")
    arguments = options.parse_args()
    table, reached = open_table("seeds", arguments), defaultdict(list)
    for seed in arguments.seeds:
        settings = [f"seed={seed}", *arguments.settings]
        settings += [f"data.split.seed={seed}"] if arguments.split_seeds else []
        rows = table.row(
            f"seed {seed}",
            {"set": settings, "recipe": recipe_digest(settings)},
            partial(both_ways, *settings),
        )
        for way in WAYS:
            reached[way].append(rows[way])
        print(f"seed {seed} is done", flush=True)
    lines = [[way, *(spread([row[key] for row in rows]) for key in FIGURES)] for way, rows in reached.items()]
    print_table([*lines, ["published, VGG-19 fine-tuned", f"{PUBLISHED}", "", "", ""]], ("way", *FIGURES))


if __name__ == "__main__":
    main()
