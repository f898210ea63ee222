"""LatestBlessedModel: the baseline that a candidate must not fall behind.

In: the candidate, and all models and blessings of this pipeline. Out: `model`, the latest blessed one
but for the candidate that can be compared with it, or none.

TFX's own strategy takes the latest of all. On a re-run of an unchanged config that is the candidate
itself: the Evaluator's input would change, and it would run again for nothing. A later one than the
candidate counts: who goes back to an earlier config must not fall behind what was blessed since.

Comparable is a model whose classes the candidate all knows. Then both answer the same question, and a
class that is new counts against the baseline alone. A model of other classes was trained for another
task: one whose classes were renamed or merged, or another data set under the same pipeline name. One that
was trained under other splits has learnt from what the candidate is tested on, or may have.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from tfx import types
from tfx.dsl.components.common import resolver
from tfx.dsl.input_resolution.strategies.latest_blessed_model_strategy import LatestBlessedModelStrategy
from tfx.dsl.io import fileio
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components import progress
from components.trained_splits import read_splits

CANDIDATE, MODEL, BLESSING = "candidate", "model", "model_blessing"
_NAMED = 3


class OtherBlessedModelStrategy(resolver.ResolverStrategy):
    """The latest comparable blessed model that is not the candidate; ids grow with time."""

    def resolve_artifacts(
        self, store: Any, input_dict: dict[str, list[types.Artifact]]
    ) -> dict[str, list[types.Artifact]]:
        """Returns `model` and `model_blessing` with one artifact each, or empty lists."""
        candidate = input_dict[CANDIDATE][0]
        others = [model for model in input_dict[MODEL] if model.id != candidate.id]
        tell: Callable[[str], None] = progress.announce
        for found in _blessed(store, others, input_dict[BLESSING]):
            (model,) = found[MODEL]
            reason = why_not(model, candidate)
            if reason is None:
                return {CANDIDATE: [candidate], **found}
            tell(f"not compared with blessed model {model.id}: {reason}")
            tell = logging.info  # of many that lie behind, the latest is enough for the screen
        return {CANDIDATE: [candidate], MODEL: [], BLESSING: []}


def _blessed(
    store: Any, models: list[types.Artifact], blessings: list[types.Artifact]
) -> Iterator[dict[str, list[types.Artifact]]]:
    """The blessed ones with their blessings, latest first."""
    while True:
        found = LatestBlessedModelStrategy().resolve_artifacts(store, {MODEL: models, BLESSING: blessings})
        if not found or not found[MODEL]:
            return
        yield found
        models = [model for model in models if model.id < found[MODEL][0].id]


def why_not(baseline: types.Artifact, candidate: types.Artifact) -> str | None:
    """Why the two cannot be compared; `None` if they can."""
    known = _labels(baseline)
    if known is None:
        return f"its files are gone from {baseline.uri}"
    gone = sorted(known - (_labels(candidate) or set()))
    if gone:
        more = ", ..." if len(gone) > _NAMED else ""
        return f"it knows classes that are no more: {', '.join(gone[:_NAMED])}{more}"
    ways = {read_splits(path_utils.serving_model_path(model.uri)) for model in (baseline, candidate)}
    if len(ways - {None}) > 1:
        return "it was trained under other splits, so that it may know pictures that this one is tested on"
    return None


def _labels(model: types.Artifact) -> set[str] | None:
    """The classes of an exported model; `None` if it is not there."""
    folder = path_utils.serving_model_path(model.uri)
    if not fileio.exists(f"{folder}/saved_model.pb") or not fileio.exists(f"{folder}/assets/labels.txt"):
        return None
    with fileio.open(f"{folder}/assets/labels.txt", "rb") as file:
        return set(file.read().decode().splitlines())


def build(candidate: types.Channel) -> resolver.Resolver:
    """The node of this room."""
    return resolver.Resolver(
        strategy_class=OtherBlessedModelStrategy,
        candidate=candidate,
        # Of whatever node: a model's baseline may be an ensemble, and an ensemble's a model.
        model=types.Channel(type=standard_artifacts.Model),
        model_blessing=types.Channel(
            type=standard_artifacts.ModelBlessing, producer_component_id="Evaluator"
        ),
    ).with_id("LatestBlessedModel")
