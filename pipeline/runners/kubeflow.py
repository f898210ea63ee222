"""Writes the pipeline as the spec (IR YAML, schema 2.1.0) that open-source Kubeflow Pipelines 2 runs.

TFX's own KubeflowV2DagRunner writes for Vertex AI: it refuses much of this pipeline, and KFP what it makes of
the rest; docs/kubeflow.md lists each point with its reason. The spec is a plain tree, so it is written here
as one: a component, an executor and a task for each node, and for Kubernetes the mounts of the volume.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from tfx import types
from tfx.dsl.components.base.base_node import BaseNode
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.utils import name_utils

from components.example_gen.executor import ImageExampleGenExecutor
from pipeline import VERSION
from pipeline.config import Config
from pipeline.pipeline import create_pipeline
from pipeline.runners import kubeflow_entrypoint
from pipeline.runners.kubeflow_artifacts import inputs_of, title_of
from pipeline.runners.kubeflow_example_gen import DATA_PATH, DATA_VERSION, DriverlessExampleGenExecutor
from pipeline.runners.kubeflow_nodes import VolumeHistory
from pipeline.settings.kubeflow import KubeflowConfig, ResourcesConfig
from pipeline.workspace import Workspace

Json = dict[str, Any]

SCHEMA_VERSION = "2.1.0"
_TYPE_VERSION = "0.0.1"
_TYPES = {str: "STRING", int: "NUMBER_INTEGER", float: "NUMBER_DOUBLE"}
_BYTES_OF_A_GIB, _BYTES_OF_A_GB = 2**30, 10**9


def pipeline_for(config: Config) -> tfx_pipeline.Pipeline:
    """The pipeline as pods see it: the volume is its workspace, and where it looks back to."""
    workspace = Workspace(Path(config.kubeflow.mount))
    kept = workspace.root / "statistics" / config.name
    history = VolumeHistory(workspace.serving(config.name), kept)
    return create_pipeline(config, workspace, history=history)


def compile_pipeline(pipeline: tfx_pipeline.Pipeline, config: KubeflowConfig) -> str:
    """Compiles.

    Args:
        pipeline: as `pipeline_for` makes it.
        config: image, storage, caching, resources.

    Returns:
        Two YAML documents: the pipeline spec, and what Kubernetes needs beside it.

    Raises:
        TypeError: a node has a property that is neither text nor a number.
    """
    nodes = pipeline.components
    executors = {f"exec-{name_of(node)}": {"container": _container(node, config)} for node in nodes}
    spec = {
        "pipelineInfo": {"name": pipeline.pipeline_info.pipeline_name.replace("_", "-")},
        "defaultPipelineRoot": config.pipeline_root,
        "schemaVersion": SCHEMA_VERSION,
        "sdkVersion": f"graft-{VERSION}",
        "root": {
            "inputDefinitions": {"parameters": _run_parameters(config)},
            "dag": {"tasks": {name_of(node): _task(node, config) for node in nodes}},
        },
        "components": {f"comp-{name_of(node)}": _component(node) for node in nodes},
        "deploymentSpec": {"executors": executors},
    }
    volume = {
        "mountPath": config.mount,
        "pvcNameParameter": {"runtimeValue": {"constant": config.volume}},
        "constant": config.volume,  # for older backends
    }
    mounted = {name: {"pvcMount": [volume]} for name in executors}
    platforms = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": mounted}}}}
    return str(yaml.dump_all([spec, platforms], Dumper=_Plain, width=110))


class _Plain(yaml.SafeDumper):
    """Without anchors, which people do not read and not every parser does."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def name_of(node: BaseNode) -> str:
    """A node's name in the file: `image-example-gen`. Argo takes no dots, and KFP's own are in this form."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", node.id)
    return re.sub(r"[^a-z0-9]+", "-", words.lower())


# --------------------------------------------------------------------------------------------------
# The parts of a node
# --------------------------------------------------------------------------------------------------


def _component(node: BaseNode) -> Json:
    outputs = {key: _artifact_type(channel.type) for key, channel in node.outputs.items()}
    return {
        "executorLabel": f"exec-{name_of(node)}",
        **({"inputDefinitions": _inputs(node)} if _inputs(node) else {}),
        **({"outputDefinitions": {"artifacts": outputs}} if outputs else {}),
    }


def _inputs(node: BaseNode) -> Json:
    artifacts = {key: _artifact_type(channel.type) for key, channel in inputs_of(node)}
    values = {**_properties(node), **(dict.fromkeys((DATA_PATH, DATA_VERSION), "") if _reads(node) else {})}
    parameters = {key: {"parameterType": _TYPES[type(value)]} for key, value in values.items()}
    return {
        **({"artifacts": artifacts} if artifacts else {}),
        **({"parameters": parameters} if parameters else {}),
    }


def _task(node: BaseNode, config: KubeflowConfig) -> Json:
    artifacts = {key: _output(channel) for key, channel in inputs_of(node)}
    parameters: Json = {
        key: {"runtimeValue": {"constant": value}} for key, value in _properties(node).items()
    }
    is_cached = config.caching
    if _reads(node):
        parameters |= {key: {"componentInputParameter": key} for key in (DATA_PATH, DATA_VERSION)}
        is_cached = config.caching and config.data_version != ""
    upstream = sorted(name_of(each) for each in node.upstream_nodes)
    return {
        "taskInfo": {"name": name_of(node)},
        "componentRef": {"name": f"comp-{name_of(node)}"},
        "cachingOptions": {"enableCache": is_cached},
        "inputs": {**({"artifacts": artifacts} if artifacts else {}), "parameters": parameters},
        **({"dependentTasks": upstream} if upstream else {}),
    }


def _container(node: BaseNode, config: KubeflowConfig) -> Json:
    executor = node.executor_spec.executor_class
    if _reads(node):
        executor = DriverlessExampleGenExecutor
    return {
        "image": config.image,
        "command": ["python", "-m", kubeflow_entrypoint.__name__],
        "args": [
            *("--executor_class_path", name_utils.get_full_name(executor)),
            *("--json_serialized_invocation_args", "{{$}}"),
            *("--json_serialized_inputs_spec_args", json.dumps(_inputs(node), sort_keys=True)),
            *getattr(node.executor_spec, "beam_pipeline_args", ()),
        ],
        "resources": _resources(_given(node, config), config.gpu),
    }


def _given(node: BaseNode, config: KubeflowConfig) -> ResourcesConfig:
    """By the node's name without its trunk's."""
    return config.nodes.get(node.id.partition(".")[0], config.resources)


def _resources(given: ResourcesConfig, gpu: str) -> Json:
    """Each twice, as KFP's own compiler does: older backends know only the numbers."""
    memory_gb = given.memory_gib * _BYTES_OF_A_GIB / _BYTES_OF_A_GB
    resources: Json = {}
    for bound in ("Limit", "Request"):
        resources[f"cpu{bound}"], resources[f"resourceCpu{bound}"] = given.cpus, f"{given.cpus:g}"
        resources[f"memory{bound}"] = memory_gb
        resources[f"resourceMemory{bound}"] = f"{given.memory_gib:g}Gi"
    if given.gpus:
        count = str(given.gpus)
        resources["accelerator"] = {
            **{"type": gpu, "count": count},
            **{"resourceType": gpu, "resourceCount": count},
        }
    return resources


def _reads(node: BaseNode) -> bool:
    """Whether it is the node that reads the pictures."""
    return node.executor_spec.executor_class is ImageExampleGenExecutor


def _properties(node: BaseNode) -> Json:
    """What is set. Raises TypeError if it is more than text and numbers."""
    found = {key: value for key, value in node.exec_properties.items() if value is not None}
    for key, value in found.items():
        if type(value) not in _TYPES:
            raise TypeError(f"{node.id}.{key} must be text or a number. Received: {value!r}")
    return found


def _output(channel: types.Channel) -> Json:
    return {
        "taskOutputArtifact": {
            "producerTask": name_of(channel.producer_component),
            "outputArtifactKey": channel.output_key,
        }
    }


def _artifact_type(kind: type[types.Artifact]) -> Json:
    return {"artifactType": {"schemaTitle": title_of(kind), "schemaVersion": _TYPE_VERSION}}


def _run_parameters(config: KubeflowConfig) -> Json:
    defaults = {DATA_PATH: "", DATA_VERSION: config.data_version}
    return {
        key: {"parameterType": "STRING", "isOptional": True, "defaultValue": value}
        for key, value in defaults.items()
    }
