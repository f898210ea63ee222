"""Beam's own flags: asked whether Beam knows them, and as TFX gets them."""

import argparse
from collections.abc import Sequence

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import create_runner

from pipeline.errors import InputError

# FnApiRunner stays in this process; "DirectRunner" may try to fetch another runner's binary. And where no
# image is named, TFX packs itself up for far workers, at every node that uses Beam: seconds for nothing.
NO_IMAGE = "--sdk_container_image=none"
LOCAL_BEAM = ("--runner=FnApiRunner", NO_IMAGE)
PROCESS_RUNNER = "pipeline.beam.processes.ProcessRunner"
_LOCAL_RUNNERS = (None, "FnApiRunner", "DirectRunner", PROCESS_RUNNER)


def beam_args(flags: Sequence[str], where: str = "beam.flags") -> list[str]:
    """What Beam gets for the user's flags; none of them: to run in this process.

    The worker processes of Beam's own local runner do not load Graft's work; in their place come those of
    `processes`.

    Raises:
        InputError: as `beam_options`.
    """
    if not flags:
        return list(LOCAL_BEAM)
    options = beam_options(flags, where).get_all_options()
    arguments = list(flags)
    is_local = options["runner"] in _LOCAL_RUNNERS
    if is_local and options["direct_running_mode"] == "multi_processing":
        others = ("--runner=", "--direct_running_mode=")
        arguments = [flag for flag in flags if not flag.startswith(others)]
        arguments.append(f"--runner={PROCESS_RUNNER}")
    unsaid = "LOOPBACK" if options["runner"] == "PrismRunner" else "DOCKER"
    is_image_needed = not is_local and (options["environment_type"] or unsaid) == "DOCKER"
    return arguments if is_image_needed or options["sdk_container_image"] else [*arguments, NO_IMAGE]


def beam_options(flags: Sequence[str], where: str) -> PipelineOptions:
    """The flags as Beam takes them; Beam itself passes over what it does not know.

    Args:
        flags: such as `--runner=FlinkRunner`, each one string.
        where: they were given, for messages.

    Raises:
        InputError: Beam knows no such flag, or no such runner.
    """
    parser = argparse.ArgumentParser(
        add_help=False, allow_abbrev=False, exit_on_error=False, conflict_handler="resolve"
    )
    for kind in PipelineOptions.__subclasses__():
        kind._add_argparse_args(parser)
    try:
        known, unknown = parser.parse_known_args(list(flags))
    except argparse.ArgumentError as error:
        raise InputError(f"{where}: {error}.") from error
    if unknown:
        raise InputError(f"{where}: Beam knows no {', '.join(unknown)}. Write each as --name=value.")
    if known.runner:
        try:
            create_runner(known.runner)
        except (ValueError, ImportError, AttributeError) as error:
            raise InputError(f"{where}: Beam has no runner `{known.runner}`.") from error
    return PipelineOptions(list(flags))
