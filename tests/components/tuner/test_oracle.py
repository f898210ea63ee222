"""What is tried, in which order: the own recipe, heads, then depths with the best head."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.recipe import Values
from components.tuner.oracle import OBJECTIVE, best_of_each_kind, build_oracle
from components.tuner.search_space import search_space
from pipeline.settings.trainer import TrainerConfig
from pipeline.settings.tuner import TunerConfig

CONFIG = TrainerConfig()


def _search(
    folder: Path, tuner: TunerConfig, loss: Callable[[Values], float | None], seed: int = 0
) -> list[tuple[Values, float | None]]:
    """Every trial of a search, and its loss; `None` for one that failed."""
    oracle = build_oracle(search_space(CONFIG, tuner), tuner, seed)
    oracle._set_project_dir(str(folder), "search")
    oracle.verbose = 0
    tried: list[tuple[Values, float | None]] = []
    while (trial := oracle.create_trial("any")).status == "RUNNING":
        values = dict(trial.hyperparameters.values)
        score = loss(values)
        trial.status = "FAILED" if score is None else "COMPLETED"
        if score is not None:
            oracle.update_trial(trial.trial_id, {OBJECTIVE: score})
        oracle.end_trial(trial)
        tried.append((values, score))
    return tried


def _loss(values: Values) -> float:
    """An mlp is best alone; fine-tuning gains more on a linear head, and more at 10 % than at 20 %."""
    gains = {"linear": 0.3, "root": 0.05, "mlp": 0.05, "cosine": 0.1}
    head = {"linear": 0.5, "root": 0.6, "mlp": 0.4, "cosine": 0.6}[values["head"]] + 0.1 * values.get(
        "dropout", 0
    )
    return head - gains[values["head"]] * {"20%": 0.5, "10%": 1.0}.get(values.get("unfreeze", ""), 0.0)


@pytest.mark.parametrize("algorithm", ["bayesian", "random"])
@pytest.mark.parametrize("seed", [0, 1])
def test_own_recipe_then_new_heads_then_depths_with_the_best_then_other_heads(
    tmp_path: Path, algorithm: Any, seed: int
) -> None:
    tuner = TunerConfig(trials=40, algorithm=algorithm, search=("head", "dropout", "head_rate", "unfreeze"))
    tried = _search(tmp_path, tuner, _loss, seed)
    values = [trial for trial, _ in tried]
    assert values[0] == {"head": "linear", "dropout": 0.2, "head_rate": CONFIG.phases[0].head_rate}
    heads = [tuple(trial.items()) for trial in values if "unfreeze" not in trial]
    assert len(heads) == len(set(heads)) == 36
    best: dict[str, Values] = {}
    for trial, _ in sorted(tried[:36], key=lambda trial: trial[1] or 0):
        best.setdefault(trial["head"], trial)
    assert next(iter(best)) == "mlp"
    depths = [{**best["mlp"], "unfreeze": depth} for depth in ("10%", "20%")]
    assert values[36:] == [*depths, *({**best[head], "unfreeze": "10%"} for head in list(best)[1:3])]
    assert min(tried, key=lambda trial: trial[1] or 0)[0] == {**best["linear"], "unfreeze": "10%"}


def test_surrogate_tries_what_is_near_the_best_and_nothing_twice(tmp_path: Path) -> None:
    def loss(values: Values) -> float:
        return abs(values["dropout"] - 0.3) + abs(values["mixup"] - 0.2) + values["label_smoothing"]

    search = ("dropout", "mixup", "label_smoothing", "weight_decay")
    tried = _search(tmp_path, TunerConfig(trials=40, search=search), loss)
    drawn, guided = ([score or 0 for _, score in part] for part in (tried[1:20], tried[20:]))
    assert len({tuple(values.items()) for values, _ in tried}) == 40
    assert sum(guided) / len(guided) < 0.7 * sum(drawn) / len(drawn)
    assert min(guided) == 0


@pytest.mark.parametrize("algorithm", ["bayesian", "random"])
def test_same_seed_same_search(tmp_path: Path, algorithm: Any) -> None:
    tuner = TunerConfig(trials=7, algorithm=algorithm)
    one, same, other = (
        _search(tmp_path / str(index), tuner, _loss, seed) for index, seed in enumerate((0, 0, 1))
    )
    assert one == same
    assert one != other


@pytest.mark.parametrize("algorithm", ["bayesian", "random"])
@pytest.mark.parametrize(
    ("search", "deep"),
    [
        (("head", "unfreeze"), ["10%", "20%"]),
        (("unfreeze",), ["10%", "20%"]),
        (("head",), []),
    ],
)
def test_search_ends_where_nothing_is_left(
    tmp_path: Path, algorithm: Any, search: Any, deep: list[str]
) -> None:
    tuner = TunerConfig(trials=24, algorithm=algorithm, search=search)
    values = [trial for trial, _ in _search(tmp_path, tuner, _loss)]
    heads = 4 if "head" in search else 1
    assert [trial.get("unfreeze") for trial in values] == [None] * heads + deep
    assert len({tuple(trial.items()) for trial in values}) == len(values)


@pytest.mark.parametrize("algorithm", ["bayesian", "random"])
def test_search_outlives_trials_that_diverged(tmp_path: Path, algorithm: Any) -> None:
    def often_none(values: Values) -> float | None:
        return None if values["head"] != "mlp" else _loss(values)

    tried = _search(tmp_path, TunerConfig(trials=12, algorithm=algorithm), often_none)
    assert len(tried) == 12
    assert [(values["head"], values["unfreeze"]) for values, _ in tried[-2:]] == [
        ("mlp", "10%"),
        ("mlp", "20%"),
    ]


def test_no_depth_without_a_head(tmp_path: Path) -> None:
    tried = _search(tmp_path, TunerConfig(trials=6), lambda _: None)
    assert len(tried) == 4
    assert not any("unfreeze" in values for values, _ in tried)


def test_best_of_each_kind_come_first() -> None:
    heads = [{"head": kind, "dropout": place} for place, kind in enumerate("aabacb")]
    ranked = best_of_each_kind(heads)
    assert [(values["head"], values["dropout"]) for values in ranked] == [
        *(("a", 0), ("b", 2), ("c", 4)),
        *(("a", 1), ("b", 5)),
        ("a", 3),
    ]
    assert best_of_each_kind([{"dropout": 2}, {"dropout": 1}]) == [{"dropout": 2}, {"dropout": 1}]
