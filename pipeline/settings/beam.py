"""The `beam` section: where the data stages run."""

import re

from pydantic import field_validator

from pipeline.settings.section import Section

_SECRET = re.compile(r"secret|passw|token|connection_string|access_key|credential")


class BeamConfig(Section):
    """Of ImageExampleGen, StatisticsGen, Transform, Augment and Evaluator; they are pipelines of Beam's."""

    flags: tuple[str, ...] = ()
    """Beam's own, such as `--runner=FlinkRunner`; left out, the stages run in this process. Workers need the
    workspace and the pictures at the same paths, and Graft's environment: docs/scaling.md. Those that hold a
    secret are refused: a run writes its config down, and shows it."""

    @field_validator("flags")
    @classmethod
    def _no_secrets(cls, flags: tuple[str, ...]) -> tuple[str, ...]:
        for flag in flags:
            name = flag.partition("=")[0]
            if name.startswith("-") and _SECRET.search(name.lower()):
                raise ValueError(
                    f"{name} would be written into config.yaml, the report and what is compiled. "
                    "Give it by the environment instead, such as AWS_SECRET_ACCESS_KEY or "
                    "AZURE_STORAGE_CONNECTION_STRING. Received: what is not repeated here"
                )
        return flags
