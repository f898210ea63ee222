"""`compile kubeflow`: checks what can be known on this machine, and writes the file."""

import importlib.util
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.config import Config
from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.nodes import NODES
from pipeline.runners.input_checks import check_settings
from pipeline.runners.quiet import logging_to
from pipeline.whole_file import write_whole


def kubeflow_command(
    config_file: Path | None, data: str | None, overrides: Sequence[str], output: Path
) -> int:
    """Compiles the pipeline.

    Args:
        config_file: YAML; the sample's if left out.
        data: where the pods find the pictures.
        overrides: `section.key=value` texts.
        output: the file to write.

    Returns:
        The exit code, 0.

    Raises:
        InputError: the user's input is wrong, or the package `kfp` is missing.
    """
    config = load_config(config_file, data, overrides)
    check_compiles(config, output)
    with logging_to(Path(os.devnull), verbose=False):  # TensorFlow tells of this machine's processor
        from pipeline.runners.kubeflow import compile_pipeline, pipeline_for  # many seconds

        pipeline = pipeline_for(config)
        text = compile_pipeline(pipeline, config.kubeflow)
        check_loads(text)
    try:
        write_whole(output, text)
    except OSError as error:
        raise InputError(f"`{output}` cannot be written: {error.strerror}.") from error
    print(f"{output}: {len(pipeline.components)} nodes, image {config.kubeflow.image}")
    return 0


def check_compiles(config: Config, output: Path) -> None:
    """Asks what would go wrong later, some of it only in a pod.

    Raises:
        InputError: the user's input is wrong, or the package `kfp` is missing.
    """
    if importlib.util.find_spec("kfp") is None:
        raise InputError(
            "compiling for Kubeflow needs the package `kfp`, which is not here: run `make install`."
        )
    if output.suffix not in (".yaml", ".yml"):
        raise InputError(f"--output must end in .yaml, as KFP asks. Received: `{output}`")
    for key, path in _paths(config):
        if "://" not in path and not path.startswith(("/", "tfds:")):
            raise InputError(
                f"{key} is a path of this machine: `{path}`. Name it as the pods see it, from / on; "
                f"the volume is mounted at {config.kubeflow.mount}."
            )
    for name in config.kubeflow.nodes:
        if name not in NODES:
            raise InputError(f"`kubeflow.nodes`: no node `{name}`. The nodes are: {', '.join(NODES)}.")
    check_settings(config)


def check_loads(text: str) -> None:
    """Hands the compiled file to the KFP SDK's own loader, which raises what it cannot take."""
    from kfp import components

    components.load_component_from_text(text)


def _paths(config: Config) -> Iterator[tuple[str, str]]:
    """Settings that pods read as paths, by key."""
    data, backbone = config.data, config.backbone
    weights = None if backbone.weights in ("imagenet", "none") else backbone.weights
    asked = {
        "data.path": data.path,
        "data.root": data.root,
        "backbone.weights": weights,
        "backbone.model": backbone.model,
        "environment.classifier": config.environment.classifier,
    }
    yield from ((key, path) for key, path in asked.items() if path is not None)
