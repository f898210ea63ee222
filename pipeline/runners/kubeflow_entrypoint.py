"""What a pod runs: TFX's entrypoint for Kubeflow, between what KFP 2 hands over and what TFX expects.

In: the arguments of the compiled file, with KFP's `ExecutorInput` in them. Out: KFP's `ExecutorOutput`,
where it asks for it. TFX's entrypoint was written for Vertex AI; each step that mends something says what.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import components  # noqa: F401, before TensorFlow: it chooses the kernels
from pipeline.errors import InputError, causes_of
from pipeline.runners.kubeflow_artifacts import ABSENT, joined, local_path

Json = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Runs one executor.

    Args:
        arguments: TFX's, then Beam's own flags.

    Returns:
        The exit code: 0 done, 2 the user's input is wrong, with one line on standard error.

    Raises:
        Exception: whatever else the executor raised.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in (
        "executor_class_path",
        "json_serialized_invocation_args",
        "json_serialized_inputs_spec_args",
    ):
        parser.add_argument(f"--{name}", required=True)
    known, beam_flags = parser.parse_known_args(arguments)
    invocation = json.loads(known.json_serialized_invocation_args)
    places = as_tfx_expects(invocation, json.loads(known.json_serialized_inputs_spec_args))
    known.json_serialized_invocation_args = json.dumps(invocation)
    try:
        _run(known, beam_flags)
    except Exception as error:
        wrong = next((cause for cause in causes_of(error) if isinstance(cause, InputError)), None)
        if wrong is None:
            raise
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    as_kfp_expects(Path(invocation["outputs"]["outputFile"]), places)
    return 0


def as_tfx_expects(invocation: Json, inputs_spec: Json) -> dict[str, str]:
    """Mends KFP's `ExecutorInput`, in place, and makes the folders of the outputs.

    Args:
        invocation: as KFP hands it over.
        inputs_spec: the node's input definitions, from the compiled file.

    Returns:
        The URI of each place on this machine.
    """
    inputs = invocation.get("inputs", {}).get("artifacts", {})
    outputs = invocation["outputs"].get("artifacts", {})
    for name, artifact in _each(inputs):
        # KFP hands over no types, and TFX makes its classes from them: the compiled file knows.
        artifact["type"] = inputs_spec["artifacts"][name]["artifactType"]
    places = {}
    for _, artifact in (*_each(inputs), *_each(outputs)):
        # TFX reads and writes URIs itself, and knows no minio://; KFP's launcher has copied and will copy.
        place = local_path(artifact["uri"])
        places[place] = artifact["uri"]
        artifact["uri"] = place
    for _, artifact in _each(outputs):
        # TFX's own launcher makes them; KFP's makes the folder above.
        os.makedirs(artifact["uri"], exist_ok=True)
    if inputs:
        invocation["inputs"]["artifacts"] = _as_lists(inputs)
    return places


def as_kfp_expects(output_file: Path, places: dict[str, str]) -> None:
    """Mends TFX's `ExecutorOutput`, in place.

    Args:
        output_file: that TFX wrote.
        places: what `as_tfx_expects` returned.
    """
    output = json.loads(output_file.read_text(encoding="utf-8"))
    for _, artifact in _each(output.get("artifacts", {})):
        artifact["uri"] = places.get(artifact["uri"], artifact["uri"])
        # ML Metadata has no null, and KFP fails at one.
        held = artifact.get("metadata", {})
        artifact["metadata"] = {key: value for key, value in held.items() if value is not None}
    output_file.write_text(json.dumps(output), encoding="utf-8")


def _each(lists: Json) -> Iterator[tuple[str, Json]]:
    for name, held in lists.items():
        for artifact in held.get("artifacts", ()):
            yield name, artifact


def _as_lists(inputs: Json) -> Json:
    """The inputs as TFX has them: several artifacts under one name, or none; KFP has one under each."""
    lists: Json = {}
    for name in sorted(inputs, key=lambda name: (joined(name), len(name), name)):
        found = lists.setdefault(joined(name), {"artifacts": []})["artifacts"]
        found += [each for each in inputs[name]["artifacts"] if not each.get("metadata", {}).get(ABSENT)]
    return lists


def _run(known: argparse.Namespace, beam_flags: Sequence[str]) -> None:
    from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor  # many seconds

    logging.basicConfig(level=logging.INFO, force=True)
    kubeflow_v2_run_executor.main((known, list(beam_flags)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
