"""`exports.json`: what lies beside a SavedModel, what goes in and comes out, and how well each format agrees.

Imports neither TensorFlow nor TFX: a device's program and the run's summary read it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from components.backbone.pushed import EXTRA

FOLDER = f"{EXTRA}/exports"
"""Below a SavedModel: servers look at numbered folders alone, and in them not at `assets.extra`."""
FILE = "exports.json"
INPUT, OUTPUT = "pixels", "probabilities"
"""Names of the tensors."""


@dataclass(frozen=True)
class Export:
    """One file, and how it did against the SavedModel.

    Attributes:
        format: an `ExportFormat` of the config.
        file: its name.
        bytes: its size.
        pictures: of test, on which both were asked.
        agreement: the share of them, 0 to 1, to which both give the same label.
        largest_difference: between two probabilities of the same class, 0 to 1.
        calibrated_on: pictures of eval that chose the ranges of its integers; 0 where there are none.
    """

    format: str
    file: str
    bytes: int
    pictures: int
    agreement: float
    largest_difference: float
    calibrated_on: int


def write_exports(exports: Sequence[Export], labels: Sequence[str], size: int, folder: Path) -> None:
    """Writes the file into `folder`, beside those that it is about.

    Args:
        exports: what was made.
        labels: class names in the order of the probabilities.
        size: side of the pictures, pixels.
        folder: is there.
    """
    content = {
        "input": {
            "name": INPUT,
            "dtype": "float32",
            "shape": [None, size, size, 3],
            "layout": "batch, height, width, RGB",
            "range": [0, 255],
            "scaling": "none: it lies in the model",
            "resize": "bilinear with antialiasing, the whole picture, whatever its aspect",
        },
        "output": {
            "name": OUTPUT,
            "dtype": "float32",
            "shape": [None, len(labels)],
            "labels": list(labels),
        },
        "exports": [asdict(export) for export in exports],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8")


def read_exports(model: Path) -> list[dict[str, Any]]:
    """The fields of each `Export` beside a SavedModel; none where nothing was asked for."""
    file = model / FOLDER / FILE
    if not file.exists():
        return []
    exports: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["exports"]
    return exports
