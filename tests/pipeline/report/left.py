"""What a run leaves, made without training: answers, pictures, curves, views; its names are hostile."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf
import yaml
from PIL import Image

from components import features
from components.answers import FOLDER, ROW, read_answers
from components.augment.sample_files import FILE as SAMPLES_FILE
from components.augment.sample_files import FOLDER as SAMPLES_FOLDER
from components.augment.sample_files import picture_file
from components.evaluator.explanation import explain
from components.evaluator.explanation_file import write_explanation
from components.exports.exports_file import Export
from components.heat_file import write_heat
from pipeline.config_file import load_config
from pipeline.inspection.records import find_run
from pipeline.report.material import Material, gather
from pipeline.settings.evaluator import EvaluatorConfig
from tests.pipeline.inspection.made import FLOW, Flow, Made

SCRIPT = "<script>alert(1)</script>"
QUOTES = "'\"><img src=x onerror=alert(2)>"
LABELS = ["cat", SCRIPT]
RUN = "20240501-120000"
CONFIG = {
    "slices": ["site"],
    "thresholds": [
        {"metric": "accuracy", "at_least": 0.99},
        {"metric": "recall", "label": "cat", "slice": f"site={QUOTES}", "at_least": 0.1},
        {"metric": "accuracy", "slice": "site=north", "at_least": 0.5, "min_examples": 1000},
    ],
}
GRAFT_FLOW: Flow = {
    **FLOW,
    "Augment": ({"examples": "ImageExampleGen.examples"}, {"features": "Examples"}),
}
_HISTORY = [
    {"train_loss": 0.9 / epoch, "train_accuracy": 0.6, "eval_loss": 1.0 / epoch, "eval_accuracy": 0.7}
    for epoch in (1, 2, 3)
]
LAYERS = [
    {"name": "head", "parameters": 2562, "rate": 1e-3},
    {"name": "top", "parameters": 1200, "rate": None},
    {"name": "stem", "parameters": 34, "rate": None},
]


BLESSED = {**CONFIG, "thresholds": CONFIG["thresholds"][1:]}
"""Bounds that hold, but for one that cannot be judged."""


def picture(seed: int, size: tuple[int, int] = (90, 60)) -> bytes:
    """A JPEG of a few blots."""
    noise = np.random.default_rng(seed).integers(0, 255, (4, 6, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize(size).save(buffer, "JPEG")
    return buffer.getvalue()


def path_of(label: str, number: int) -> str:
    return f"{label}s/{number}{QUOTES}.jpg"


def leave_run(
    root: Path,
    pictures: int = 12,
    labels: Sequence[str] = LABELS,
    wrong: int = 3,
    config: dict[str, Any] = CONFIG,
) -> Made:
    """A workspace with one run that was judged: not blessed, unless its bounds are others.

    Args:
        root: of the workspace.
        pictures: of each class in test.
        labels: the classes.
        wrong: so many pictures of each class are taken for the next one.
        config: of the Evaluator.
    """
    made = Made(root, GRAFT_FLOW)
    made.run(RUN)
    tell_of_the_trunk(made)
    write_examples(made, pictures, labels)
    write_samples(made)
    explanation = _judge(made, pictures, labels, wrong, config)
    _write_summary(made, explanation, data_of(pictures, labels), config)
    return made


def material_of(made: Made) -> Material:
    """What the report is made of."""
    return gather(made.workspace, find_run(made.workspace, RUN))


def tell_of_the_trunk(made: Made) -> None:
    store = made._store
    (trainer,) = store.get_executions_by_type("components.Trainer")
    backbone = json.dumps({"name": "efficientnet_lite0"})
    told = {"fingerprint": f"efficientnet_lite0 224 {'5a' * 32}", "backbone": backbone}
    trainer.custom_properties["custom_config"].string_value = json.dumps(told)
    store.put_executions([trainer])
    (examples,) = store.get_artifacts_by_uri(str(made.uri("ImageExampleGen.examples")))
    examples.custom_properties["input_fingerprint"].string_value = "f1f1"
    store.put_artifacts([examples])


def write_examples(made: Made, pictures: int, labels: Sequence[str]) -> None:
    for split in ("train", "test"):
        folder = made.uri("ImageExampleGen.examples") / f"Split-{split}"
        folder.mkdir()
        with tf.io.TFRecordWriter(str(folder / "examples-00000-of-00001")) as writer:
            for number in range(pictures):
                for place, label in enumerate(labels):
                    values = {
                        features.IMAGE: picture(100 * place + number),
                        features.LABEL: label.encode(),
                        features.PATH: path_of(label, number).encode(),
                    }
                    lists = {name: tf.train.BytesList(value=[value]) for name, value in values.items()}
                    feature = {name: tf.train.Feature(bytes_list=each) for name, each in lists.items()}
                    feature[features.WIDTH] = tf.train.Feature(int64_list=tf.train.Int64List(value=[90]))
                    example = tf.train.Example(features=tf.train.Features(feature=feature))
                    writer.write(example.SerializeToString())
    aside = made.uri("ImageExampleGen.quarantine") / "thumbnails"
    aside.mkdir()
    (aside / "seen.jpg").write_bytes(picture(7))


def write_samples(made: Made) -> None:
    folder = made.uri("Augment.features") / SAMPLES_FOLDER
    folder.mkdir()
    for view in (0, 1):
        (folder / picture_file(0, view)).write_bytes(picture(view))
    rows = [{"path": path_of("cat", 0), "label": "cat", "views": ["plain", "random 1"]}]
    (folder / SAMPLES_FILE).write_text(json.dumps(rows))


def _judge(
    made: Made, pictures: int, labels: Sequence[str], wrong: int, config: dict[str, Any]
) -> dict[str, Any]:
    """Writes answers and explanation; the last blessed model was right about other pictures."""
    rows = []
    for place, label in enumerate(labels):
        for number in range(pictures):
            answer = (place + (number < wrong)) % len(labels)
            sure = 0.55 + 0.4 * number / pictures
            chances = np.full(len(labels), (1 - sure) / max(len(labels) - 1, 1))
            chances[answer] = sure
            before = (place + (number % 4 == 0)) % len(labels)
            rows.append(
                {
                    "image_id": f"{place:032x}{number:032x}",
                    "path": path_of(label, number),
                    "label": label,
                    "columns": [("site", QUOTES if number % 3 else "north")],
                    "probabilities": chances.tolist(),
                    "baseline": labels[before],
                }
            )
    evaluation = made.uri("Evaluator.evaluation")
    (evaluation / FOLDER).mkdir()
    pq.write_table(pa.Table.from_pylist(rows, ROW), evaluation / FOLDER / "answers.parquet")
    answers = read_answers(str(evaluation), labels)
    explanation = explain(answers, EvaluatorConfig.model_validate(config), temperature=0.8)
    write_explanation(explanation, str(evaluation))
    write_heat({path_of("cat", 2): np.eye(4, dtype=np.float32)}, str(evaluation))
    return json.loads(json.dumps(explanation))  # type: ignore[no-any-return]


def _write_summary(
    made: Made, explanation: dict[str, Any], data: dict[str, Any], evaluator: dict[str, Any]
) -> None:
    file = made.workspace.runs / RUN / "summary.json"
    of_state = {state: [] for state in ("failed", "not_judged", "held")}  # type: dict[str, list[dict[str, Any]]]
    for verdict in explanation["verdicts"]:
        of_state[verdict["state"]].append(verdict)
    failures = of_state["failed"]
    (version,) = made.workspace.serving("pets").iterdir()
    pushed = {"pushed_to": str(version), "version": version.name}
    summary = {
        **json.loads(file.read_text()),
        "status": "not_blessed" if failures else "pushed",
        "data": data,
        "tuning": {"trials": 3, "eval_loss": 0.3, "best": {"head": "root"}, "own_eval_loss": 0.4},
        "training": _training(),
        "evaluation": explanation["evaluation"],
        "blessing": {
            "blessed": not failures,
            "reasons": [failure["reason"] for failure in failures],
            "failures": failures,
            "not_judged": [verdict["reason"] for verdict in of_state["not_judged"]],
        },
        "model": {"backbone": "efficientnet_lite0", **(dict.fromkeys(pushed) if failures else pushed)},
        "versions": {"graft": "0.3.0", "tensorflow": "2.21.0"},
        "overhead_seconds": 4.5,
        "peak_rss_mib": 1234.5,
    }
    file.write_text(json.dumps(summary))
    config = load_config(None).model_dump(mode="json")
    config["evaluator"] = {**config["evaluator"], **evaluator}
    (file.parent / "config.yaml").write_text(yaml.safe_dump(config))


EXPORT: dict[str, Any] = asdict(Export("tflite_int8", "model_int8.tflite", 4_567_890, 40, 0.975, 0.0123, 24))
"""What lies beside a pushed model; the run above pushed none."""


def data_of(pictures: int, labels: Sequence[str]) -> dict[str, Any]:
    counts = {split: dict.fromkeys(labels, pictures) for split in ("train", "eval", "test")}
    return {
        "splits": {split: pictures * len(labels) for split in counts},
        "classes": sorted(labels),
        "counts": counts,
        "quarantined": 1,
        "quarantine": [
            {"path": QUOTES, "label": SCRIPT, "kind": "blank", "reason": SCRIPT, "thumbnail": "seen.jpg"}
        ],
        "findings": [{"kind": "dark", "severity": "warning", "text": SCRIPT, "paths": [QUOTES], "count": 1}],
        "anomalies": [{"severity": "warning", "split": "train", "feature": QUOTES, "text": SCRIPT}],
    }


def _training() -> list[dict[str, Any]]:
    return [
        {
            "node": "Trainer",
            "name": name,
            "epochs": 3,
            "kept_epoch": kept,
            "eval_loss": 0.4,
            "eval_accuracy": 0.8,
            "head_rate": 1e-3,
            "history": _HISTORY,
            "layers": LAYERS,
        }
        for name, kept in (("head", 3), ("fine_tune", 0))
    ]
