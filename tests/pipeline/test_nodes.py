"""The nodes by name: those of the pipeline, and where a run may start and stop."""

from pathlib import Path

import pytest

from pipeline.config import Config, EnsembleConfig, LabelCheckConfig
from pipeline.errors import InputError
from pipeline.nodes import NODES, check_range, nodes_of
from pipeline.settings.data import DataConfig
from pipeline.settings.environment import DECISION, GLIMPSE
from pipeline.settings.tuner import TunerConfig
from pipeline.workspace import Workspace
from tests.pipeline.test_policy_flow import OTHER, config_of

PLAIN = Config(data=DataConfig(source="solar_cells"))
SEARCHING = PLAIN.model_copy(update={"tuner": TunerConfig(trials=5)})
TRUSTING = PLAIN.model_copy(update={"label_check": LabelCheckConfig(folds=0)})
JOINED = SEARCHING.model_copy(
    update={"ensemble": EnsembleConfig(backbones=("efficientnet_lite2", "efficientnet_lite1"))}
)


@pytest.mark.parametrize(
    "config",
    [
        *(PLAIN, TRUSTING, SEARCHING, JOINED, JOINED.model_copy(update={"tuner": TunerConfig()})),
        *(config_of(kind) for kind in (DECISION, GLIMPSE, OTHER)),
    ],
)
def test_nodes_are_those_that_run(tmp_path: Path, config: Config) -> None:
    from tfx.orchestration import metadata

    from pipeline.pipeline import create_pipeline
    from pipeline.runners.local import LocalRunner

    connection = metadata.sqlite_metadata_connection_config(str(tmp_path / "metadata.sqlite"))
    runner = LocalRunner(create_pipeline(config, Workspace(tmp_path), connection), "run")
    assert tuple(runner.node_ids) == nodes_of(config)


def test_nodes_that_are_asked_for() -> None:
    assert nodes_of(SEARCHING) == tuple(node for node in NODES if node != "Ensemble")
    assert nodes_of(PLAIN) == tuple(node for node in NODES if node not in ("Tuner", "Ensemble"))
    others = ("efficientnet_lite1", "efficientnet_lite2")
    assert set(nodes_of(JOINED)) == {
        *NODES,
        *(f"{node}.{x}" for node in ("Augment", "Trainer") for x in others),
    }


def test_nodes_of_a_policy_are_those_that_its_environment_needs() -> None:
    acts = ("Trainer", "LatestBlessedModel", "Evaluator", "Pusher")
    reads = NODES[: NODES.index("Augment")]
    assert nodes_of(config_of(DECISION)) == (*reads, "Augment", *acts)
    assert nodes_of(config_of(GLIMPSE)) == (*reads, *acts)
    assert nodes_of(config_of(OTHER)) == acts


@pytest.mark.parametrize(
    ("node", "text"), [("Tuner", "tuner.trials is 0."), ("Ensemble", "ensemble.backbones is empty.")]
)
def test_check_range_says_why_a_node_takes_no_part(node: str, text: str) -> None:
    check_range(node, node, nodes_of(JOINED))
    for start, stop in ((node, None), (None, node)):
        with pytest.raises(InputError, match=f"^{node} takes no part in this run: {text}"):
            check_range(start, stop, nodes_of(PLAIN))


def test_labels_can_be_taken_as_they_are() -> None:
    assert set(nodes_of(PLAIN)) - set(nodes_of(TRUSTING)) == {"LabelCheck"}
    with pytest.raises(InputError, match="LabelCheck takes no part in this run: label_check.folds is 0."):
        check_range("LabelCheck", None, nodes_of(TRUSTING))


@pytest.mark.parametrize("node", ["Tuner", "Ensemble", "LabelCheck"])
@pytest.mark.parametrize("kind", [DECISION, OTHER])
def test_check_range_advises_no_setting_that_a_policy_cannot_have(node: str, kind: str) -> None:
    text = (
        f"^{node} takes no part in this run: where task is reinforcement, none of Tuner, .* LabelCheck does.$"
    )
    with pytest.raises(InputError, match=text):
        check_range(node, None, nodes_of(config_of(kind)), is_policy=True)


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (None, None),
        ("Trainer", None),
        (None, "Trainer"),
        ("Trainer", "Trainer"),
        ("ImageExampleGen", "Pusher"),
        ("LatestStatistics", "SchemaGen"),
    ],
)
def test_check_range(start: str | None, stop: str | None) -> None:
    check_range(start, stop, NODES)


@pytest.mark.parametrize(
    ("start", "stop", "text"),
    [
        ("trainer", None, "no node `trainer`. The nodes are: ImageExampleGen, .*, LabelCheck.$"),
        (None, "", "no node ``"),
        ("Trainer", "Nirvana", "no node `Nirvana`"),
        ("Trainer", "Augment", "--to Augment comes before --from Trainer. .* Augment, Tuner, Trainer,"),
        ("Pusher", "ImageExampleGen", "comes before"),
    ],
)
def test_check_range_refuses(start: str | None, stop: str | None, text: str) -> None:
    with pytest.raises(InputError, match=text):
        check_range(start, stop, NODES)


def test_check_range_of_other_nodes() -> None:
    check_range("b", "c", nodes=["a", "b", "c"])
    with pytest.raises(InputError, match="no node `Trainer`. The nodes are: a, b."):
        check_range("Trainer", None, nodes=["a", "b"])
