"""A process in which Beam's workers do Graft's work, here or on a machine of a cluster.

    python -m pipeline.beam.worker --service_port=50000            a pool: EXTERNAL, in Beam's words
    python -m pipeline.beam.worker --id=7 --provision_endpoint=host:port    one worker: PROCESS

Beam's own entries unpickle the work before anything of Graft's is imported. Then TFDV does not load, as TFX
has not put its stub in the place of a module that TFDV misses, and TensorFlow starts without the kernels
that Graft asks for: slower, and with other last digits. Here both imports come first.
"""

# isort: off
import components  # noqa: F401  TensorFlow's kernels are chosen before it is loaded
import tfx  # noqa: F401  puts the stub in place
# isort: on

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence

# What is imported of Beam in here comes late: Beam reads the worker's name when it is imported.


def worker_environment(arguments: argparse.Namespace) -> dict[str, str]:
    """What Beam's worker reads from its environment, asked of the runner where the command line lacks it."""
    import grpc
    from apache_beam.portability.api import beam_provision_api_pb2, beam_provision_api_pb2_grpc
    from google.protobuf import json_format

    info = beam_provision_api_pb2.ProvisionInfo()
    if arguments.provision_endpoint:
        with grpc.insecure_channel(arguments.provision_endpoint) as channel:
            stub = beam_provision_api_pb2_grpc.ProvisionServiceStub(channel)
            request = beam_provision_api_pb2.GetProvisionInfoRequest()
            info = stub.GetProvisionInfo(request, metadata=[("worker_id", arguments.id)], timeout=60).info
    control = arguments.control_endpoint or info.control_endpoint.url
    logs = arguments.logging_endpoint or info.logging_endpoint.url
    return {
        "CONTROL_API_SERVICE_DESCRIPTOR": _descriptor(control),
        **({"LOGGING_API_SERVICE_DESCRIPTOR": _descriptor(logs)} if logs else {}),
        "PIPELINE_OPTIONS": json.dumps(json_format.MessageToDict(info.pipeline_options)),
        "RUNNER_CAPABILITIES": " ".join(info.runner_capabilities),
    }


def main(arguments: Sequence[str]) -> None:
    """Becomes a pool or a worker; what Beam passes besides is let go."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--service_port", type=int)
    for name in ("id", "provision_endpoint", "control_endpoint", "logging_endpoint"):
        parser.add_argument(f"--{name}", default="")
    known, _ = parser.parse_known_args(arguments)
    if known.service_port is not None:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
        from pipeline.beam.pool import serve

        serve(known.service_port)
        return
    # Prism quotes the name although no shell is between.
    known.id = os.environ["WORKER_ID"] = known.id.strip("'")
    os.environ.update(worker_environment(known))
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main([])


def _descriptor(url: str) -> str:
    from apache_beam.portability.api import endpoints_pb2
    from google.protobuf import text_format

    return text_format.MessageToString(endpoints_pb2.ApiServiceDescriptor(url=url))


if __name__ == "__main__":
    main(sys.argv[1:])
