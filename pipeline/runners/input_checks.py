"""What can be wrong with a run's input, asked before TensorFlow is imported.

So a mistake costs a moment and not a minute. What only the pictures can tell, ImageExampleGen asks.
"""

from collections.abc import Iterable, Sequence

from components.backbone import choose_backbone
from components.backbone.cut import check_order
from components.backbone.pushed import is_exported, labels_of_pushed
from components.ensemble.trunks import trunks_of
from components.evaluator.slices import check_slices
from components.example_gen.judging.checks import check_names
from components.example_gen.rows import Row
from components.example_gen.sources import column_names, list_rows
from components.exports.formats import check_formats
from components.features import LABEL, TRAIN
from components.schema_gen.reviewed import read_reviewed
from components.tuner.cut import cut_of
from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.paths import printable
from pipeline.settings.data import DataConfig
from pipeline.settings.environment import DECISION, EnvironmentConfig, is_of_pictures


def check_input(config: Config) -> None:
    """Asks whatever the nodes would stumble over later.

    Raises:
        InputError: the user's input is wrong.
    """
    check_settings(config)
    if config.data.source == "none":
        return
    rows = list_rows(config.data)
    _check_classes(rows, config.data)
    if config.task == "reinforcement":
        if any(row.weight != 1 for row in rows):
            raise InputError(
                "the pictures have weights, which say nothing to a policy: it meets each as often. Set "
                "data.columns.weight to another column, or leave the weights out of the data."
            )
        _check_classes_of(config.environment, sorted({printable(row.label) for row in rows}))
    columns = column_names(rows)
    check_slices(config.evaluator, columns, _held(rows, columns, config.evaluator.columns()))


def check_settings(config: Config) -> None:
    """Asks what can be known without the pictures, which may be where only the nodes see them.

    Raises:
        InputError: the user's input is wrong.
    """
    if config.task == "reinforcement":
        _check_policy(config)
    else:
        _check_trunks(config)
    check_formats(config.pusher.formats)
    if config.beam.flags:
        _check_flags(config.beam.flags)
    check_names(config.data.checks)
    if config.schema_gen.file is not None:
        read_reviewed(config.schema_gen.file, config.evaluator.columns())


def _check_trunks(config: Config) -> None:
    for trunk in trunks_of(config.backbone, config.ensemble.backbones):
        backbone = choose_backbone(trunk)
        backbone.check_weights()
        check_order(backbone, [phase.unfreeze for phase in config.trainer.phases])
        cut_of(backbone, config.trainer, config.tuner)


def _check_policy(config: Config) -> None:
    """Asks for a trunk, an environment that can be acted in, and a classifier where one is named."""
    from components.environments import make_envs  # Gymnasium, which no classifier needs

    backbone = choose_backbone(config.backbone)
    backbone.check_weights()
    check_order(backbone, [phase.unfreeze for phase in config.policy.phases], "policy.phases")
    environment = config.environment
    if environment.classifier is not None and not is_exported(environment.classifier):
        raise InputError(
            "`environment.classifier` must be the folder of a model that Graft pushed, "
            f"serving/<name>/<version>. Received: {environment.classifier!r}"
        )
    if config.pusher.formats and environment.id != DECISION:
        raise InputError(
            f"`pusher.formats` are for policies that see whole pictures, {DECISION}: set pusher.formats=[]. "
            f"Received: {environment.id}"
        )
    if not is_of_pictures(environment):
        make_envs(environment, 1).close()
        _check_gate(config)


def _check_gate(config: Config) -> None:
    """Where no fixed action can be held against it, a policy needs a bound."""
    gate = config.evaluator.returns
    if gate.at_least is gate.max_drop is None:
        raise InputError(
            "`evaluator.returns` says nothing of what a policy must earn to be pushed. Set at_least to a "
            "mean return, such as --set evaluator.returns.at_least=100."
        )


def _check_classes_of(environment: EnvironmentConfig, classes: Sequence[str]) -> None:
    """Asks that costs and classifier are about the data's classes."""
    from components.environments.costs import cost_table

    if environment.id == DECISION:
        cost_table(environment.decision, classes)
    if environment.classifier is not None:
        known = labels_of_pushed(environment.classifier)
        if sorted(known) != list(classes):
            raise InputError(
                f"`environment.classifier` `{environment.classifier}` tells apart {', '.join(known)}, and "
                f"the data has {', '.join(classes)}. Name a classifier of these classes, or leave it out."
            )


def _check_flags(flags: Sequence[str]) -> None:
    from pipeline.beam.flags import beam_options  # Beam takes two seconds to import

    beam_options(flags, "beam.flags")


def _check_classes(rows: Sequence[Row], config: DataConfig) -> None:
    """Asks that the data's own splits leave as many pictures to train on as there are classes."""
    is_split = config.split.given == "respect"
    classes = {row.label for row in rows}
    trained_on = sum(not is_split or row.split in (None, TRAIN) for row in rows)
    if trained_on < len(classes):
        raise InputError(
            f"`{config.path or config.source}` has {len(classes)} classes and only {trained_on} pictures to "
            "train on. Give every class some, or set data.split.given to ignore."
        )


def _held(rows: Iterable[Row], columns: Sequence[str], wanted: Iterable[str]) -> list[dict[str, str]]:
    """What the rows hold in those of the wanted columns that they have, each combination once."""
    own = [name for name in wanted if name in columns]
    combinations = {(printable(row.label), *(row.columns[name] for name in own)) for row in rows}
    return [dict(zip((LABEL, *own), values, strict=True)) for values in combinations]
