"""What must always hold, with the recipes of the other presets; every other test runs `balanced`."""

import dataclasses
import os
import signal
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from components.backbone import choose_backbone
from components.backbone.cut import cut_for, split_trunk
from components.ensemble.trunks import trunks_of
from pipeline.config import Config
from pipeline.config_file import load_config
from pipeline.nodes import nodes_of
from tests.e2e import sample
from tests.e2e.served import answers, images_of, random_ops, records, trained_answers

pytestmark = pytest.mark.e2e

GATE = "evaluator.thresholds=[{metric: accuracy, at_least: %s}]"
_HEAD = ("data.share=0.05", "augment.views=2", "trainer.phases.0.epochs=4", "trainer.phases.0.min_steps=0")
_TOP = ("trainer.phases.1.epochs=3", "trainer.phases.1.min_steps=0", "trainer.phases.1.unfreeze=10%")
SETTINGS = {
    "fast": ("preset=fast", *_HEAD, GATE % 0.2),
    # Smaller pictures take less time, and what must hold is the same; of two trunks, too.
    "best": (
        *("preset=best", "ensemble.backbones=[efficientnet_lite1]", "backbone.size=128"),
        *(*_HEAD, *_TOP, GATE % 0.2),
    ),
}


@dataclasses.dataclass(frozen=True)
class Runs:
    """Of one preset: a run that was left alone, and one that was killed while it trained, and went on."""

    settings: tuple[str, ...]
    whole: Path
    killed: Path
    served_by_killed: list[Path]

    @property
    def config(self) -> Config:
        return load_config(None, overrides=self.settings)


def _trainers(config: Config) -> list[str]:
    """One for each trunk, in their order."""
    return [node for node in nodes_of(config) if node.startswith("Trainer")]


@pytest.fixture(scope="module", params=list(SETTINGS))
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    settings = SETTINGS[request.param]
    whole, killed = (tmp_path_factory.mktemp(request.param) / name for name in ("whole", "killed"))
    result = sample.run(whole, settings=settings)
    assert result.returncode == 0, result.stderr
    process = sample.start(killed, settings=settings)
    config = load_config(None, overrides=settings)
    checkpoints = killed / "artifacts" / _trainers(config)[-1] / "checkpoints"
    last = config.trainer.phases[-1].name
    sample.wait_for(lambda: process.poll() is not None or list(checkpoints.glob(f"*/{last}.npz")))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    served = sample.served(killed)
    result = sample.run(killed, settings=settings)
    assert result.returncode == 0, result.stderr
    return Runs(settings, whole, killed, served)


def test_frozen_weights_are_the_pretrained_ones_and_unfrozen_ones_moved(runs: Runs) -> None:
    import keras

    config = runs.config
    trunks = trunks_of(config.backbone, config.ensemble.backbones)
    for each, node in zip(trunks, _trainers(config), strict=True):
        backbone = choose_backbone(each)
        models = runs.whole / "artifacts" / node / "model"
        (file,) = models.glob("*/Format-Serving/assets.extra/trunk.keras")
        trunk = keras.models.load_model(file, compile=False)
        cut = cut_for(backbone, [phase.unfreeze for phase in config.trainer.phases])
        halves = zip(split_trunk(backbone.build_pretrained(), cut), split_trunk(trunk, cut), strict=True)
        (frozen, same), (trained, moved) = (
            (before.get_weights(), after.get_weights()) for before, after in halves
        )
        assert frozen
        assert all(np.array_equal(*pair) for pair in zip(frozen, same, strict=True))
        kernels = [pair for pair in zip(trained, moved, strict=True) if pair[0].ndim == 4]
        assert not any(np.array_equal(*pair) for pair in kernels)
        assert bool(kernels) == (len(config.trainer.phases) > 1)


def test_served_graph_draws_nothing_and_answers_as_the_trained_one(runs: Runs) -> None:
    pushed = Path(sample.summaries(runs.whole)[0]["model"]["pushed_to"])
    assert not random_ops(pushed)
    images = images_of(records(runs.whole, "test")[:8])
    np.testing.assert_allclose(
        answers(pushed, images), trained_answers(runs.whole, runs.config, images), atol=1e-5
    )


def test_no_picture_stands_twice_and_none_is_lost(runs: Runs) -> None:
    data = sample.summaries(runs.whole)[0]["data"]
    ids = [
        record["image_id"].bytes_list.value[0]
        for split in data["splits"]
        for record in records(runs.whole, split)
    ]
    assert Counter(ids).most_common(1)[0][1] == 1
    assert len(ids) == sum(data["splits"].values())


def test_killed_while_training_it_ends_as_if_nothing_had_happened(runs: Runs) -> None:
    assert runs.served_by_killed == []
    (again,), (whole,) = sample.summaries(runs.killed), sample.summaries(runs.whole)
    states = sample.states(again)
    *trained, killed = _trainers(runs.config)
    assert {states[node] for node in ("ImageExampleGen", "Transform", "Augment", *trained)} == {"cached"}
    assert states[killed] == "complete"
    assert "goes on after epoch" in (runs.killed / "runs" / again["run_id"] / "log.txt").read_text()
    sample.check_alike(again["evaluation"], whole["evaluation"])
    assert (again["data"], again["training"]) == (whole["data"], whole["training"])


def test_second_run_executes_nothing_and_a_changed_head_only_what_follows_it(runs: Runs) -> None:
    assert sample.run(runs.killed, settings=runs.settings).returncode == 0
    assert set(sample.states(sample.summaries(runs.killed)[-1]).values()) == {"cached"}
    before = sample.served(runs.killed)
    changed = (*runs.settings, "trainer.dropout=0.3", GATE % 1.0)
    result = sample.run(runs.killed, settings=changed)
    summary = sample.summaries(runs.killed)[-1]
    states = sample.states(summary)
    renewed = {*_trainers(runs.config), "Ensemble", "Evaluator", "LabelCheck"}
    assert {state for node, state in states.items() if node in renewed} == {"complete"}
    before_them = list(states)[: list(states).index("Trainer")]
    assert {states[node] for node in before_them} == {"cached"}
    # And its gate holds.
    assert result.returncode == 3, result.stderr
    assert sample.served(runs.killed) == before
    accuracy = summary["evaluation"]["accuracy"]
    # It may have fallen behind the blessed one as well.
    assert f"accuracy on overall is {accuracy:.4f}, must be at least 1.0000" in summary["blessing"]["reasons"]
