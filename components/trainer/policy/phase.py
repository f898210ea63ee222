"""One phase of learning from reward: rollouts, updates, judgements, and the weights that are kept."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from gymnasium.vector import VectorEnv

from components import progress
from components.environments.judging import Played, judge, mean_return
from components.trainer.averaging import Averager
from components.trainer.layer_table import layer_table
from components.trainer.model import LayerGroup
from components.trainer.policy.algorithm import Algorithm, averaging_of
from components.trainer.policy.curve import Learnt, Point, row_of
from components.trainer.policy.keeping import PolicyKeeper
from components.trainer.policy.learner import Learner, updates_of
from components.trainer.policy.policy_log import PolicyLog
from components.trainer.policy.rates import OptimizerOf
from components.trainer.policy.rollout import Collector, Encode
from pipeline.errors import InputError
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig


@dataclass(frozen=True)
class PolicyPhaseResult:
    """What a phase reached on the held-out environments.

    Attributes:
        name: of the phase.
        steps: taken, in all environments together.
        kept_step: after how many steps of the phase the kept weights were judged; 0: none judged later were
            as good as those that the phase began with.
        eval_return: mean return of the kept weights' judgement.
        score: by which they were chosen.
        curve: a point a judgement, the first before any step; see `COLUMNS` in `curve.py`.
        layers: the groups of the model from the top, each with `name`, `parameters`, and `rate`, which is
            `None` where it was frozen.
    """

    name: str
    steps: int
    kept_step: int
    eval_return: float
    score: float
    curve: tuple[Point, ...]
    layers: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class World:
    """What a policy acts in.

    Attributes:
        train: makes the environments to learn in, afresh each time it is called. All have autoreset disabled
            and discrete actions.
        held_out: makes those to judge in.
        encode: from a batch of observations to the network's inputs.
        episodes: of a judgement, with the seeds from 0.
        algorithm: that learns here, see `algorithm_of`.
        scale: of the rewards, by which they are divided for the learner.
        score: what chooses the weights to keep, the higher the better; the mean return.
    """

    train: Callable[[], VectorEnv]
    held_out: Callable[[], VectorEnv]
    encode: Encode
    episodes: int
    algorithm: Algorithm
    scale: float = 1.0
    score: Callable[[Sequence[Played]], float] = mean_return


def train_phase(
    network: keras.Model,
    world: World,
    config: PolicyConfig,
    phase: PolicyPhaseConfig,
    groups: Sequence[LayerGroup],
    optimizer_of: OptimizerOf,
    *,
    seed: int,
    checkpoint: Path | None = None,
    logs: str | None = None,
    observed: int = 0,
    until: float | None = None,
) -> PolicyPhaseResult:
    """Trains, and leaves the kept weights in the network.

    Args:
        network: inputs -> [logits [batch, actions], value [batch, 1]]; what is frozen in it stays as it is.
        world: to act in.
        config: of the learner.
        phase: how long.
        groups: of the network's weights, with their rates, for the table.
        optimizer_of: makes the optimizer from the number of updates, see `rates.py`.
        seed: at least 0; with the phase's name it draws everything.
        checkpoint: replaced after each judgement; a phase that was killed goes on from it, and ends with the
            same curve and weights. `None` for none.
        logs: folder for TensorBoard; `None` writes nothing for it.
        observed: steps taken in earlier phases.
        until: a score that ends the phase when a judgement reaches it; `None` for none.

    Raises:
        InputError: the training diverged.
    """
    progress.announce(layer_table(phase.name, list(groups)))
    training = _Training(network, world, config, phase, optimizer_of, seed, checkpoint)
    with PolicyLog(logs, phase, groups, training.updates) as log:
        keeper = training.run(log, observed, math.inf if until is None else until)
    keeper.keep()
    curve = keeper.curve()
    kept = curve[keeper.kept]
    logging.info("phase %s keeps: %s", phase.name, kept)
    steps, kept_step = (int(point["steps"] or 0) for point in (curve[-1], kept))
    return PolicyPhaseResult(
        *(phase.name, steps, kept_step, float(kept["eval_return"] or 0), keeper.best),
        curve,
        tuple({"name": group.name, "parameters": group.parameters, "rate": group.rate} for group in groups),
    )


class _Training:
    """Rollouts and judgements of one phase in one process.

    Attributes:
        updates: of the whole phase.
    """

    def __init__(
        self,
        network: keras.Model,
        world: World,
        config: PolicyConfig,
        phase: PolicyPhaseConfig,
        optimizer_of: OptimizerOf,
        seed: int,
        checkpoint: Path | None,
    ) -> None:
        self._world, self._config, self._phase = world, config, phase
        self._envs, self._held_out = world.train(), world.held_out()
        self._steps_each = config.rollout * self._envs.num_envs
        self._rollouts = -(-phase.steps // self._steps_each)
        self._updates_each = updates_of(config, world.algorithm, self._envs.num_envs)
        self.updates = self._rollouts * self._updates_each
        optimizer = optimizer_of(self.updates)
        # Phases must not all play the same episodes.
        numbers = (seed, *phase.name.encode())
        self._averager = Averager(averaging_of(config, world.algorithm), network, epochs=1)
        follow = self._averager.follow
        self._learner = Learner(network, optimizer, config, world.algorithm, numbers, world.scale, follow)
        self._collector = Collector(self._envs, world.encode, self._learner, numbers)
        judgements = 1 + -(-self._rollouts // config.judged_every)
        self._keeper = PolicyKeeper(checkpoint, network, optimizer, self._averager, judgements)

    def run(self, log: PolicyLog, observed: int, until: float) -> PolicyKeeper:
        """All rollouts, or those that are left.

        Args:
            log: is told each point of the curve.
            observed: steps taken in earlier phases.
            until: a score that ends it.
        """
        keeper = self._keeper
        try:
            self._begin(log, observed)
            while keeper.rollouts < self._rollouts and keeper.best < until:
                last = min(keeper.rollouts + self._config.judged_every, self._rollouts)
                learnt = [self._learn(number) for number in range(keeper.rollouts, last)]
                self._judge(last, learnt, log, observed)
        finally:
            self._envs.close()
            self._held_out.close()
        return keeper

    def _begin(self, log: PolicyLog, observed: int) -> None:
        """Where a killed training left it, or at the start of the phase."""
        state = self._keeper.restore(self._collector.state())
        if state is None:
            self._collector.begin()
            self._judge(0, [], log, observed)
        else:
            self._collector.restore(state)
            logging.info("phase %s goes on after rollout %d", self._phase.name, self._keeper.rollouts)

    def _learn(self, number: int) -> Learnt:
        """One rollout, from 0, and what was learnt from it."""
        self._learner.begin_rollout(number)
        rollout = self._collector.collect(self._config.rollout)
        figures = self._learner.update(rollout)
        if not all(map(math.isfinite, figures.values())):
            phase, steps = self._phase, (number + 1) * self._steps_each
            bad = ", ".join(name for name, value in figures.items() if not math.isfinite(value))
            raise InputError(
                f"training diverged after {steps} steps of phase `{phase.name}`: no number is {bad}. "
                f"Lower head_rate ({phase.head_rate:.1e}) and trunk_rate ({phase.trunk_rate:.1e})."
            )
        progress.report(self._phase.name, number + 1, self._rollouts)
        return Learnt(rollout.returns, rollout.lengths, figures)

    def _judge(self, rollouts: int, learnt: Sequence[Learnt], log: PolicyLog, observed: int) -> None:
        """A point of the curve, and a checkpoint, after so many `rollouts`; of them `learnt` are new."""
        world, keeper = self._world, self._keeper
        self._averager.on_test_begin()
        episodes = judge(self._held_out, self._choose, world.episodes)
        self._averager.on_test_end()
        steps = rollouts * self._steps_each
        row = row_of(steps, observed + steps, learnt, episodes, world.score(episodes))
        keeper.judged(row, rollouts, self._collector.state())
        point = keeper.curve()[-1]
        log.write(point, rollouts * self._updates_each)
        logging.info("%s step %d/%d: %s", self._phase.name, steps, self._rollouts * self._steps_each, point)

    def _choose(self, observations: Any) -> np.ndarray:
        return self._learner.greedy(self._world.encode(observations))
