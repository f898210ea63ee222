"""Made-up answers."""

from collections.abc import Sequence

import numpy as np
from scipy.special import softmax

from components.answers import Answers


def answers_of(
    labels: Sequence[int] | np.ndarray,
    probabilities: np.ndarray,
    names: Sequence[str] | None = None,
    baseline: Sequence[int] | None = None,
    **columns: Sequence[str],
) -> Answers:
    """Answers to pictures `0.jpg`, `1.jpg` and so on; classes are called `a`, `b`, ... if not named."""
    names = tuple(names or (chr(ord("a") + place) for place in range(probabilities.shape[1])))
    places = np.array(labels, np.int64)
    own = [names[label] if label < len(names) else "?" for label in places.tolist()]
    return Answers(
        names=names,
        ids=np.array([f"{row:064x}" for row in range(len(places))], dtype=object),
        paths=np.array([f"{row}.jpg" for row in range(len(places))], dtype=object),
        labels=places,
        probabilities=probabilities.astype(np.float32),
        columns={name: np.array(values, dtype=object) for name, values in {**columns, "label": own}.items()},
        baseline=None if baseline is None else np.array(baseline, np.int64),
    )


def told(labels: Sequence[int], answered: Sequence[int], classes: int = 3, **more: Sequence[str]) -> Answers:
    """Those that answer `answered`, each with the same probability."""
    return answers_of(labels, softmax(np.eye(classes)[list(answered)], axis=1), **more)  # type: ignore[arg-type]


def drawn(generator: np.random.Generator, count: int, classes: int, sureness: float = 1.0) -> Answers:
    """A model that is right more often the surer it is; labels are drawn from what it says at sureness 1."""
    logits = generator.normal(size=(count, classes)) * 2
    chances = softmax(logits, axis=1)
    labels = np.array([generator.choice(classes, p=row) for row in chances])
    return answers_of(
        labels, softmax(sureness * logits, axis=1), [f"class{place}" for place in range(classes)]
    )
