"""Airflow 3: the pipeline as a DAG file, a task a node.

The file imports nothing of the pipeline's: Airflow lives in an environment of its own, where TFX is not.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from pipeline.config import Config
from pipeline.config_file import dump_config
from pipeline.whole_file import write_whole
from pipeline.workspace import Workspace

TEMPLATES = Path(__file__).parent / "templates"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Dag:
    """What is written.

    Attributes:
        code: the DAG file, Python for Airflow's environment.
        config: the run's config, as YAML; lies beside the DAG file under the same name.
    """

    code: str
    config: str

    def write(self, output: Path) -> None:
        """Writes `output` and its `.yaml`; the DAG file last, since Airflow reads it as soon as it is there.

        Raises:
            OSError: one of them cannot be written.
        """
        write_whole(output.with_suffix(".yaml"), self.config)
        write_whole(output, self.code)


def compile_dag(config: Config, workspace: Workspace) -> Dag:
    """The pipeline as a DAG.

    Args:
        config: of its runs; `airflow` says when, and how often a task is tried.
        workspace: of its runs, on a path that Airflow's workers share.

    Raises:
        InputError: as `create_pipeline`.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = _literal
    code = environment.get_template("airflow_dag.py.j2").render(
        name=config.name,
        command=[sys.executable, str(ROOT / "pipeline_runner.py")],
        folder=os.getcwd(),  # what is relative in the config is so to here
        workspace=str(workspace.root),
        upstream=upstream_of(config, workspace),
        schedule=config.airflow.schedule,
        retries=config.airflow.retries,
        retry_seconds=config.airflow.retry_seconds,
    )
    return Dag(code, dump_config(config))


def _literal(value: Any) -> str:
    """As Python reads it: JSON's escapes of the rarer letters would be two halves of one to it."""
    return "None" if value is None else json.dumps(value, ensure_ascii=False)


def upstream_of(config: Config, workspace: Workspace) -> dict[str, list[str]]:
    """Of every node, in the order of the flow, those that it comes directly after."""
    from pipeline.pipeline import create_pipeline

    nodes = create_pipeline(config, workspace).components
    return {node.id: sorted(each.id for each in node.upstream_nodes) for node in nodes}
