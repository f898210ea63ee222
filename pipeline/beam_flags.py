"""Beam's own flags, asked whether Beam knows them."""

import argparse
from collections.abc import Sequence

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import create_runner

from pipeline.errors import InputError


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
