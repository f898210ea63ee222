"""Stands in for TensorFlow Serving: REST and gRPC in front of a SavedModel's own signatures.

What it does with a request is what TensorFlow Serving's API says (tensorflow.org/tfx/serving/api_rest): rows
of `instances`, bytes in base64 under `b64`, plain values where a signature has a single input; a row of
named outputs back.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

DEFAULT = "serving_default"


class Served:
    """A loaded model under a name."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._signatures = tf.saved_model.load(str(folder)).signatures

    def ask(self, signature: str, inputs: Mapping[str, tf.Tensor]) -> dict[str, np.ndarray]:
        """Raises what TensorFlow raises."""
        outputs = self._signatures[signature](**inputs)
        return {name: value.numpy() for name, value in outputs.items()}

    def predict(self, body: bytes) -> dict[str, Any]:
        """What REST answers to the body of a `:predict`."""
        request = json.loads(body)
        signature = request.get("signature_name", DEFAULT)
        _, specs = self._signatures[signature].structured_input_signature
        ((name, spec),) = specs.items()
        values = [_value(instance, spec.dtype) for instance in request["instances"]]
        outputs = self.ask(signature, {name: tf.constant(values, spec.dtype)})
        rows = zip(*(_plain(values) for values in outputs.values()), strict=True)
        return {"predictions": [dict(zip(outputs, row, strict=True)) for row in rows]}


def _value(instance: Any, dtype: tf.DType) -> Any:
    """An instance of a single input: the value itself, or bytes in base64."""
    if isinstance(instance, dict):
        assert set(instance) == {"b64"}
        assert dtype == tf.string
        return base64.b64decode(instance["b64"], validate=True)
    return instance


def _plain(values: np.ndarray) -> list[Any]:
    """As JSON holds it."""
    texts = values.astype(object)
    if values.dtype == object:
        texts = np.vectorize(bytes.decode, otypes=[object])(values)
    plain: list[Any] = texts.tolist()
    return plain


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def do_POST(self) -> None:
        assert self.path == f"/v1/models/{self.served.name}:predict", self.path
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            status, answer = 200, self.served.predict(body)
        except tf.errors.InvalidArgumentError as error:
            status, answer = 400, {"error": str(error)}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def rest(served: Served) -> Iterator[str]:
    """Yields host and port of a REST server."""
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"served": served}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, served: Served) -> None:
        self._served = served

    def Predict(self, request: Any, context: Any) -> Any:
        assert request.model_spec.name == self._served.name
        inputs = {name: tf.constant(tf.make_ndarray(proto)) for name, proto in request.inputs.items()}
        outputs = self._served.ask(request.model_spec.signature_name or DEFAULT, inputs)
        response = predict_pb2.PredictResponse()
        for name, values in outputs.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(values))
        return response


@contextmanager
def remote_calls(served: Served) -> Iterator[str]:
    """Yields host and port of a gRPC server."""
    server = grpc.server(ThreadPoolExecutor(1))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(_Service(served), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None)
