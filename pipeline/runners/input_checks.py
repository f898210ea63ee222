"""What can be wrong with a run's input, asked before TensorFlow is imported.

So a mistake costs a moment and not a minute. What only the pictures can tell, ImageExampleGen asks.
"""

from collections.abc import Iterable, Sequence

from components.backbone import get_backbone
from components.backbone.cut import check_order
from components.evaluator.slices import check_slices
from components.example_gen.judging.checks import check_names
from components.example_gen.rows import Row
from components.example_gen.sources import column_names, list_rows
from components.features import LABEL
from components.schema_gen.reviewed import read_reviewed
from pipeline.config import Config
from pipeline.paths import printable


def check_input(config: Config) -> None:
    """Asks whatever the nodes would stumble over later.

    Raises:
        InputError: the user's input is wrong.
    """
    backbone = get_backbone(config.backbone.name)
    check_order(backbone, [phase.unfreeze for phase in config.trainer.phases])
    check_names(config.data.checks)
    backbone.check_weights()
    rows = list_rows(config.data)
    columns = column_names(rows)
    check_slices(config.evaluator, columns, _held(rows, columns, config.evaluator.columns()))
    if config.schema_gen.file is not None:
        read_reviewed(config.schema_gen.file, config.evaluator.columns())


def _held(rows: Iterable[Row], columns: Sequence[str], wanted: Iterable[str]) -> list[dict[str, str]]:
    """What the rows hold in those of the wanted columns that they have, each combination once."""
    own = [name for name in wanted if name in columns]
    combinations = {(printable(row.label), *(row.columns[name] for name in own)) for row in rows}
    return [dict(zip((LABEL, *own), values, strict=True)) for values in combinations]
