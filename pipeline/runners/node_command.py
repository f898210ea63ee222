"""`pipeline_runner.py node` and `finish`: a run whose nodes have a process each, as orchestrators have it.

The nodes of a run share its id and its config. A node that is done is not done again, so an orchestrator may
call it as often as it likes; `finish` tells what came of all of them.
"""

import logging
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from components import progress
from components.compact_json import compact_json
from components.trainer.cluster import VARIABLE, Cluster, check_shareable, cluster_of
from pipeline.config import Config
from pipeline.config_file import dump_config, load_config
from pipeline.errors import DatabaseAwayError, InputError
from pipeline.metadata.store import claim_run, connection_of, place_of
from pipeline.nodes import check_range, nodes_of
from pipeline.runners.failures import first_line, input_error
from pipeline.runners.input_checks import check_input
from pipeline.runners.node_records import NodeRecord, RecordedRun, read_records
from pipeline.runners.peak_memory import peak_rss_mib
from pipeline.runners.quiet import FORMAT, logging_to
from pipeline.runners.report_text import print_summary
from pipeline.runners.run_command import CODES, FAILED, Report, offer_report, settle
from pipeline.runners.summary import Status, Summary, summarise, write_summary
from pipeline.runners.view import NodesView
from pipeline.visible import visible
from pipeline.workspace import Workspace, check_run_id


@dataclass(frozen=True)
class Request:
    """The arguments of `node`."""

    node: str
    run_id: str
    config: Path | None
    data: str | None
    workspace: Path
    overrides: tuple[str, ...]


def node_command(request: Request) -> int:
    """Runs one node of a run, those before it being done.

    Returns:
        The exit code: 0 done, now or before; 1 failed.

    Raises:
        InputError: the user's input is wrong.
    """
    workspace = Workspace(request.workspace.resolve())
    config = load_config(request.config, request.data, request.overrides)
    is_policy = config.task == "reinforcement"
    check_range(request.node, request.node, nodes_of(config), is_policy=is_policy)
    cluster = cluster_of(os.environ)
    if cluster.is_several and request.node.partition(".")[0] == "Trainer":
        _check_shareable(config, cluster)
        if not cluster.is_chief:
            return _take_part(request, cluster, workspace)
    check_input(config)
    with workspace.locked(request.node):
        try:
            settle(config, workspace)
        except DatabaseAwayError as error:
            print(f"failed: {visible(first_line(error))}", file=sys.stderr)
            return FAILED
        run = _join(workspace, request.run_id, config)
        if any(record.is_done for record in read_records(run, [request.node])):
            print(f"{request.node} is done", file=sys.stderr)
            return 0
        with logging_to(run / "log.txt", verbose=True) as screen:
            try:
                _launch(request.node, config, workspace, run, Console(file=screen))
            except Exception as error:
                logging.exception("%s failed", request.node)
                wrong = input_error(error, workspace)
                record = NodeRecord(
                    request.node, "failed", 0.0, None, peak_rss_mib(), first_line(wrong or error)
                )
                record.write(run)
                if wrong:
                    raise wrong from error
                return FAILED
    return 0


def _check_shareable(config: Config, cluster: Cluster) -> None:
    if config.task == "reinforcement":
        raise InputError(
            f"{VARIABLE} names {len(cluster.addresses)} machines, and a policy learns on one machine. "
            "Unset it, and run Trainer on one of them."
        )
    check_shareable(config.trainer, cluster)


def _join(workspace: Workspace, run_id: str, config: Config) -> Path:
    check_run_id(run_id)
    if not claim_run(workspace, run_id):
        raise InputError(
            f"run {run_id} is another workspace's, whose metadata are in the same database, "
            f"`{place_of(workspace)}`. Choose another --run-id."
        )
    return workspace.join_run(run_id, dump_config(config))


def _take_part(request: Request, cluster: Cluster, workspace: Workspace) -> int:
    """A worker's part of Trainer: it reads the workspace, and writes nothing there."""
    check_run_id(request.run_id)
    logging.basicConfig(level=logging.INFO, format=FORMAT)
    from components.trainer.run_fn import take_part
    from components.trainer.team import WorkerLostError

    def is_done() -> bool:
        records = read_records(workspace.runs / request.run_id, [request.node])
        return any(record.is_done for record in records)

    try:
        take_part(cluster, is_done)
    except WorkerLostError as error:
        logging.exception("%s was not trained to its end", request.node)
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    print(f"{request.node} is trained", file=sys.stderr)
    return 0


def _launch(node: str, config: Config, workspace: Workspace, run: Path, console: Console) -> None:
    from pipeline.pipeline import create_pipeline
    from pipeline.runners.leftovers import clear_leftovers
    from pipeline.runners.local import LocalRunner

    connection = connection_of(workspace, is_read_only=False)
    for folder in clear_leftovers(workspace, connection, node):
        logging.info("removed what a killed run left: %s", folder)
    before = RecordedRun(read_records(run, nodes_of(config)), nodes_of(config), connection).results
    pipeline, patience = create_pipeline(config, workspace, connection), config.metadata.patience_seconds
    runner = LocalRunner(pipeline, run.name, before=before, patience_seconds=patience)
    runner.view = view = NodesView([node], console, live=False)
    with view, progress.listening(view):
        result = runner.run_node(node)
    NodeRecord(node, result.state, round(result.seconds, 3), result.execution, peak_rss_mib()).write(run)


def finish_command(root: Path, run_id: str, as_json: bool, report: Report) -> int:
    """Tells what came of a run whose nodes had a process each: summary and report.

    Returns:
        The exit code: 0 pushed, 3 not blessed, 1 a node failed or never came to its end.

    Raises:
        InputError: there is no such run.
    """
    workspace = Workspace(root.resolve())
    run = workspace.runs / run_id
    if not (run / "config.yaml").exists():
        raise InputError(f"there is no run `{run_id}` in workspace `{workspace.root}`.")
    config = load_config(run / "config.yaml")
    with workspace.locked("finish"), logging_to(run / "log.txt", verbose=False) as screen:
        console = Console(file=screen)
        summary = _summarise(config, workspace, run)
        write_summary(summary, run)
        print_summary(summary, console)
        if summary["evaluation"]:
            offer_report(report, workspace, run_id, console)
    if as_json:
        print(compact_json(summary))
    return CODES[summary["status"]]


def _summarise(config: Config, workspace: Workspace, run: Path) -> Summary:
    """Time is counted from the first call of a node, memory is that of the largest process."""
    nodes = nodes_of(config)
    records = read_records(run, nodes)
    errors = [f"{record.id}: {record.error}" for record in records if record.error]
    done = {record.id for record in records}
    errors += [f"{node} did not come to its end" for node in nodes if node not in done]
    seconds = time.time() - (run / "config.yaml").stat().st_mtime
    patience = config.metadata.patience_seconds
    recorded = RecordedRun(records, nodes, connection_of(workspace), patience)
    status: Status | None = "failed" if errors else None
    summary = summarise(recorded, config, run.name, seconds, status, next(iter(errors), None))
    summary["peak_rss_mib"] = max((record.peak_rss_mib for record in records), default=0.0)
    return summary
