"""scikit-learn's logistic regression on features of the frozen trunk: the mark that a new head must pass.

    .venv/bin/python -m benchmarks.logistic plain/ --features features.npz

Each picture is seen once, plain, by the very functions of a run: decoded and resized as Transform does it,
through the pre-trained trunk, averaged over its places.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from components import features

TRUNK = "efficientnet_lite0"
PLAIN, STANDARDISED, CHOSEN = WAYS = (
    "logistic regression",
    "regression, standardised",
    "regression, C chosen on eval",
)
_STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
_BATCH = 32
_MOST_STEPS = 5000
"""Until it has converged, which scikit-learn's default of 100 does not reach on plain features."""


@dataclass(frozen=True)
class Features:
    """Features of all pictures.

    Attributes:
        paths: `<split>/<class>/<picture>`, sorted.
        values: float32 [pictures, width].
    """

    paths: Sequence[str]
    values: np.ndarray

    def of(self, paths: Sequence[str]) -> tuple[np.ndarray, list[str]]:
        """The values of some pictures, in their order, and their classes."""
        places = {path: place for place, path in enumerate(self.paths)}
        return self.values[[places[path] for path in paths]], [Path(path).parent.name for path in paths]

    def of_split(self, split: str) -> list[str]:
        """Paths of one split."""
        return [path for path in self.paths if path.startswith(f"{split}/")]

    def save(self, file: Path) -> None:
        """Writes them."""
        np.savez(file, paths=np.array(self.paths), values=self.values)

    @classmethod
    def load(cls, file: Path) -> "Features":
        """Reads what `save` wrote."""
        with np.load(file) as arrays:
            return cls([str(path) for path in arrays["paths"]], arrays["values"])


def extract(folder: Path) -> Features:
    """Runs every picture below `folder` through the trunk."""
    import keras
    import tensorflow as tf

    from components.backbone import get_backbone
    from components.transform import decode_images

    backbone = get_backbone(TRUNK)
    trunk = backbone.build_pretrained()
    model = keras.Model(trunk.input, keras.layers.GlobalAveragePooling2D()(trunk.output))
    files = sorted(folder.glob("*/*/*"))
    pictures = (
        tf.data.Dataset.from_tensor_slices([str(file) for file in files])
        .map(tf.io.read_file, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(_BATCH)
        .map(lambda contents: decode_images(contents, backbone.size), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )
    values = model.predict(pictures, verbose=0)
    return Features([str(file.relative_to(folder)) for file in files], values)


def regress(
    known: Features, train: Sequence[str], evaluation: Sequence[str], test: Sequence[str], way: str
) -> dict[str, float]:
    """Fits on some pictures and judges on others.

    Args:
        known: features of all.
        train: paths to fit on.
        evaluation: paths to choose C on, by the likelihood of their classes.
        test: paths to judge on.
        way: one of `WAYS`; but for `CHOSEN`, C is 1, scikit-learn's default.

    Returns:
        Accuracy and macro F1 on test, and `seconds` for the fit.
    """
    started = time.monotonic()
    strengths = _STRENGTHS if way == CHOSEN else (1.0,)
    models = [_fitted(known, train, strength, way == STANDARDISED) for strength in strengths]
    model = models[0]
    if way == CHOSEN:
        model = min(models, key=lambda model: _loss(model, *known.of(evaluation)))
    seconds = round(time.monotonic() - started, 3)
    values, truth = known.of(test)
    return {**scores(truth, model.predict(values)), "seconds": seconds}


def _loss(model: Any, values: np.ndarray, truth: Sequence[str]) -> float:
    return float(log_loss(truth, model.predict_proba(values), labels=model.classes_))


def _fitted(known: Features, train: Sequence[str], strength: float, is_standardised: bool) -> Any:
    model = LogisticRegression(C=strength, max_iter=_MOST_STEPS)
    return (make_pipeline(StandardScaler(), model) if is_standardised else model).fit(*known.of(train))


def scores(truth: Any, answers: Any) -> dict[str, float]:
    """Accuracy and macro F1, as scikit-learn counts them."""
    return {
        "accuracy": round(float(accuracy_score(truth, answers)), 6),
        "macro_f1": round(float(f1_score(truth, answers, average="macro")), 6),
    }


def main() -> None:
    """Prints what was reached as one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--features", type=Path, help="keep the features in this file")
    arguments = parser.parse_args()
    started = time.monotonic()
    known = extract(arguments.folder)
    result: dict[str, Any] = {"extraction_seconds": round(time.monotonic() - started, 3)}
    if arguments.features:
        known.save(arguments.features)
    train, evaluation, test = map(known.of_split, features.SPLITS)
    print(json.dumps({**result, **{way: regress(known, train, evaluation, test, way) for way in WAYS}}))


if __name__ == "__main__":
    main()
