"""Beam's local runner with its workers in processes of their own, so that Python's one lock is not shared.

Beam's `--direct_running_mode=multi_processing` is that too, but its workers unpickle the work before TFX is
imported (see `worker`), and it waits for ever for one that was killed. Here the work of a lost
worker is begun anew, as clusters do. Beam finds the runner by its full name (`flags`).
"""

import logging
import signal
import subprocess
import sys
import threading
from typing import Any

from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions
from apache_beam.portability.api import beam_fn_api_pb2, beam_provision_api_pb2
from apache_beam.runners.portability.fn_api_runner import FnApiRunner, worker_handlers
from apache_beam.runners.portability.fn_api_runner.fn_runner import ExtendedProvisionInfo
from apache_beam.runners.portability.portable_runner import JobServiceHandle
from apache_beam.transforms import environments

TRIES = 3
_URN = "graft:environment:process:v1"
_GRACE_SECONDS = 10
_LOGGER = logging.getLogger(__name__)
_LOST: list[str] = []
"""Why workers ended that should not have, in this try."""


class ProcessRunner(FnApiRunner):
    """Runs as many workers as `--direct_num_workers` says; 0: one for each core."""

    def run_pipeline(self, pipeline: Any, options: PipelineOptions) -> Any:
        """Runs it; where a worker is killed, from the start again, twice at most.

        Raises:
            RuntimeError: the work failed, or workers were killed in each try.
        """
        self._default_environment = ProcessEnvironment()
        self._provision_info = ExtendedProvisionInfo(
            beam_provision_api_pb2.ProvisionInfo(pipeline_options=_struct(options))
        )
        # The other modes choose an environment of Beam's.
        options.view_as(DirectOptions).direct_running_mode = "in_memory"
        for attempt in range(1, TRIES + 1):
            _LOST.clear()
            try:
                return super().run_pipeline(pipeline, options)
            # What Beam raises depends on which of its threads misses the worker first.
            except Exception as error:
                if not _LOST:
                    raise
                message = (
                    f"A worker process was ended ({_LOST[0]}) before its work was done; too little memory"
                )
                if attempt == TRIES:
                    raise RuntimeError(f"{message} is one cause. Tried {TRIES} times.") from error
                _LOGGER.warning("%s is one cause. Try %d of %d begins.", message, attempt + 1, TRIES)
        raise AssertionError("the last try returns or raises")


@environments.Environment.register_urn(_URN, bytes)
class ProcessEnvironment(environments.Environment):
    """Asks FnApiRunner for `ProcessWorker`s."""

    def __init__(self) -> None:
        super().__init__(environments.python_sdk_capabilities(), [])

    def to_runner_api_parameter(self, context: Any) -> tuple[str, bytes]:
        """No parameters."""
        return _URN, b""

    @staticmethod
    def from_runner_api_parameter(*_: Any) -> "ProcessEnvironment":
        """The same for all."""
        return ProcessEnvironment()


@worker_handlers.WorkerHandler.register_environment(_URN, bytes)
class ProcessWorker(worker_handlers.GrpcWorkerHandler):
    """One worker process; whoever waits for it learns when it was killed."""

    def __init__(self, _: bytes, *others: Any) -> None:
        super().__init__(*others)
        self._is_stopping = False

    def start_worker(self) -> None:
        """Starts it; it asks for all else at the provision endpoint."""
        command = [sys.executable, "-m", "pipeline.beam.worker", f"--id={self.worker_id}"]
        self._process = subprocess.Popen([*command, f"--provision_endpoint={self.control_address}"])
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        """Ends the connection, which a lost worker has broken, and the process."""
        try:
            super().close()
        except Exception:
            self.stop_worker()
            if not _LOST:
                raise

    def stop_worker(self) -> None:
        """Lets it end, now that the runner has closed the connection."""
        self._is_stopping = True
        try:
            self._note(self._process.wait(_GRACE_SECONDS))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _watch(self) -> None:
        code = self._process.wait()
        if self._is_stopping:
            return
        self._note(code)
        # As answers: `abort` wakes none of those who wait for data.
        for name, future in list(self.control_conn._futures_by_id.items()):
            future.set(
                beam_fn_api_pb2.InstructionResponse(instruction_id=name, error=f"lost: {_cause(code)}")
            )

    def _note(self, code: int) -> None:
        if code < 0 or not self._is_stopping:
            _LOST.append(_cause(code))


def _cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _struct(options: PipelineOptions) -> Any:
    """The options as workers are told of them."""
    given = options.get_all_options(drop_default=True, retain_unknown_options=True)
    return JobServiceHandle.encode_pipeline_options(given)
