"""The rooms together, launched by TFX: what stops a run, what is cached, what the next is held against."""

from pathlib import Path
from typing import Any

import pytest
from tfx.orchestration import metadata
from tfx.orchestration import pipeline as tfx_pipeline

from components import latest_statistics
from components.example_validator import component as example_validator
from components.example_validator.anomalies import Anomaly, read_anomalies
from components.schema_gen import component as schema_gen
from components.schema_gen.freeze import as_text, freeze
from pipeline.config import ExampleValidatorConfig, SchemaGenConfig
from pipeline.errors import InputError
from pipeline.runners.local import LocalRunner
from tests.components.statistics_of import Pictures, statistics_node, statistics_of

Data = dict[str, Pictures]
NODES = ("StatisticsGen", "SchemaGen", "LatestStatistics", "ExampleValidator")


def data(cats: int = 200, dogs: int = 200, **changes: Any) -> Data:
    train = {"label": {"cat": cats, "dog": dogs}, "seed": 1, **changes}
    test = {"label": {"cat": cats // 2, "dog": dogs // 2}, "seed": 2, **changes}
    return {"train": train, "test": test}


class Project:
    """A workspace, and a schema that may be frozen."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._schema: Path | None = None
        self._runs = 0
        self.states: dict[str, str] = {}
        self.anomalies: list[Anomaly] = []

    def freeze(self, pictures: Data) -> None:
        statistics = {split: statistics_of(**of_split) for split, of_split in pictures.items()}
        self._schema = self._root / "schema.pbtxt"
        self._schema.write_text(as_text(freeze(statistics, ExampleValidatorConfig()), "x", statistics))

    def run(self, pictures: Data, **settings: Any) -> None:
        self._runs += 1
        statistics = statistics_node(pictures)
        channel = statistics.outputs["statistics"]
        file = str(self._schema) if self._schema else None
        schema = schema_gen.build(channel, SchemaGenConfig(file=file), [])
        reference = latest_statistics.build(channel)
        validator = example_validator.build(
            channel,
            schema.outputs["schema"],
            reference.outputs["previous"],
            ExampleValidatorConfig(**settings),
            is_reviewed=file is not None,
        )
        runner = LocalRunner(
            tfx_pipeline.Pipeline(
                pipeline_name="x",
                pipeline_root=str(self._root / "artifacts"),
                components=[statistics, schema, reference, validator],
                metadata_connection_config=metadata.sqlite_metadata_connection_config(
                    str(self._root / "metadata.sqlite")
                ),
                enable_cache=True,
            ),
            f"run {self._runs}",
        )
        try:
            runner.run()
        finally:
            self.states = {result.id: result.state for result in runner.results}
        (artifact,) = runner.outputs("ExampleValidator", "anomalies")
        self.anomalies = read_anomalies(artifact.uri)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_first_run_then_nothing_to_do(project: Project) -> None:
    project.run(data())
    assert project.states == dict.fromkeys(NODES, "complete")
    assert project.anomalies == []
    project.run(data())
    assert project.states == dict.fromkeys(NODES, "cached")


def test_unfrozen_schema_only_warns(project: Project) -> None:
    odd = data()
    odd["test"] = {"label": {"cat": 100, "bird": 100}, "brightness": 0.9}
    project.run(odd)
    assert [(item.feature, item.severity) for item in project.anomalies] == [
        ("label", "error"),
        ("label", "warning"),
    ]


def test_frozen_schema_stops_until_the_data_is_mended(project: Project) -> None:
    project.run(data())
    project.freeze(data())
    for _ in range(2):  # a node that failed is not cached
        with pytest.raises(InputError, match="train: label: `bird` not in the schema"):
            project.run({**data(), "train": {"label": {"cat": 200, "dog": 200, "bird": 9}, "seed": 1}})
        assert project.states["ExampleValidator"] == "failed"
    project.run(data())
    assert project.states["ExampleValidator"] == "complete"
    assert project.anomalies == []


def test_reviewed_schema_is_cached_until_it_changes(project: Project) -> None:
    project.freeze(data())
    project.run(data())
    project.run(data(210))
    assert project.states["SchemaGen"] == "cached"  # new data is no new schema
    project.freeze(data(210))
    project.run(data(210))
    assert project.states["StatisticsGen"] == "cached"
    assert project.states["SchemaGen"] == project.states["ExampleValidator"] == "complete"


def test_stop_at_never_lets_pass(project: Project) -> None:
    project.freeze(data())
    with pytest.raises(InputError, match="no picture of any split has `dog`"):
        project.run(data(200, 0))
    project.run(data(200, 0), stop_at="never")
    assert ("label", "vanished") in [(item.feature, item.kind) for item in project.anomalies]


def test_drift_is_from_the_last_run_that_passed(project: Project) -> None:
    project.freeze(data())
    project.run(data())
    project.run(data(230, 200))
    for _ in range(2):
        with pytest.raises(InputError, match="train: label: share of `cat` 70.0%, at the last run 53.5%"):
            project.run(data(280, 120))
    # Not held against the data that was refused.
    project.run(data(240, 200))
    assert project.states["ExampleValidator"] == "complete"


def test_freezing_anew_accepts_what_has_changed(project: Project) -> None:
    project.freeze(data())
    project.run(data())
    with pytest.raises(InputError, match="brightness: mean 0.69"):
        project.run(data(brightness=0.7))
    project.freeze(data(brightness=0.7))
    project.run(data(brightness=0.7))
    project.run(data(brightness=0.7))
    assert project.states == dict.fromkeys(NODES, "cached")
    with pytest.raises(InputError, match=r"brightness: mean 0.9\d*, at the last run 0.69"):
        project.run(data(brightness=0.95))


def test_first_drift_after_freezing_is_from_the_run_that_was_frozen(project: Project) -> None:
    project.run(data())
    project.freeze(data())
    with pytest.raises(InputError, match="brightness: mean 0.69"):
        project.run(data(brightness=0.7))
