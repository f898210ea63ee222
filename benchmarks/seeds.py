"""Test accuracy of the sample over seeds: the head alone, then fine-tuned; mono and poly apart.

    .venv/bin/python -m benchmarks.seeds --seeds 17 18 19

Each seed draws other views, another order of training and another dropout; the split stays, so that
the spread is the training's own. `--split-seeds` changes the split with the seed instead: the spread
is then also that of which pictures happen to be in the test split.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PUBLISHED = 0.8842
"""VGG-19 transferred and fine-tuned; Deitsch et al., Solar Energy 185 (2019), table 3."""


def run(workspace: Path, *settings: str) -> dict[str, Any]:
    """One run of the sample with an open gate; returns its summary."""
    gate = ("evaluator.thresholds=[{metric: accuracy, at_least: 0}]", "evaluator.max_accuracy_drop=1")
    sets = [part for setting in (*gate, *settings) for part in ("--set", setting)]
    command = [sys.executable, "pipeline_runner.py", "run", "--workspace", str(workspace), "--json", *sets]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(result.stderr)
    summary: dict[str, Any] = json.loads(result.stdout)
    return summary


def accuracies(summary: dict[str, Any]) -> dict[str, float]:
    """Overall and by cell type."""
    evaluation = summary["evaluation"]
    by_slice = {name: evaluation["slices"][f"cell_type={name}"]["accuracy"] for name in ("mono", "poly")}
    return {"overall": evaluation["accuracy"], "macro F1": evaluation["macro_f1"], **by_slice}


def main() -> None:
    """Prints one row a run, then mean and standard deviation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[17, 18, 19])
    parser.add_argument("--split-seeds", action="store_true", help="draw another split for each seed")
    arguments = parser.parse_args()
    rows: dict[str, list[dict[str, float]]] = {"head alone": [], "fine-tuned": []}
    for seed in arguments.seeds:
        seeds = [f"seed={seed}", *([f"data.split.seed={seed}"] if arguments.split_seeds else [])]
        with tempfile.TemporaryDirectory() as folder:
            for name, more in (("head alone", ["trainer.phases.1.epochs=0"]), ("fine-tuned", [])):
                summary = run(Path(folder), *seeds, *more)
                rows[name].append(accuracies(summary))
                figures = "  ".join(f"{key} {value:.4f}" for key, value in rows[name][-1].items())
                print(f"seed {seed}  {name:<11} {figures}  {summary['wall_seconds']:.0f} s", flush=True)
    for name, results in rows.items():
        means = []
        for key in results[0]:
            values = [result[key] for result in results]
            spread = statistics.stdev(values) if len(values) > 1 else 0.0
            means.append(f"{key} {statistics.mean(values):.4f} +- {spread:.4f}")
        print(f"mean     {name:<11} " + "  ".join(means))
    print(f"published, VGG-19 fine-tuned: {PUBLISHED:.4f}")


if __name__ == "__main__":
    main()
