"""Workspaces as TFX and Graft leave them, written with ML Metadata's own library; nothing is trained."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from ml_metadata.metadata_store.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as proto

from components.answers import FOLDER, ROW
from pipeline.metadata.store import bind, claim_run, connection_of
from pipeline.settings.metadata import MetadataConfig
from pipeline.workspace import Workspace

LABELS = ["cat", "dog"]
Flow = dict[str, tuple[dict[str, str], dict[str, str]]]
FLOW: Flow = {
    # node: (inputs: where each comes from), (outputs: their types)
    "ImageExampleGen": ({}, {"examples": "Examples", "quarantine": "Quarantine"}),
    "Trainer": ({"examples": "ImageExampleGen.examples"}, {"model": "Model"}),
    "Evaluator": (
        {"examples": "ImageExampleGen.examples", "model": "Trainer.model"},
        {"evaluation": "ModelEvaluation"},
    ),
    "Pusher": ({"model": "Trainer.model"}, {"pushed_model": "PushedModel"}),
}


class Made:
    """A workspace that grows by runs."""

    def __init__(self, root: Path, flow: Flow = FLOW, address: str | None = None, name: str = "pets") -> None:
        self.workspace = Workspace(root)
        self._flow = flow
        root.mkdir(parents=True, exist_ok=True)
        self._name = name
        bind(self.workspace, MetadataConfig(address=address), name)
        self._store = MetadataStore(connection_of(self.workspace, is_read_only=False))
        self._latest: dict[str, int] = {}

    def run(
        self,
        run_id: str,
        cached: tuple[str, ...] = (),
        answers: dict[str, str] | None = None,
        dropout: float = 0.2,
        status: str = "pushed",
    ) -> None:
        """Adds a run; its pictures, `cat-0.jpg` and so on, get these answers."""
        assert claim_run(self.workspace, run_id)
        context = self._context("pipeline_run", run_id)
        for node in self._flow:
            self._execute(node, context, node in cached)
        right = [path.startswith(answer) for path, answer in (answers or {}).items()]
        accuracy = sum(right) / len(right) if right else 0.5
        folder = self.workspace.runs / run_id
        folder.mkdir(parents=True)
        summary = {
            "run_id": run_id,
            "status": status,
            "nodes": [
                {"id": node, "state": "cached" if node in cached else "complete", "seconds": 1.25}
                for node in self._flow
            ],
            "data": {"splits": {"train": 10, "test": len(right)}, "quarantined": 0},
            "evaluation": {"accuracy": accuracy, "macro_f1": accuracy / 2, "labels": LABELS, "slices": {}},
            "blessing": {"blessed": True, "reasons": []},
            "model": {"backbone": "efficientnet_lite0", "version": f"17{run_id[-6:]}"},
            "wall_seconds": 63.2,
        }
        (folder / "summary.json").write_text(json.dumps(summary))
        (folder / "config.yaml").write_text(yaml.safe_dump({"trainer": {"dropout": dropout}, "seed": 17}))
        if answers:
            self._write_answers(answers)

    def uri(self, output: str) -> Path:
        """Where the latest artifact of `Node.output` lies."""
        (artifact,) = self._store.get_artifacts_by_id([self._latest[output]])
        return Path(artifact.uri)

    def tell(self, output: str, **properties: str) -> None:
        """Notes something on the latest artifact of `Node.output`."""
        (artifact,) = self._store.get_artifacts_by_id([self._latest[output]])
        for name, value in properties.items():
            artifact.custom_properties[name].string_value = value
        self._store.put_artifacts([artifact])

    def rename(self, node: str, new: str) -> None:
        """Calls a node something else, in all runs."""
        context = self._store.get_context_by_type_and_name("node", f"{self._name}.{node}")
        context.name = f"{self._name}.{new}"
        self._store.put_contexts([context])

    def set_state(self, node: str, state: str) -> None:
        """What became of a node the last time that it ran."""
        execution = self._store.get_executions_by_type(f"components.{node}")[-1]
        execution.last_known_state = proto.Execution.State.Value(state)
        self._store.put_executions([execution])

    def _execute(self, node: str, run: int, is_cached: bool) -> None:
        inputs, outputs = self._flow[node]
        states = proto.Execution
        execution = proto.Execution(
            type_id=self._execution_type(node),
            last_known_state=states.CACHED if is_cached else states.COMPLETE,
        )
        if node == "ImageExampleGen":
            told = {"source": "class_folders", "path": "photos"}
            execution.custom_properties["data"].string_value = json.dumps(told)
        (execution_id,) = self._store.put_executions([execution])
        contexts = (run, self._context("node", f"{self._name}.{node}"))
        self._store.put_attributions_and_associations(
            [], [proto.Association(context_id=each, execution_id=execution_id) for each in contexts]
        )
        events = [(self._latest[source], name, proto.Event.INPUT) for name, source in inputs.items()]
        for name, kind in outputs.items():
            output = f"{node}.{name}"
            if not is_cached:
                self._latest[output] = self._artifact(node, name, kind, execution_id)
            events.append((self._latest[output], name, proto.Event.OUTPUT))
        self._store.put_events([_event(execution_id, *event) for event in events])

    def _artifact(self, node: str, name: str, kind: str, execution: int) -> int:
        folder = self.workspace.artifacts / node / name / str(execution)
        folder.mkdir(parents=True)
        artifact = proto.Artifact(uri=str(folder), type_id=self._artifact_type(kind))
        if kind == "PushedModel":
            version = self.workspace.serving(self._name) / f"1700000{execution:03}"
            (version / "variables").mkdir(parents=True)
            (version / "saved_model.pb").write_text(f"graph {execution}")
            (version / "variables" / "variables.index").write_text("index")
            artifact.custom_properties["pushed_version"].string_value = version.name
            artifact.custom_properties["pushed_destination"].string_value = str(version)
        (artifact_id,) = self._store.put_artifacts([artifact])
        attribution = proto.Attribution(
            context_id=self._context("pipeline", self._name), artifact_id=artifact_id
        )
        self._store.put_attributions_and_associations([attribution], [])
        return int(artifact_id)

    def _write_answers(self, answers: dict[str, str]) -> None:
        rows = [
            {
                "image_id": path,
                "path": path,
                "label": path.partition("-")[0],
                "columns": [],
                "probabilities": [float(answer == label) for label in LABELS],
                "baseline": None,
            }
            for path, answer in answers.items()
        ]
        folder = self.uri("Evaluator.evaluation") / FOLDER
        folder.mkdir()
        pq.write_table(pa.Table.from_pylist(rows, ROW), folder / "answers.parquet")

    def _context(self, kind: str, name: str) -> int:
        found = self._store.get_context_by_type_and_name(kind, name) if self._has(kind) else None
        if found is not None:
            return int(found.id)
        type_id = self._store.put_context_type(proto.ContextType(name=kind))
        (context_id,) = self._store.put_contexts([proto.Context(type_id=type_id, name=name)])
        return int(context_id)

    def _has(self, kind: str) -> bool:
        return kind in {each.name for each in self._store.get_context_types()}

    def _execution_type(self, node: str) -> int:
        return int(self._store.put_execution_type(proto.ExecutionType(name=f"components.{node}")))

    def _artifact_type(self, kind: str) -> int:
        return int(self._store.put_artifact_type(proto.ArtifactType(name=kind)))


def _event(execution: int, artifact: int, name: str, kind: Any) -> proto.Event:
    event = proto.Event(execution_id=execution, artifact_id=artifact, type=kind)
    event.path.steps.add().key = name
    event.path.steps.add().index = 0
    return event
