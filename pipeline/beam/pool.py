"""A pool of workers, as `--environment_type=EXTERNAL` asks for them: each a process that ends with its job.

Flink and Spark ask the pool on the machine of each of theirs, Prism the one that it is told of. `worker`
starts it.
"""

import logging
import signal
import subprocess
import sys
import threading
from concurrent import futures
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc

_GRACE_SECONDS = 10
_LOGGER = logging.getLogger(__name__)


class WorkerPool(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):
    """What runners ask."""

    def __init__(self) -> None:
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def StartWorker(
        self, request: beam_fn_api_pb2.StartWorkerRequest, context: Any = None
    ) -> beam_fn_api_pb2.StartWorkerResponse:
        """Starts one; the runner names it, and says where it reports to."""
        # Its output stays ours: Beam's own pool gives it a pipe that nobody reads, which is full one day.
        worker = subprocess.Popen(worker_command(request))
        with self._lock:
            self._workers[request.worker_id] = worker
        _LOGGER.info("worker %s is process %d", request.worker_id, worker.pid)
        return beam_fn_api_pb2.StartWorkerResponse()

    def StopWorker(
        self, request: beam_fn_api_pb2.StopWorkerRequest, context: Any = None
    ) -> beam_fn_api_pb2.StopWorkerResponse:
        """Ends one; one that ended by itself, or was never there, is fine."""
        with self._lock:
            worker = self._workers.pop(request.worker_id, None)
        if worker:
            _end(worker)
            _LOGGER.info("worker %s ended with code %s", request.worker_id, worker.returncode)
        return beam_fn_api_pb2.StopWorkerResponse()

    def stop_all(self) -> None:
        """Ends whatever still runs."""
        with self._lock:
            workers, self._workers = self._workers, {}
        for worker in workers.values():
            _end(worker)


def worker_command(request: beam_fn_api_pb2.StartWorkerRequest) -> list[str]:
    """The command line of the worker that a runner asks for."""
    endpoints = {
        "--provision_endpoint": request.provision_endpoint.url,
        "--control_endpoint": request.control_endpoint.url,
        "--logging_endpoint": request.logging_endpoint.url,
    }
    named = [f"{name}={url}" for name, url in endpoints.items() if url]
    return [sys.executable, "-m", "pipeline.beam.worker", f"--id={request.worker_id}", *named]


def serve(port: int) -> None:
    """Runs a pool until it is interrupted or terminated; its workers end with it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as containers and services are ended
    pool = WorkerPool()
    server = grpc.server(futures.ThreadPoolExecutor())
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    server.add_insecure_port(f"[::]:{port}")
    server.start()
    _LOGGER.info("workers can be had at port %d", port)
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(0)
    finally:
        pool.stop_all()


def _end(worker: "subprocess.Popen[bytes]") -> None:
    worker.terminate()
    try:
        worker.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
