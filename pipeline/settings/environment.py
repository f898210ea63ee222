"""The `environment` section: what a policy acts in, and what its actions are worth."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from pipeline.settings.section import Section

DECISION, GLIMPSE = "graft/Decision-v0", "graft/Glimpse-v0"
"""Those on labelled pictures."""
ASK = "ask a person"
"""The action of `graft/Decision-v0` that is no class."""


class DecisionConfig(Section):
    """`graft/Decision-v0`: one picture, one answer."""

    costs: dict[str, dict[str, Annotated[float, Field(ge=0, le=1e6)]]] = {}
    """What an answer costs, in a unit of yours: `{true class: {answer: cost}}`. A right answer that is left
    out costs nothing. Empty: every wrong answer costs 1."""
    ask: Annotated[float, Field(ge=0, le=1e6)] = 0.3
    """What it costs to ask a person, whose answer is taken for right."""


class GlimpseConfig(Section):
    """`graft/Glimpse-v0`: a window that moves over a large picture."""

    window: Annotated[float, Field(gt=0, le=1)] = 0.4
    """Side of the window, a share of the picture's."""
    positions: Annotated[int, Field(ge=2, le=32)] = 4
    """Places that the window can take, in each direction."""
    budget: Annotated[int, Field(ge=1, le=1000)] = 6
    """Glimpses in an episode; who has not answered after the last one, is wrong."""
    right: Annotated[float, Field(ge=-1e6, le=1e6)] = 1.0
    """Reward of a right answer."""
    wrong: Annotated[float, Field(ge=-1e6, le=1e6)] = -1.0
    """Reward of a wrong one, or of none."""
    move: Annotated[float, Field(ge=-1e6, le=1e6)] = -0.02
    """Reward of a move: a small loss, so that it looks no longer than it must."""


class EnvironmentConfig(Section):
    """What the policy of `task: reinforcement` acts in: Gymnasium's name of it, and its settings."""

    id: Annotated[str, Field(min_length=1)] = DECISION
    """As `gymnasium.make` takes it: `graft/Decision-v0` and `graft/Glimpse-v0` act on the labelled pictures;
    any other that observes pictures, such as `CarRacing-v3`; one of a module of yours: `module:Name-v0`."""
    arguments: dict[str, Any] = {}
    """What another environment is made with, such as `{continuous: false}`."""
    count: Annotated[int, Field(ge=1, le=4096)] = 32
    """Environments that the policy acts in at once."""
    decision: DecisionConfig = DecisionConfig()
    glimpse: GlimpseConfig = GlimpseConfig()
    classifier: Annotated[str, Field(min_length=1)] | None = None
    """A classifier that Graft pushed, `serving/<name>/<version>`, to hold the policy against: its argmax, and
    the best threshold on its probability. Left out, `backbone.model` where that is one."""

    @model_validator(mode="after")
    def _arguments_are_taken(self) -> Self:
        if self.arguments and self.id in (DECISION, GLIMPSE):
            raise ValueError(f"arguments are for other environments; {self.id} has settings of its own")
        return self


def is_of_pictures(config: EnvironmentConfig) -> bool:
    """Whether it is made of labelled pictures; others bring their own."""
    return config.id in (DECISION, GLIMPSE)
