"""The `policy` section: how a policy learns from reward."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.section import Rate, Section, Share


class PolicyPhaseConfig(Section):
    """One phase of learning. What lies below `unfreeze` has no rate, and so is frozen."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    """In logs, checkpoints and `summary.json`; each phase another one."""
    steps: Annotated[int, Field(ge=0, le=10**9)]
    """Actions taken in the phase, in all environments together, rounded up to whole rollouts; 0 skips it."""
    unfreeze: str = "head"
    """`head`: the new layers alone. A stage of the backbone: that stage and all above it. A share, such as
    `30%`: the topmost stages, so many of them, rounded up."""
    head_rate: Rate = 1e-3
    """Peak rate of the head: policy and value."""
    trunk_rate: Rate = 3e-5
    """Peak rate of the trunk's top stage."""
    depth_decay: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Each stage further down learns at this share of the rate of the stage above it."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """How the rates go over the phase: down to 0 by half a cosine, or not at all."""


class PolicyConfig(Section):
    """Trainer where `task` is `reinforcement`: the policy's head, and its learner."""

    algorithm: Literal["auto", "ppo", "reinforce"] = "auto"
    """`ppo`: Schulman et al., "Proximal Policy Optimization Algorithms" (2017), clipped. `reinforce`:
    Williams (1992), with a learnt baseline, for episodes of one step. `auto`: `reinforce` for
    `graft/Decision-v0`, `ppo` for all others."""
    hidden: Annotated[int, Field(ge=0, le=8192)] = 64
    """Width of the hidden layer below policy and value; 0 leaves it out."""
    rollout: Annotated[int, Field(ge=1, le=100_000)] = 32
    """Steps of each environment between two updates."""
    passes: Annotated[int, Field(ge=1, le=100)] = 4
    """How often `ppo` learns from a rollout; `reinforce` once."""
    batch_size: Annotated[int, Field(ge=1, le=65_536)] = 256
    """Steps in one update of the weights."""
    clip: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """How far `ppo` may change the probability of an action in one rollout, as a ratio."""
    discount: Share = 0.99
    """What a reward is worth a step later."""
    smoothing: Share = 0.95
    """Lambda of generalised advantage estimation (Schulman et al., 2016): 0 trusts the value, 1 returns."""
    entropy: Annotated[float, Field(ge=0, le=10)] | None = None
    """Weight of the policy's entropy in the loss: more explores longer. Left out, 0.01, and 0.3 for
    `reinforce`: with less it asked a person, always, before it had learnt to tell pictures apart
    (docs/decisions.md, 58)."""
    averaging: Literal["auto", "none", "ema"] = "auto"
    """What is judged, kept and exported: the latest weights, or their average over updates, the latest ones
    weighing most. `auto`: `ema` for `reinforce`, whose updates are noisy, so that the best of many judgements
    is often luck (docs/decisions.md, 60); `none` for `ppo`, where it was not tried."""
    value_weight: Annotated[float, Field(ge=0, le=10)] = 0.5
    """Weight of the value's squared error in the loss."""
    largest_gradient: Annotated[float, Field(gt=0, le=1e6)] = 0.5
    """Norm to which a larger gradient is scaled down."""
    judged_every: Annotated[int, Field(ge=1, le=100_000)] = 8
    """Rollouts between two judgements on eval; the best judged weights are kept."""
    episodes: Annotated[int, Field(ge=1, le=1_000_000)] = 64
    """Episodes of a judgement where the environment is not made of labelled pictures; where it is, each
    picture that is held out is one."""
    phases: Annotated[tuple[PolicyPhaseConfig, ...], Field(min_length=1)] = (
        PolicyPhaseConfig(name="head", steps=120_000, head_rate=1e-3),
        PolicyPhaseConfig(name="fine_tune", steps=20_000, unfreeze="20%", head_rate=3e-4),
    )
    """In their order, each from where the one before ended."""

    @model_validator(mode="after")
    def _phases_differ(self) -> Self:
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            raise ValueError(f"phases must have different names. Received: {names}")
        return self
