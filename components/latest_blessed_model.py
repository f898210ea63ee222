"""LatestBlessedModel: the baseline that a candidate must not fall behind.

In: the candidate, and all models and blessings of this pipeline. Out: `model`, the latest blessed one
that is older than the candidate, or none.

TFX's own strategy takes the latest of all. On a re-run of an unchanged config that is the candidate
itself: the Evaluator's input would change, and it would run again for nothing.
"""

from typing import Any

from tfx import types
from tfx.dsl.components.common import resolver
from tfx.dsl.input_resolution.strategies.latest_blessed_model_strategy import LatestBlessedModelStrategy
from tfx.types import standard_artifacts

CANDIDATE, MODEL, BLESSING = "candidate", "model", "model_blessing"


class OlderBlessedModelStrategy(resolver.ResolverStrategy):
    """The latest blessed model with a lower id than the candidate's; ids grow with time."""

    def resolve_artifacts(
        self, store: Any, input_dict: dict[str, list[types.Artifact]]
    ) -> dict[str, list[types.Artifact]]:
        """Returns `model` and `model_blessing` with one artifact each, or empty lists."""
        candidate = input_dict[CANDIDATE][0]
        older = [model for model in input_dict[MODEL] if model.id < candidate.id]
        resolved = LatestBlessedModelStrategy().resolve_artifacts(
            store, {MODEL: older, BLESSING: input_dict[BLESSING]}
        )
        return {CANDIDATE: [candidate], **(resolved or {MODEL: [], BLESSING: []})}


def build(candidate: types.Channel) -> resolver.Resolver:
    """The node of this room."""
    return resolver.Resolver(
        strategy_class=OlderBlessedModelStrategy,
        candidate=candidate,
        model=types.Channel(type=standard_artifacts.Model, producer_component_id="Trainer"),
        model_blessing=types.Channel(
            type=standard_artifacts.ModelBlessing, producer_component_id="Evaluator"
        ),
    ).with_id("LatestBlessedModel")
