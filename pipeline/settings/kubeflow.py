"""The `kubeflow` section: where and on what a compiled pipeline runs. A local run does not read it."""

import datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from pipeline.settings.section import Section


def _as_text(value: Any) -> Any:
    """YAML takes a version for a number or a date."""
    return str(value) if isinstance(value, int | float | datetime.date) else value


class ResourcesConfig(Section):
    """What a node's pod is given: asked for, and not exceeded."""

    cpus: Annotated[float, Field(ge=0.1, le=1024)] = 2
    """Cores."""
    memory_gib: Annotated[float, Field(ge=0.5, le=16_384)] = 4
    """GiB. A small run of the sample peaks at 2.1, all nodes in one process."""
    gpus: Annotated[int, Field(ge=0, le=64)] = 0
    """Whole GPUs; a cluster that has none lets the pod wait for ever."""


class KubeflowConfig(Section):
    """Kubeflow Pipelines: image, storage, caching and resources of the compiled file."""

    image: Annotated[str, Field(min_length=1)] = "graft:latest"
    """What `Dockerfile` builds, under the name by which the cluster pulls it. KFP's cache goes by the name:
    a tag of its own for each build is better than `latest`."""
    pipeline_root: Annotated[str, Field(pattern=r"^(minio|s3|gs)://\S+$")] = "minio://mlpipeline/v2/artifacts"
    """Where KFP stores artifacts; its own default. KFP's launcher reads no other schemes than these three."""
    volume: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)] = "graft"
    """Name of the PersistentVolumeClaim, ReadWriteMany, that all pods mount: what outlives a run lies there
    (served models, ledger, cached views, checkpoints), and your pictures may."""
    mount: Annotated[str, Field(pattern=r"^/[^\s:]*[^\s:/]$")] = "/graft"
    """Where the pods mount it."""
    caching: bool = True
    """Whether KFP takes a node's outputs from an earlier run with the same inputs and settings."""
    data_version: Annotated[str, BeforeValidator(_as_text)] = ""
    """What you call the state of the pictures; each run may be given its own. KFP cannot see that pictures
    changed: without a version it reads them in every run, with one only when the version is another."""
    resources: ResourcesConfig = ResourcesConfig()
    """Of every node that `nodes` does not name."""
    nodes: dict[str, ResourcesConfig] = {"Trainer": ResourcesConfig(cpus=4, memory_gib=8)}
    """By node; `{Trainer: {gpus: 1}}` gives every Trainer a GPU."""
    gpu: Annotated[str, Field(min_length=1)] = "nvidia.com/gpu"
    """What the cluster calls its GPUs."""

    @model_validator(mode="after")
    def _root_is_no_folder(self) -> Self:
        if self.pipeline_root.endswith("/"):
            raise ValueError("pipeline_root must not end in /")
        return self
