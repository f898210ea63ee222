"""TFX's hook: the whole of a search on a tiny trunk, and what TFX writes of it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tfx.components.tuner.executor import write_best_hyperparameters
from tfx.types import standard_artifacts

from components.recipe import apply
from components.tuner import tuner_fn
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from pipeline.settings.tuner import TunerConfig
from tests.components.trainer.tiny import TinyBackbone, write_tiny_stores

pytestmark = pytest.mark.slow

CONFIG = TrainerConfig(
    phases=(
        PhaseConfig(name="head", epochs=1, head_rate=0.01, batch_size=8),
        PhaseConfig(name="fine_tune", epochs=1, unfreeze="top", batch_size=8),
    )
)
TUNER = TunerConfig(trials=3, search=("dropout", "unfreeze"), unfreeze=("50%",), pictures=8)


class _Transform:
    def __init__(self, _: str) -> None:
        pass

    def vocabulary_by_name(self, _: str) -> list[bytes]:
        return [b"a", b"b", b"c"]


def _tables(root: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], list[Any]]:
    """What Trainer gets, and the table of all trials."""
    monkeypatch.setattr(tuner_fn.tft, "TFTransformOutput", _Transform)
    monkeypatch.setattr(tuner_fn, "choose_backbone", lambda _: TinyBackbone())
    settings = {"trainer": CONFIG, "tuner": TUNER, "backbone": BackboneConfig()}
    fn_args = SimpleNamespace(
        custom_config={name: section.model_dump(mode="json") for name, section in settings.items()}
        | {"cut": "stem", "seed": seed},
        transform_graph_path="unused",
        train_files=[str(root / "Split-train" / "*")],
        eval_files=[str(root / "Split-eval" / "*")],
        working_dir=str(root),
    )
    result = tuner_fn.tuner_fn(fn_args)
    result.tuner.search(**result.fit_kwargs)
    outputs = {
        "best_hyperparameters": standard_artifacts.HyperParameters(),
        "tuner_results": standard_artifacts.TunerResults(),
    }
    for name, artifact in outputs.items():
        artifact.uri = str(root / name)
    write_best_hyperparameters(result.tuner, {name: [artifact] for name, artifact in outputs.items()})
    best = json.loads((root / "best_hyperparameters" / "best_hyperparameters.txt").read_text())
    return best, json.loads((root / "tuner_results" / "tuner_results.json").read_text())


def test_search_leaves_a_table_and_a_recipe_and_follows_from_the_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny_stores(tmp_path)
    best, table = _tables(tmp_path, 0, monkeypatch)
    assert [row["score"] for row in table] == sorted(row["score"] for row in table)
    in_order = sorted(table, key=lambda row: row["trial_id"])
    assert [row.get("unfreeze") for row in in_order] == [None, None, "50%"]
    assert best["values"].items() <= table[0].items()
    assert apply(CONFIG, best["values"]).dropout == table[0]["dropout"]
    assert _tables(tmp_path, 0, monkeypatch) == (best, table)
