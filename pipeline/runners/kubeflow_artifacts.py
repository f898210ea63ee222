"""What the compiled file and the pods must agree on: titles of types, names of inputs, places of artifacts.

KFP's launcher copies inputs from the object store to this machine before it starts a node's command, and
outputs back after it: `minio://bucket/key` lies in `/minio/bucket/key` meanwhile, `gs:` in `/gcs`.
"""

import os
from collections.abc import Iterator

from tfx import types
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types.channel import UnionChannel

ABSENT = "absent"
"""Property of an artifact that stands for none: KFP's nodes put out all their artifacts, always."""
LAUNCHER_ROOT = "GRAFT_LAUNCHER_ROOT"
"""Environment variable: the folder that is `/` to the launcher. For tests, which may not write there."""

_FOLDERS = {"minio": "minio", "s3": "s3", "gs": "gcs"}
_PART = "__"


def title_of(kind: type[types.Artifact]) -> str:
    """The title of an artifact's type: TFX's own have names of TFX's, others the path of their class."""
    module = kind.__module__
    return f"tfx.{kind.__name__}" if module.startswith("tfx.") else f"{module}.{kind.__name__}"


def inputs_of(node: BaseNode) -> Iterator[tuple[str, types.Channel]]:
    """The inputs of a node by name, one channel each: those of a union are numbered."""
    for name, channel in node.inputs.items():
        if isinstance(channel, UnionChannel):
            yield from ((f"{name}{_PART}{place}", each) for place, each in enumerate(channel.channels))
        else:
            yield name, channel


def joined(name: str) -> str:
    """The input that an input of this name is a part of; itself, mostly."""
    whole, part, place = name.rpartition(_PART)
    return whole if part and place.isdecimal() else name


def local_path(uri: str) -> str:
    """Where the launcher keeps what belongs to `uri`; what has no scheme that it knows is left as it is."""
    scheme, separator, rest = uri.partition("://")
    if not separator or scheme not in _FOLDERS:
        return uri
    return os.path.join(os.environ.get(LAUNCHER_ROOT, "/"), _FOLDERS[scheme], rest)
