"""ImageExampleGen in a pod: does what its driver does elsewhere, for KFP runs no driver of our own."""

import json
from typing import Any

from tfx import types
from tfx.components.example_gen import driver
from tfx.types import artifact_utils

from components.example_gen.component import ImageExampleGenDriver
from components.example_gen.executor import ImageExampleGenExecutor

DATA_PATH, DATA_VERSION = "data_path", "data_version"
"""The pipeline's parameters: other pictures for one run, and what their state is called (for KFP's cache)."""


class DriverlessExampleGenExecutor(ImageExampleGenExecutor):
    """Reads what the run's parameters name, and notes fingerprint and span on the examples."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """See `ImageExampleGenExecutor`."""
        data = json.loads(exec_properties["data"])
        if exec_properties[DATA_PATH]:
            data.update(source="auto", path=exec_properties[DATA_PATH])
        properties = ImageExampleGenDriver(None).resolve_exec_properties(
            {**exec_properties, "data": json.dumps(data)}, None, None
        )
        super().Do(input_dict, output_dict, properties)
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        driver.update_output_artifact(properties, examples.mlmd_artifact)
