"""`pipeline_runner.py schema`: freezes what the last run saw into a schema to review and commit."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.config import ExampleValidatorConfig
from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.inspection.records import run_folders
from pipeline.metadata.claims import own_executions
from pipeline.metadata.store import address_of, has_run, open_store
from pipeline.runners.quiet import logging_to
from pipeline.whole_file import write_whole
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from tfx import types

_NODE = "StatisticsGen"
_RUN = f"Run the pipeline first: `pipeline_runner.py run --to {_NODE}`."
_SHOWN = 5


def schema_command(workspace: Path, name: str | None, output: Path, force: bool) -> int:
    """Writes the schema, and says what to do with it.

    Args:
        workspace: of the run whose statistics are taken.
        name: of the pipeline; `None` takes the one that ran last.
        output: the file, whole or not at all.
        force: replaces a file that is there.

    Returns:
        The exit code 0.

    Raises:
        InputError: no run got as far as StatisticsGen, the file is there already, or it cannot be
            written.
    """
    place = Workspace(Path(os.path.realpath(workspace)))
    _check_output(output, force)
    if not has_run(place):
        raise InputError(f"workspace `{workspace}` holds no run. {_RUN}")
    with logging_to(Path(os.devnull), verbose=False):  # TensorFlow's chatter would mix with the answer
        from components.schema_gen.freeze import as_text, freeze
        from components.statistics_files import load

        found, artifact = _latest_statistics(place, name)
        statistics = load(artifact)
        schema = freeze(statistics, _config_of(place, found))
        _write(output, as_text(schema, found, statistics))
        lines = list(_lines(schema, statistics))
    print(f"schema of `{found}` frozen: {output}", *lines, sep="\n")
    print(f"Review it, commit it, and set schema_gen.file: {output}")
    return 0


def _check_output(output: Path, force: bool) -> None:
    if output.exists() and not force:
        raise InputError(
            f"`{output}` is there already, and may have been reviewed. Replace it with --force, or choose "
            "another file with --output FILE."
        )
    if not output.parent.is_dir():
        raise InputError(f"no such folder: `{output.parent}`. Make it, or choose another with --output FILE.")


def _latest_statistics(workspace: Workspace, name: str | None) -> "tuple[str, types.Artifact]":
    """Name of the pipeline that ran last, and what its StatisticsGen put out then, cached or not."""
    from tfx.types import standard_artifacts

    store = open_store(workspace)
    done = list(_finished(store, workspace, name))
    if not done:
        whose = f" of `{name}`" if name else ""
        raise InputError(f"no run{whose} in workspace `{workspace.root}` got as far as {_NODE}. {_RUN}")
    last, found = max(done)
    events = store.get_events_by_execution_ids([last])
    ids = [event.artifact_id for event in events if event.type == event.OUTPUT]
    (record,) = store.get_artifacts_by_id(ids)
    statistics = standard_artifacts.ExampleStatistics()
    statistics.set_mlmd_artifact(record)
    return found, statistics


def _finished(store: Any, workspace: Workspace, name: str | None) -> Iterator[tuple[int, str]]:
    """Execution id and pipeline of each StatisticsGen that came to its end; ids grow with time."""
    own = own_executions(store, workspace) if address_of(workspace) else None
    for context in store.get_contexts_by_type("node"):
        pipeline, _, node = context.name.rpartition(".")
        if node == _NODE and name in (None, pipeline):
            for execution in store.get_executions_by_context(context.id):
                is_done = execution.last_known_state in (execution.COMPLETE, execution.CACHED)
                if is_done and (own is None or execution.id in own):
                    yield execution.id, pipeline


def _config_of(workspace: Workspace, name: str) -> ExampleValidatorConfig:
    """The bounds that the pipeline's last run was configured with."""
    for folder in run_folders(workspace):
        try:
            config = load_config(folder / "config.yaml")
        except InputError:
            continue  # killed before it was written, or written by another version
        if config.name == name:
            return config.example_validator
    return ExampleValidatorConfig()


def _write(output: Path, text: str) -> None:
    try:
        write_whole(output, text)
    except OSError as error:
        raise InputError(
            f"`{output}` cannot be written: {error.strerror}. Choose another file with --output FILE."
        ) from error


def _lines(schema: Any, statistics: Any) -> Iterator[str]:
    """What was closed, and what today's own data would fail."""
    from components.example_validator.anomalies import flatten
    from components.example_validator.validate import domain_of, validate

    for feature in schema.feature:
        values = domain_of(schema, feature)
        if values:
            more = ", ..." if len(values) > _SHOWN else ""
            yield f"  {feature.name}: {len(values)} values: {', '.join(values[:_SHOWN])}{more}"
        elif feature.drift_comparator.HasField("infinity_norm"):
            yield f"  {feature.name}: too many values to list; any will do"
    today = [
        anomaly
        for split in statistics
        for anomaly in flatten(validate(split, statistics, schema, {}), split)
        if anomaly.severity == "error"
    ]
    if today:
        yield "The very data that it was frozen from would not pass. Widen its bounds, or mend the splits:"
    yield from (f"  {anomaly}" for anomaly in today)
