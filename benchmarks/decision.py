"""What a policy costs its owner, beside the classifier that it could replace.

    .venv/bin/python -m benchmarks.decision

`pipeline/configs/solar_cells_decision.yaml`: a defective cell that is let through costs ten, a good one sent
back two, to ask a person one. For each seed a classifier (`preset: balanced`) is trained and pushed, and two
policies on the same pictures: on the classifier's own trunk (`backbone.model`), and on ImageNet's. All are
judged on the same pictures of test. The classifier answers with its likeliest class, with the action of which
it expects the least cost, asks a person where it is less sure than a threshold, or answers `defective` from a
threshold on: the thresholds are those that cost least on eval.
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
from pipeline.settings.environment import ASK

CONFIG = ROOT / "pipeline" / "configs" / "solar_cells_decision.yaml"
OPEN = "evaluator.returns.beats_fixed=false"
PUSHED, IMAGENET = "policy on the classifier's trunk", "policy on ImageNet's trunk"
HEADER = ("way", "cost a picture", f"{PUSHED} costs less by", f"{IMAGENET} costs less by", "asked")


def measured(arguments: argparse.Namespace, seed: int) -> Row:
    """A classifier and the policies of one seed.

    Returns:
        `costs` by way, a picture; by policy `asked`, the share of pictures that it asks a person about, and
        `seconds` of its run.
    """
    costs: dict[str, float] = {}
    asked, seconds = {}, {}
    with fresh_workspace() as workspace:
        # All are to see the same pictures in the same splits.
        data = [setting for setting in arguments.settings if setting.startswith("data.")]
        classifier = run(workspace, f"seed={seed}", *data)["model"]["pushed_to"]
        for policy, trunk in ((PUSHED, [f"backbone.model={classifier}"]), (IMAGENET, [])):
            settings = (f"seed={seed}", f"environment.classifier={classifier}", OPEN, *trunk)
            summary = run(workspace, *settings, *arguments.settings, config=CONFIG)
            evaluation: dict[str, Any] = summary["evaluation"]
            costs |= {
                _of_any_threshold(name): -each["mean_return"] for name, each in evaluation["rivals"].items()
            }
            costs[policy] = -evaluation["mean_return"]
            asked[policy] = evaluation["actions"].get(ASK, 0.0)
            seconds[policy] = summary["wall_seconds"]
    return {"costs": costs, "asked": asked, "seconds": seconds}


def _of_any_threshold(name: str) -> str:
    """Seeds have thresholds of their own."""
    return re.sub(r" (below|from) [\d.]+$", r" \1 the best threshold on eval", name)


def lines(rows: Sequence[Row]) -> list[list[str]]:
    """A line for each way, the cheapest first; differences are those of the seeds."""
    costs: Mapping[str, list[float]] = defaultdict(list)
    for row in rows:
        for way, cost in row["costs"].items():
            costs[way].append(cost)
    found = []
    for way, values in sorted(costs.items(), key=lambda item: sum(item[1]) / len(item[1])):
        is_policy = way in (PUSHED, IMAGENET)
        saved = ["", ""] if is_policy else [_saved(values, costs[policy]) for policy in (PUSHED, IMAGENET)]
        asked = spread([row["asked"][way] for row in rows], 3) if is_policy else ""
        found.append([way, spread(values), *saved, asked])
    return found


def _saved(values: Sequence[float], own: Sequence[float]) -> str:
    """The best fixed action may be another one with other seeds: it has no difference then."""
    if len(values) < len(own):
        return ""
    return spread([value - mine for value, mine in zip(values, own, strict=True)])


def main() -> None:
    """Measures what is missing and prints the table."""
    options = parser(__doc__, takes_data=False)
    options.add_argument("--busy", action="store_true", help="other work runs beside: rows have no times")
    arguments = options.parse_args()
    table: Rows = open_table("decision", arguments)
    rows = []
    for seed in arguments.seeds:
        config = load_config(CONFIG, None, arguments.settings).model_dump_json()
        depends_on = {
            "set": arguments.settings,
            "config": config,
            "classifier": recipe_digest([f"seed={seed}"]),
        }
        rows.append(table.row(f"seed {seed}", depends_on, partial(measured, arguments, seed)))
        print(f"seed {seed} is done", flush=True)
    print_table(lines(rows), HEADER)


if __name__ == "__main__":
    main()
