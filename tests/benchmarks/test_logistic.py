"""The regression is scikit-learn's, on the features of the very pictures that it is given."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler

from benchmarks.logistic import CHOSEN, PLAIN, STANDARDISED, Features, extract, regress


@pytest.fixture(scope="module")
def known() -> Features:
    """Two classes that overlap, on scales that differ."""
    draws = np.random.default_rng(5)
    paths = [
        f"{split}/{label}/{number:03}.png"
        for split in ("test", "train")
        for label in ("cat", "dog")
        for number in range(60)
    ]
    values = draws.normal(size=(len(paths), 6)) + 0.4 * np.array(["dog" in path for path in paths])[:, None]
    return Features(paths, (values * [100, 1, 1, 1, 0.01, 1]).astype(np.float32))


def test_features_come_in_the_order_asked_for(known: Features) -> None:
    values, labels = known.of(["train/dog/003.png", "test/cat/001.png"])
    assert labels == ["dog", "cat"]
    np.testing.assert_array_equal(values[1], known.values[1])
    np.testing.assert_array_equal(values[0], known.values[120 + 60 + 3])


def test_features_of_a_split(known: Features) -> None:
    assert len(known.of_split("train")) == 120
    assert all(path.startswith("train/") for path in known.of_split("train"))


def test_features_survive_a_file(known: Features, tmp_path: Path) -> None:
    known.save(tmp_path / "features.npz")
    again = Features.load(tmp_path / "features.npz")
    assert again.paths == known.paths
    np.testing.assert_array_equal(again.values, known.values)


@pytest.mark.parametrize("way", [PLAIN, STANDARDISED])
def test_scores_are_those_of_scikit_learn(known: Features, way: str) -> None:
    train, test = known.of_split("train"), known.of_split("test")
    (x, y), (x_test, y_test) = known.of(train), known.of(test)
    if way == STANDARDISED:
        scaler = StandardScaler().fit(x)
        x, x_test = scaler.transform(x), scaler.transform(x_test)
    answers = LogisticRegression(max_iter=5000).fit(x, y).predict(x_test)
    scores = regress(known, train, [], test, way)
    assert scores["accuracy"] == pytest.approx(np.mean(answers == y_test), abs=1e-6)
    assert scores["macro_f1"] == pytest.approx(f1_score(y_test, answers, average="macro"), abs=1e-6)
    assert 0.55 < scores["accuracy"] < 0.95


@pytest.mark.parametrize(("seen", "strength"), [("train", 100), ("eval", 0.001)])
def test_strength_is_chosen_on_eval(known: Features, seen: str, strength: float) -> None:
    train, test = known.of_split("train"), known.of_split("test")
    # Of what was fitted the weakest penalty knows most; of what is turned around it knows least.
    turned = [path.replace("train", "eval") for path in train]
    values = np.concatenate([known.values, -known.of(train)[0]])
    both = Features([*known.paths, *turned], values)
    scores = regress(both, train, train if seen == "train" else turned, test, CHOSEN)
    model = LogisticRegression(C=strength, max_iter=5000).fit(*known.of(train))
    assert scores["accuracy"] == pytest.approx(model.score(*known.of(test)), abs=1e-6)


@pytest.mark.slow
def test_features_are_those_of_the_frozen_trunk(tmp_path: Path) -> None:
    from components.backbone import get_backbone

    draws = np.random.default_rng(5)
    pictures = draws.integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)
    for number, pixels in enumerate(pictures):
        folder = tmp_path / ("train" if number else "test") / "cat"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    known = extract(tmp_path)
    assert known.paths == ["test/cat/0.png", "train/cat/1.png", "train/cat/2.png"]
    maps = get_backbone("efficientnet_lite0").build_pretrained()(pictures.astype(np.float32), training=False)
    np.testing.assert_allclose(known.values, np.mean(maps, axis=(1, 2)), rtol=1e-4, atol=1e-4)
