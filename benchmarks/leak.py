"""What a leak is worth: test accuracy with pictures shared out one by one, and by group.

    .venv/bin/python -m benchmarks.leak path/to/manifest.csv --group sender_id --split-seeds 0 1 2

Shared out one by one, pictures of one sender stand in train and in test, and the test split asks what was
learnt by heart. By group it asks what a new sender will see. Splits that come with the data are ignored,
so that both are drawn alike; each seed draws other splits.
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
_OPEN_GATE = ("evaluator.thresholds=[{metric: accuracy, at_least: 0}]", "evaluator.max_accuracy_drop=1")


def run(manifest: str, workspace: Path, *settings: str) -> dict[str, Any]:
    """One run with an open gate; returns its summary."""
    given = (*_OPEN_GATE, "data.split.given=ignore", *settings)
    sets = [part for setting in given for part in ("--set", setting)]
    command = [sys.executable, "pipeline_runner.py", "run", "--data", manifest, "--json", *sets]
    done = subprocess.run(
        [*command, "--workspace", str(workspace)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def torn_groups(workspace: Path, group: str) -> int:
    """How many groups have pictures in more than one split."""
    import tensorflow as tf

    splits: dict[bytes, set[str]] = {}
    for path in workspace.glob("artifacts/ImageExampleGen/examples/*/Split-*/*"):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            feature = tf.train.Example.FromString(record).features.feature
            splits.setdefault(feature[group].bytes_list.value[0], set()).add(path.parent.name)
    return sum(len(where) > 1 for where in splits.values())


def main() -> None:
    """Prints a row for each run, then the means and their difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest")
    parser.add_argument("--group", required=True)
    parser.add_argument("--split-seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--set", dest="settings", action="append", default=[])
    arguments = parser.parse_args()
    manifest = str(Path(arguments.manifest).resolve())
    ways = {"one by one": (), "by group": (f"data.columns.group={arguments.group}",)}
    reached: dict[str, list[float]] = {way: [] for way in ways}
    for seed in arguments.split_seeds:
        for way, settings in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                seeded = f"data.split.seed={seed}"
                summary = run(manifest, Path(folder), seeded, *settings, *arguments.settings)
                torn = torn_groups(Path(folder), arguments.group)
            evaluation = summary["evaluation"]
            reached[way].append(evaluation["accuracy"])
            scores = f"accuracy {evaluation['accuracy']:.4f}  macro F1 {evaluation['macro_f1']:.4f}"
            count = f"{evaluation['examples']} test pictures, {torn} groups in two splits"
            print(f"split seed {seed}  {way:<11} {scores}  {count}", flush=True)
    for way, values in reached.items():
        spread = statistics.stdev(values) if len(values) > 1 else 0.0
        print(f"mean          {way:<11} accuracy {statistics.mean(values):.4f} +- {spread:.4f}")
    leak = statistics.mean(reached["one by one"]) - statistics.mean(reached["by group"])
    print(f"the leak: {leak:+.4f}")


if __name__ == "__main__":
    main()
