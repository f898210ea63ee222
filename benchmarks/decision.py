"""What a policy costs its owner, beside the classifier that it could replace.

    .venv/bin/python -m benchmarks.decision

`pipeline/configs/solar_cells_decision.yaml`: a defective cell that is let through costs ten, a good one sent
back two, to ask a person one. For each seed a classifier (`preset: balanced`) is trained and pushed, and a
policy on the same pictures; all are judged on the same pictures of test. The classifier answers with its
likeliest class, asks a person where it is less sure than a threshold, or answers `defective` from a threshold
on: the thresholds are those that cost least on eval.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks.results import Row, Rows, print_table, spread
from benchmarks.runs import ROOT, fresh_workspace, open_table, parser, recipe_digest, run
from pipeline.config_file import load_config
from pipeline.environment_config import ASK

CONFIG = ROOT / "pipeline" / "configs" / "solar_cells_decision.yaml"
OPEN = "evaluator.returns.beats_fixed=false"
POLICY = "the policy"
HEADER = ("way", "cost a picture", "the policy costs less by", "asked")


def measured(arguments: argparse.Namespace, seed: int) -> Row:
    """A classifier and a policy of one seed.

    Returns:
        `costs` by way, a picture; `asked`, the share of pictures that the policy asks a person about;
        `seconds` of its run.
    """
    with fresh_workspace() as workspace:
        # Both are to see the same pictures in the same splits.
        data = [setting for setting in arguments.settings if setting.startswith("data.")]
        classifier = run(workspace, f"seed={seed}", *data)["model"]["pushed_to"]
        trunk = [f"backbone.model={classifier}"] if arguments.pushed_trunk else []
        settings = (f"seed={seed}", f"environment.classifier={classifier}", OPEN, *trunk, *arguments.settings)
        summary = run(workspace, *settings, config=CONFIG)
    evaluation: dict[str, Any] = summary["evaluation"]
    rivals = {_of_any_threshold(name): -rival["mean_return"] for name, rival in evaluation["rivals"].items()}
    return {
        "costs": {POLICY: -evaluation["mean_return"], **rivals},
        "asked": evaluation["actions"].get(ASK, 0.0),
        "seconds": summary["wall_seconds"],
    }


def _of_any_threshold(name: str) -> str:
    """Seeds have thresholds of their own."""
    return re.sub(r" (below|from) [\d.]+$", r" \1 the best threshold on eval", name)


def lines(rows: Sequence[Row]) -> list[list[str]]:
    """A line for each way, the cheapest first; differences are those of the seeds."""
    costs: Mapping[str, list[float]] = defaultdict(list)
    for row in rows:
        for way, cost in row["costs"].items():
            costs[way].append(cost)
    own = costs[POLICY]
    found = []
    for way, values in sorted(costs.items(), key=lambda item: sum(item[1]) / len(item[1])):
        # The best fixed action may be another one with other seeds.
        is_whole = len(values) == len(own)
        saved = spread([value - mine for value, mine in zip(values, own, strict=True)]) if is_whole else ""
        asked = spread([row["asked"] for row in rows], 3) if way == POLICY else ""
        found.append([way, spread(values), "" if way == POLICY else saved, asked])
    return found


def main() -> None:
    """Measures what is missing and prints the table."""
    options = parser(__doc__, takes_data=False)
    options.add_argument("--busy", action="store_true", help="other work runs beside: rows have no times")
    options.add_argument(
        "--pushed-trunk", action="store_true", help="the policy goes on from the classifier's own trunk"
    )
    arguments = options.parse_args()
    table: Rows = open_table("decision", arguments)
    way = "pushed trunk" if arguments.pushed_trunk else "ImageNet's trunk"
    rows = []
    for seed in arguments.seeds:
        config = load_config(CONFIG, None, arguments.settings).model_dump_json()
        depends_on = {
            "set": arguments.settings,
            "config": config,
            "classifier": recipe_digest([f"seed={seed}"]),
        }
        rows.append(table.row(f"{way}, seed {seed}", depends_on, partial(measured, arguments, seed)))
        print(f"{way}, seed {seed} is done", flush=True)
    print_table(lines(rows), HEADER)


if __name__ == "__main__":
    main()
