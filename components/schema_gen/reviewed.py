"""A reviewed schema: read and checked before the run, so that a mistake in it costs a moment.

Imports neither TensorFlow nor TFX: the command line asks here.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.described import described
from components.features import IMAGE
from pipeline.errors import InputError

AGAIN = "`pipeline_runner.py schema --force`"


def read_reviewed(file: str, columns: Iterable[str]) -> schema_pb2.Schema:
    """Reads the schema that `schema_gen.file` names.

    Args:
        file: protocol buffer text, as `pipeline_runner.py schema` writes it.
        columns: those that slices are made of.

    Returns:
        The schema, without the picture's bytes: SchemaGen adds these to every schema alike.

    Raises:
        InputError: the file cannot be read, is no schema, names a domain that it does not hold, or
            describes other features than the examples will have.
    """
    schema = _parse(file)
    kept = [feature for feature in schema.feature if feature.name != IMAGE]
    del schema.feature[:]
    schema.feature.extend(kept)
    schema.ClearField("tensor_representation_group")
    _check_features(file, [feature.name for feature in kept], described(columns))
    domains = {domain.name for domain in schema.string_domain}
    for feature in kept:
        if feature.domain and feature.domain not in domains:
            raise InputError(
                f"schema `{file}`: `{feature.name}` names the domain `{feature.domain}`, which the file does "
                f"not hold. Add a string_domain of that name, or freeze it again: {AGAIN}."
            )
    return schema


def _parse(file: str) -> schema_pb2.Schema:
    try:
        text = Path(os.path.expanduser(file)).read_text(encoding="utf-8")
        return text_format.Parse(text, schema_pb2.Schema())
    except OSError as error:
        raise InputError(
            f"schema `{file}` cannot be read: {error.strerror}. Freeze one with `pipeline_runner.py schema`, "
            "or leave schema_gen.file out."
        ) from error
    except (text_format.ParseError, ValueError) as error:
        what = "it is not text" if isinstance(error, UnicodeDecodeError) else f"at {error}"
        raise InputError(
            f"schema `{file}` is no schema in text form: {what}. Mend it, or freeze it again: {AGAIN}."
        ) from error


def _check_features(file: str, names: list[str], expected: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    missing = [name for name in expected if name not in names]
    foreign = [name for name in names if name not in expected]
    if twice:
        raise InputError(f"schema `{file}` describes {_listed(twice)} twice. Take one out.")
    if missing:
        raise InputError(
            f"schema `{file}` does not describe {_listed(missing)}, which this data has: label, measures, "
            f"and what `evaluator` names. Run once without schema_gen.file, then freeze it again: {AGAIN}."
        )
    if foreign:
        raise InputError(
            f"schema `{file}` describes {_listed(foreign)}: no measure of pictures, and nothing that "
            "`evaluator` names. Name it in evaluator.slices, or take it out of the file."
        )


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
