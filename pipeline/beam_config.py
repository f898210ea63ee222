"""The `beam` section: where the data stages run."""

from pipeline.section import Section


class BeamConfig(Section):
    """Of ImageExampleGen, StatisticsGen, Transform, Augment and Evaluator; they are pipelines of Beam's."""

    flags: tuple[str, ...] = ()
    """Beam's own, such as `--runner=FlinkRunner`; left out, the stages run in this process. Workers need the
    workspace and the pictures at the same paths, and Graft's environment: docs/scaling.md."""
