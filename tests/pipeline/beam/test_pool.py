"""A pool starts a process for each worker that a runner asks for, and ends it with its job."""

import subprocess
import sys
import time
from collections.abc import Iterator

import grpc
import psutil
import pytest
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc

from pipeline.beam import pool as beam_pool
from pipeline.beam.pool import WorkerPool, worker_command
from tests.cli import ROOT
from tests.ports import free_port


def _request(name: str) -> beam_fn_api_pb2.StartWorkerRequest:
    request = beam_fn_api_pb2.StartWorkerRequest(worker_id=name)
    request.provision_endpoint.url, request.control_endpoint.url = "runner:1", "runner:2"
    return request


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerPool]:
    """Its workers sleep."""
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(beam_pool, "worker_command", lambda _: sleeper)
    pool = WorkerPool()
    yield pool
    pool.stop_all()


def _workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "time.sleep(60)" in " ".join(child.cmdline())]


def test_worker_learns_its_name_and_where_to_report() -> None:
    command = worker_command(_request("7"))
    assert command[:3] == [sys.executable, "-m", "pipeline.beam.worker"]
    assert command[3:] == ["--id=7", "--provision_endpoint=runner:1", "--control_endpoint=runner:2"]


def test_each_worker_is_a_process_that_ends_when_told(pool: WorkerPool) -> None:
    for name in ("one", "two"):
        assert pool.StartWorker(_request(name)).error == ""
    assert len(_workers()) == 2
    pool.StopWorker(beam_fn_api_pb2.StopWorkerRequest(worker_id="one"))
    assert len(_workers()) == 1
    pool.stop_all()
    assert not _workers()


def test_worker_that_is_gone_can_be_stopped(pool: WorkerPool) -> None:
    pool.StartWorker(_request("one"))
    (worker,) = _workers()
    worker.kill()
    assert not pool.StopWorker(beam_fn_api_pb2.StopWorkerRequest(worker_id="one")).error
    assert not pool.StopWorker(beam_fn_api_pb2.StopWorkerRequest(worker_id="never there")).error


def test_worker_that_does_not_listen_is_killed(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    monkeypatch.setattr(beam_pool, "worker_command", lambda _: [sys.executable, "-c", deaf])
    monkeypatch.setattr(beam_pool, "_GRACE_SECONDS", 0.2)
    pool.StartWorker(_request("deaf"))
    time.sleep(0.5)
    pool.StopWorker(beam_fn_api_pb2.StopWorkerRequest(worker_id="deaf"))
    assert not _workers()


def test_pool_that_is_terminated_ends_its_workers() -> None:
    port = free_port()
    code = (
        "import sys; from pipeline.beam import pool;"
        "pool.worker_command = lambda _: [sys.executable, '-c', 'import time; time.sleep(60)'];"
        f"pool.serve({port})"
    )
    served = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    with grpc.insecure_channel(f"localhost:{port}") as channel:
        stub = beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolStub(channel)
        stub.StartWorker(_request("one"), wait_for_ready=True, timeout=60)
    (worker,) = psutil.Process(served.pid).children()
    served.terminate()
    assert served.wait(30) == 0
    assert not worker.is_running()
