"""The quarantine: what became no example, why, and what else was found; an artifact for people and tools.

quarantine.jsonl      path, label, kind, reason and thumbnail of each picture that was set aside
thumbnails/           of those that can be seen
findings.json         everything that was found, gravest first
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import tensorflow as tf
from tfx import types

from components.example_gen.judging.checks import Finding

QUARANTINE_FILE = "quarantine.jsonl"
FINDINGS_FILE = "findings.json"
THUMBNAILS = "thumbnails"


class Quarantine(types.Artifact):
    """Pictures that became no example, with their reasons, and the findings on the whole data set."""

    TYPE_NAME = "Quarantine"


def read_quarantine(uri: str) -> list[dict[str, str]]:
    """The pictures that were set aside: `path`, `label`, `kind`, `reason`, `thumbnail`; by path."""
    lines = tf.io.gfile.GFile(os.path.join(uri, QUARANTINE_FILE)).read().split("\n")
    return [json.loads(line) for line in lines if line]  # `splitlines` would tear names with a U+2028


def write_findings(uri: str, findings: Iterable[Finding]) -> None:
    """Writes `findings.json`."""
    with tf.io.gfile.GFile(os.path.join(uri, FINDINGS_FILE), "w") as file:
        file.write(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))


def read_findings(uri: str) -> list[dict[str, Any]]:
    """What `write_findings` wrote: `kind`, `severity`, `text`, `paths`, `count` of each."""
    findings: list[dict[str, Any]] = json.loads(tf.io.gfile.GFile(os.path.join(uri, FINDINGS_FILE)).read())
    return findings
