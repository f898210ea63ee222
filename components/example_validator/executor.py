"""The work of ExampleValidator: anomalies of every split, and whether the run may go on."""

import logging
import os
from typing import Any

from tfx import types
from tfx.components.example_validator import executor as example_validator_executor
from tfx.components.schema_gen.executor import DEFAULT_FILE_NAME as SCHEMA_FILE
from tfx.types import artifact_utils
from tfx.utils import io_utils, writer_utils

from components.example_validator.anomalies import ANOMALIES_FILE, Anomaly, read_anomalies
from components.example_validator.validate import validate
from components.statistics_files import STATISTICS_ID, is_origin, load
from pipeline.errors import InputError

_SHOWN = 3


class ValidatingExecutor(example_validator_executor.Executor):
    """TFX's executor with drift, skew and vanished values, and with a gate."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes TFDV's anomalies for each split, where TFX writes them.

        Raises:
            InputError: an anomaly is an error, and `stop_at` says that errors stop the run.
        """
        artifact = artifact_utils.get_single_instance(input_dict["statistics"])
        statistics = load(artifact)
        schema_uri = artifact_utils.get_single_uri(input_dict["schema"])
        schema = io_utils.SchemaReader().read(os.path.join(schema_uri, SCHEMA_FILE))
        previous = {}
        # Who froze the schema from these very statistics has looked at what changed since the last run.
        if input_dict.get("previous_statistics") and not is_origin(schema, statistics):
            previous = load(artifact_utils.get_single_instance(input_dict["previous_statistics"]))

        anomalies = artifact_utils.get_single_instance(output_dict["anomalies"])
        anomalies.split_names = artifact_utils.encode_split_names(list(statistics))
        anomalies.span = artifact.span
        blessed = {}
        for split in statistics:
            found = validate(split, statistics, schema, previous)
            path = os.path.join(artifact_utils.get_split_uri([anomalies], split), ANOMALIES_FILE)
            writer_utils.write_anomalies(path, found)
            is_clean = not (found.anomaly_info or found.HasField("dataset_anomaly_info"))
            blessed[split] = int(is_clean)
        # TFX's property, and the one by which LatestStatistics knows what came through here.
        anomalies.set_json_value_custom_property("blessed", blessed)
        anomalies.set_int_custom_property(STATISTICS_ID, artifact.id)
        judge(read_anomalies(anomalies.uri), exec_properties["stop_at"])


def judge(anomalies: list[Anomaly], stop_at: str) -> None:
    """Logs all anomalies, and stops the run for those that are errors.

    Args:
        anomalies: of all splits.
        stop_at: `error` or `never`.

    Raises:
        InputError: some are errors, and `stop_at` is `error`.
    """
    for anomaly in anomalies:
        logging.warning("anomaly (%s, %s): %s", anomaly.severity, anomaly.kind, anomaly)
    errors = [anomaly for anomaly in anomalies if anomaly.severity == "error"]
    if errors and stop_at == "error":
        # What ails one split mostly ails the others: each kind is shown once.
        first = {(anomaly.feature, anomaly.kind): anomaly for anomaly in reversed(errors)}
        shown = [anomaly for anomaly in errors if anomaly in first.values()][:_SHOWN]
        more = f"; and {len(errors) - len(shown)} more in the run's log.txt" if errors[len(shown) :] else ""
        raise InputError(
            f"the data is not as the reviewed schema says: {'; '.join(map(str, shown))}{more}. "
            "Mend the data; or, if it is right as it is, freeze the schema anew with "
            "`pipeline_runner.py schema --force` and review it."
        )
