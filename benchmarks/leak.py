"""What a leak is worth: test accuracy with pictures shared out one by one, and by group.

    .venv/bin/python -m benchmarks.leak path/to/manifest.csv --group sender_id --seeds 0 1 2

Shared out one by one, pictures of one sender stand in train and in test, and the test split asks what was
learnt by heart. By group it asks what a new sender will see. Splits that come with the data are ignored,
so that both are drawn alike; each seed draws other splits.
"""

import statistics
from collections import defaultdict
from functools import partial
from pathlib import Path

from benchmarks.results import Row, print_table, spread
from benchmarks.runs import existing, fresh_workspace, open_table, parser, recipe_digest, run
from benchmarks.splits import read_examples

ONE_BY_ONE, BY_GROUP = "one by one", "by group"


def torn_groups(workspace: Path, group: str) -> int:
    """How many groups have pictures in more than one split."""
    splits: dict[bytes, set[str]] = defaultdict(set)
    for split, values in read_examples(workspace):
        splits[values[group].bytes_list.value[0]].add(split)
    return sum(len(where) > 1 for where in splits.values())


def measured(data: str, group: str, settings: tuple[str, ...]) -> Row:
    """One run: accuracy, macro F1, pictures of test, and the torn groups."""
    with fresh_workspace() as workspace:
        evaluation = run(workspace, "data.split.given=ignore", *settings, data=data)["evaluation"]
        torn = torn_groups(workspace, group)
    return {**{key: evaluation[key] for key in ("accuracy", "macro_f1", "examples")}, "torn_groups": torn}


def main() -> None:
    """Measures what is missing and prints the table."""
    options = parser(__doc__, seeds=(0, 1, 2), takes_data=False)
    options.add_argument("data", metavar="manifest", type=existing)
    options.add_argument("--group", required=True)
    arguments = options.parse_args()
    table = open_table("leak", arguments)
    ways = {ONE_BY_ONE: (), BY_GROUP: (f"data.columns.group={arguments.group}",)}
    reached: dict[str, list[Row]] = defaultdict(list)
    for seed in arguments.seeds:
        for way, grouped in ways.items():
            settings = (f"data.split.seed={seed}", *grouped, *arguments.settings)
            run_it = partial(measured, arguments.data, arguments.group, settings)
            depends_on = {"set": settings, "recipe": recipe_digest(settings, arguments.data)}
            reached[way].append(table.row(f"{way}, split seed {seed}", depends_on, run_it))
        print(f"split seed {seed} is done", flush=True)
    lines = []
    for way, rows in reached.items():
        torn = sorted({row["torn_groups"] for row in rows})
        figures = (spread([row[key] for row in rows]) for key in ("accuracy", "macro_f1"))
        lines.append([way, f"{torn[0]} to {torn[-1]}", *figures])
    print_table(lines, ("shared out", "groups in two splits", "accuracy", "macro F1"))
    means = {way: statistics.mean(row["accuracy"] for row in rows) for way, rows in reached.items()}
    print(f"the leak: {means[ONE_BY_ONE] - means[BY_GROUP]:+.4f}")


if __name__ == "__main__":
    main()
