"""The worker loads what Beam's own would miss, and asks the runner for what its command line lacks."""

import argparse
import json
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from apache_beam.portability.api import (
    beam_provision_api_pb2,
    beam_provision_api_pb2_grpc,
    endpoints_pb2,
)
from google.protobuf import struct_pb2, text_format

from pipeline.beam.worker import worker_environment
from tests.cli import run_python


def _arguments(**given: str) -> argparse.Namespace:
    names = ("id", "provision_endpoint", "control_endpoint", "logging_endpoint")
    return argparse.Namespace(**{name: given.get(name, "") for name in names})


def _url(descriptor: str) -> str:
    return str(text_format.Parse(descriptor, endpoints_pb2.ApiServiceDescriptor()).url)


class _Runner(beam_provision_api_pb2_grpc.ProvisionServiceServicer):
    """Answers as a runner does, to a worker that it knows."""

    def GetProvisionInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert dict(context.invocation_metadata())["worker_id"] == "7"
        options = struct_pb2.Struct()
        options.update({"beam:option:pickle_library:v1": "default"})
        info = beam_provision_api_pb2.ProvisionInfo(pipeline_options=options, runner_capabilities=["a", "b"])
        info.control_endpoint.url, info.logging_endpoint.url = "control:1", "logging:2"
        return beam_provision_api_pb2.GetProvisionInfoResponse(info=info)


@pytest.fixture
def provision_endpoint() -> Iterator[str]:
    server = grpc.server(futures.ThreadPoolExecutor(1))
    beam_provision_api_pb2_grpc.add_ProvisionServiceServicer_to_server(_Runner(), server)
    port = server.add_insecure_port("localhost:0")
    server.start()
    yield f"localhost:{port}"
    server.stop(0)


def test_runner_is_asked(provision_endpoint: str) -> None:
    found = worker_environment(_arguments(id="7", provision_endpoint=provision_endpoint))
    assert _url(found["CONTROL_API_SERVICE_DESCRIPTOR"]) == "control:1"
    assert _url(found["LOGGING_API_SERVICE_DESCRIPTOR"]) == "logging:2"
    assert json.loads(found["PIPELINE_OPTIONS"]) == {"beam:option:pickle_library:v1": "default"}
    assert found["RUNNER_CAPABILITIES"] == "a b"


def test_command_line_comes_first(provision_endpoint: str) -> None:
    given = _arguments(id="7", provision_endpoint=provision_endpoint, control_endpoint="mine:3")
    assert _url(worker_environment(given)["CONTROL_API_SERVICE_DESCRIPTOR"]) == "mine:3"


def test_without_logging_there_is_none() -> None:
    found = worker_environment(_arguments(id="7", control_endpoint="mine:3"))
    assert "LOGGING_API_SERVICE_DESCRIPTOR" not in found


def test_tfdv_loads_and_tensorflow_is_told_of_its_kernels() -> None:
    """What fails, or is missed, in a process that Beam itself starts."""
    load = "import {}tensorflow_data_validation, os; print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'))"
    ours = run_python("-c", load.format("pipeline.beam.worker, "), timeout=180)
    beams = run_python("-c", load.format(""), timeout=180)
    assert (ours.returncode, ours.stdout.split()) == (0, ["1"]), ours.stderr
    assert "sql_util" in beams.stderr, "TFDV loads by itself: is the worker of our own still needed?"


def test_beam_is_not_loaded_before_the_worker_has_its_name() -> None:
    done = run_python("-c", "import sys, pipeline.beam.worker; print('apache_beam' in sys.modules)")
    assert done.stdout.split() == ["False"], done.stderr


def test_beams_own_worker_loads_tfdv_where_it_is_told_of_plugins() -> None:
    """The way for containers, whose entry is Beam's: docs/scaling.md."""
    environment = {
        "PIPELINE_OPTIONS": json.dumps({"beam:option:beam_plugins:v1": ["tfx", "components"]}),
        "CONTROL_API_SERVICE_DESCRIPTOR": 'url: "localhost:1"',
    }
    start = "from apache_beam.runners.worker.sdk_worker_main import create_harness; "
    harness = f"{start}create_harness({environment!r}, dry_run=True)"
    load = "import tensorflow_data_validation, os; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    done = run_python("-c", f"{harness}; {load}", timeout=180)
    assert done.stdout.split() == ["1"], done.stderr
