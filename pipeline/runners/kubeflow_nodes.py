"""Nodes that Kubeflow Pipelines needs in place of TFX's: it runs neither resolvers nor drivers.

KFP's ML Metadata cannot be asked from a pod, so what the next run looks back to lies on the volume that all
pods mount: served models, which are the blessed ones, and the statistics of the last data that passed.
"""

import logging
import os
import shutil
import time
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import path_utils

from components.latest_blessed_model import why_not
from pipeline.runners.kubeflow_artifacts import ABSENT

Artifacts = dict[str, list[types.Artifact]]
_SPLIT = "Split-"


class LatestServedExecutor(base_executor.BaseExecutor):
    """Puts out a copy of the newest served model, if the candidate can be compared with it."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: dict[str, Any]) -> None:
        """A copy: the baseline stays what it was, whatever is served later."""
        found = artifact_utils.get_single_instance(output_dict["model"])
        newest = _newest(Path(exec_properties["folder"]))
        if newest is None:
            _mark_absent(found)
            return
        shutil.copytree(newest, path_utils.serving_model_dir(found.uri))
        reason = why_not(found, artifact_utils.get_single_instance(input_dict["candidate"]))
        if reason is not None:
            logging.warning("not compared with served model %s: %s", newest.name, reason)
            shutil.rmtree(found.uri)
            _mark_absent(found)


class LatestKeptExecutor(base_executor.BaseExecutor):
    """Puts out a copy of the statistics that were kept last."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: dict[str, Any]) -> None:
        found = artifact_utils.get_single_instance(output_dict["previous"])
        newest = _newest(Path(exec_properties["folder"]))
        if newest is None:
            _mark_absent(found)
            return
        shutil.copytree(newest, found.uri, dirs_exist_ok=True)
        splits = sorted(path.name.removeprefix(_SPLIT) for path in newest.glob(f"{_SPLIT}*"))
        found.split_names = artifact_utils.encode_split_names(splits)


class KeepingExecutor(base_executor.BaseExecutor):
    """Copies statistics to the volume, whole or not at all; what was kept before goes."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: dict[str, Any]) -> None:
        folder = Path(exec_properties["folder"])
        unfinished, target = folder / f".{os.getpid()}", folder / str(time.time_ns())
        shutil.copytree(artifact_utils.get_single_uri(input_dict["statistics"]), unfinished)
        os.replace(unfinished, target)
        for older in folder.iterdir():
            if older != target:
                shutil.rmtree(older, ignore_errors=True)


def _newest(folder: Path) -> Path | None:
    """The sub-folder with the highest number for a name."""
    numbered = [path for path in folder.glob("*") if path.name.isdecimal() and path.is_dir()]
    return max(numbered, key=lambda path: int(path.name), default=None)


def _mark_absent(artifact: types.Artifact) -> None:
    artifact.set_int_custom_property(ABSENT, 1)


# --------------------------------------------------------------------------------------------------
# The nodes
# --------------------------------------------------------------------------------------------------

_FOLDER = {"folder": component_spec.ExecutionParameter(type=str)}


class _LatestServedSpec(component_spec.ComponentSpec):
    PARAMETERS = _FOLDER
    INPUTS = {"candidate": component_spec.ChannelParameter(type=standard_artifacts.Model)}
    OUTPUTS = {"model": component_spec.ChannelParameter(type=standard_artifacts.Model)}


class _LatestKeptSpec(component_spec.ComponentSpec):
    PARAMETERS = _FOLDER
    INPUTS = {"current": component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics)}
    OUTPUTS = {"previous": component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics)}


class _KeepingSpec(component_spec.ComponentSpec):
    PARAMETERS = _FOLDER
    INPUTS = {
        "statistics": component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics),
        # Their being there says that ExampleValidator let the statistics pass.
        "anomalies": component_spec.ChannelParameter(type=standard_artifacts.ExampleAnomalies),
    }
    OUTPUTS: dict[str, component_spec.ChannelParameter] = {}


class LatestServed(base_component.BaseComponent):
    """Stands in for `components.latest_blessed_model`."""

    SPEC_CLASS = _LatestServedSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(LatestServedExecutor)


class LatestKept(base_component.BaseComponent):
    """Stands in for `components.latest_statistics`."""

    SPEC_CLASS = _LatestKeptSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(LatestKeptExecutor)


class Keeper(base_component.BaseComponent):
    """Keeps the statistics of data that passed."""

    SPEC_CLASS = _KeepingSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(KeepingExecutor)


class VolumeHistory:
    """Looks back to what lies on the volume.

    Attributes:
        served: the folder of the served versions.
        kept: a folder of its own, for statistics.
    """

    def __init__(self, served: Path, kept: Path) -> None:
        self.served, self.kept = str(served), str(kept)

    def latest_statistics(self, current: types.Channel) -> BaseNode:
        """Each time that `current` is new; where it is not, KFP's cache has the answer."""
        previous = types.Channel(type=standard_artifacts.ExampleStatistics)
        spec = _LatestKeptSpec(folder=self.kept, current=current, previous=previous)
        return LatestKept(spec).with_id("LatestStatistics")

    def keep(self, statistics: types.Channel, anomalies: types.Channel) -> BaseNode:
        """Runs beside Transform: nothing waits for it."""
        spec = _KeepingSpec(folder=self.kept, statistics=statistics, anomalies=anomalies)
        return Keeper(spec).with_id("KeepStatistics")

    def latest_blessed_model(self, candidate: types.Channel) -> BaseNode:
        """What is served was blessed, and what was blessed is served."""
        model = types.Channel(type=standard_artifacts.Model)
        spec = _LatestServedSpec(folder=self.served, candidate=candidate, model=model)
        return LatestServed(spec).with_id("LatestBlessedModel")
