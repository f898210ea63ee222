"""`pipeline_runner.py compile`: reads the config, has the pipeline written down for an orchestrator."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.runners.airflow import compile_dag
from pipeline.runners.quiet import logging_to
from pipeline.workspace import Workspace


def airflow_command(
    config: Path | None, data: str | None, workspace: Path, overrides: Sequence[str], output: Path
) -> None:
    """Writes the DAG file and its config.

    Raises:
        InputError: the config is wrong, or the files cannot be written.
    """
    if output.suffix != ".py":
        raise InputError(f"--output must be a Python file, such as dags/graft.py. Received: `{output}`")
    place = Workspace(Path(os.path.realpath(workspace)))
    with logging_to(Path(os.devnull), verbose=False):  # TensorFlow's greetings
        dag = compile_dag(load_config(config, data, overrides), place)
    try:
        dag.write(output)
    except OSError as error:
        raise InputError(f"`{error.filename}` cannot be written: {error.strerror}.") from error
    print(f"wrote {output} and {output.with_suffix('.yaml')}", file=sys.stderr)
