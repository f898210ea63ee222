"""Kubeflow Pipelines on this machine: runs the executors of a compiled file as KFP's driver and launcher do.

Each task is a process of its own with the very command and arguments in the file, in a folder that stands for
its pod: there lie its inputs, copied from the object store, and nothing else but the volume. What is handed
over is what KFP 2 hands over: no types of inputs, numbers as floats, no empty folders, outputs by what the
command noted in its `ExecutorOutput`; and tasks with the same inputs are taken from the cache.
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


@dataclass
class Kubeflow:
    """A cluster: its object store, its record of artifacts, its cache.

    Attributes:
        root: a folder for all of it.
        executed: tasks of the last run that were not taken from the cache, in order.
        outputs: of the last run, by task and name, as `RuntimeArtifact`s.
    """

    root: Path
    executed: list[str] = field(default_factory=list)
    outputs: dict[str, dict[str, Json]] = field(default_factory=dict)
    _cache: dict[str, dict[str, Json]] = field(default_factory=dict)
    _artifacts: int = 0

    def run(self, compiled: Path, **parameters: str) -> None:
        """Runs a compiled file; a task that fails raises CalledProcessError."""
        spec, platforms = yaml.safe_load_all(compiled.read_text())
        mounts = platforms["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
        given = spec["root"]["inputDefinitions"]["parameters"]
        values = {name: parameters.get(name, each["defaultValue"]) for name, each in given.items()}
        self.executed, self.outputs = [], {}
        run_id = str(uuid.uuid4())
        for name, task in _in_order(spec["root"]["dag"]["tasks"]):
            component = spec["components"][task["componentRef"]["name"]]
            container = spec["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
            (volume,) = mounts[component["executorLabel"]]["pvcMount"]
            Path(volume["mountPath"]).mkdir(exist_ok=True)
            inputs = self._inputs(task, component, values)
            folder = f"{spec['defaultPipelineRoot']}/{spec['pipelineInfo']['name']}/{run_id}/{name}"
            key = json.dumps([container, inputs, sorted(_artifacts(component, "output"))], sort_keys=True)
            if not (task["cachingOptions"]["enableCache"] and key in self._cache):
                self._cache[key] = self._execute(name, container, component, inputs, folder)
            self.outputs[name] = self._cache[key]

    def path(self, task: str, output: str) -> Path:
        """Where the object store keeps an output of the last run."""
        return self._stored(self.outputs[task][output]["uri"])

    def _inputs(self, task: Json, component: Json, values: dict[str, str]) -> Json:
        """What KFP's driver resolves."""
        parameters: Json = {}
        for name, each in task["inputs"]["parameters"].items():
            source = each.get("componentInputParameter")
            value = values[source] if source else each["runtimeValue"]["constant"]
            kind = component["inputDefinitions"]["parameters"][name]["parameterType"]
            assert isinstance(value, str if kind == "STRING" else int | float), name
            parameters[name] = value
        artifacts: Json = {}
        for name, each in task["inputs"].get("artifacts", {}).items():
            source = each["taskOutputArtifact"]
            found = self.outputs[source["producerTask"]][source["outputArtifactKey"]]
            artifacts[name] = {"artifacts": [found]}
        return {"parameterValues": parameters, "artifacts": artifacts}

    def _execute(
        self, name: str, container: Json, component: Json, inputs: Json, folder: str
    ) -> dict[str, Json]:
        """What KFP's launcher does in the pod."""
        pod = self.root / "pods" / name
        salt = str(uuid.uuid4())
        outputs = {
            key: {"uri": f"{folder}/{salt}/{key}", "type": each["artifactType"]}
            for key, each in _artifacts(component, "output").items()
        }
        noted = pod / "tmp" / "kfp_outputs" / "output_metadata.json"
        lists = {key: {"artifacts": [each]} for key, each in outputs.items()}
        invocation = {"inputs": inputs, "outputs": {"artifacts": lists, "outputFile": str(noted)}}
        for each in inputs["artifacts"].values():
            (artifact,) = each["artifacts"]
            _copy_files(self._stored(artifact["uri"]), pod / _local(artifact["uri"]))
        for each in outputs.values():
            (pod / _local(each["uri"])).parent.mkdir(parents=True, exist_ok=True)
        arguments = [each.replace("{{$}}", json.dumps(invocation)) for each in container["args"]]
        assert "{{$" not in "".join(arguments).replace(json.dumps(invocation), "")
        with (self.root / f"{name}.log").open("w") as log:
            subprocess.run(
                [*container["command"], *arguments],
                cwd=pod,
                env=_environment(pod),
                stdout=log,
                stderr=subprocess.STDOUT,
                check=True,
                timeout=600,
            )
        self.executed.append(name)
        told = _executor_output(noted.read_text())
        for key, each in outputs.items():
            self._publish(key, each, told.get(key, {}), pod)
        shutil.rmtree(pod)
        return {key: {k: v for k, v in each.items() if k != "type"} for key, each in outputs.items()}

    def _publish(self, key: str, artifact: Json, told: Json, pod: Path) -> None:
        """Uploads an output, and records it as KFP's ML Metadata does."""
        artifact["uri"] = told.get("uri", artifact["uri"])
        _copy_files(pod / _local(artifact["uri"]), self._stored(artifact["uri"]))
        self._artifacts += 1
        artifact["name"] = str(self._artifacts)
        held = {name: _recorded(value) for name, value in told.get("metadata", {}).items()}
        artifact["metadata"] = {"display_name": key, **held}

    def _stored(self, uri: str) -> Path:
        return self.root / "store" / uri.partition("://")[2]


def _in_order(tasks: Json) -> Iterator[tuple[str, Json]]:
    """Each task after those that it depends on, and those whose outputs it takes."""
    done: set[str] = set()
    while len(done) < len(tasks):
        ready = [name for name in tasks if name not in done and _needs(tasks[name]) <= done]
        assert ready, "the tasks wait for one another"
        yield ready[0], tasks[ready[0]]
        done.add(ready[0])


def _needs(task: Json) -> set[str]:
    sources = task["inputs"].get("artifacts", {}).values()
    return {each["taskOutputArtifact"]["producerTask"] for each in sources} | set(
        task.get("dependentTasks", ())
    )


def _artifacts(component: Json, side: str) -> Json:
    found: Json = component.get(f"{side}Definitions", {}).get("artifacts", {})
    return found


def _local(uri: str) -> str:
    """Where the launcher keeps it, below `/`."""
    scheme, _, rest = uri.partition("://")
    return f"{scheme}/{rest}"


def _environment(pod: Path) -> dict[str, str]:
    """The image's: Python and this repository; nothing of the tests' own."""
    path = os.pathsep.join((str(Path(sys.executable).parent), "/usr/bin", "/bin"))
    home = {"HOME": str(pod), "TMPDIR": str(pod)}
    return {"PATH": path, "PYTHONPATH": str(ROOT), "GRAFT_LAUNCHER_ROOT": str(pod), **home}


def _copy_files(source: Path, target: Path) -> None:
    """As an object store keeps them: without empty folders."""
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _executor_output(text: str) -> Json:
    """The artifacts that it tells of, read as strictly as the launcher reads it."""
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    json_format.Parse(text, pipeline_spec_pb2.ExecutorOutput())
    lists = json.loads(text).get("artifacts", {})
    return {key: each["artifacts"][0] for key, each in lists.items()}


def _recorded(value: Any) -> Any:
    """A value of the metadata, after it was in ML Metadata."""
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, list):
        return {"list": value}
    if isinstance(value, dict):
        return {"struct": value}
    assert isinstance(value, str), f"KFP fails at {value!r}"
    return value
