"""Everything that an evaluation of a policy found, in the shape that a summary and a report are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from components.evaluator.explanation_file import Explanation
from components.evaluator.returns.episodes import Episode
from components.evaluator.returns.figures import figures_of, gain_over, slices_of
from components.evaluator.returns.gate import comparison_of, judge
from components.evaluator.slices import OVERALL
from components.features import TEST
from pipeline.settings.evaluator import EvaluatorConfig

TASK = "reinforcement"


def explain(
    episodes: Sequence[Episode],
    config: EvaluatorConfig,
    about: Mapping[str, Any],
    fixed: Mapping[str, np.ndarray],
    rivals: Mapping[str, np.ndarray],
) -> Explanation:
    """Figures, rivals, comparison and verdicts.

    Args:
        episodes: all that are held out.
        config: of the node.
        about: the environment: `environment`, `names` of the actions, `costs` where there are any.
        fixed: what the best fixed action earned in each episode, by its name.
        rivals: what other policies did.

    Returns:
        `evaluation`: the overall figures (`figures.figures_of`), `task`, `split`, `about`, the other `slices`
        by name, each of the `rivals`, and the `comparison` with the last blessed policy. `verdicts`: a list
        of `gate.Verdict` as plain values.
    """
    slices = {name: figures_of(each) for name, each in slices_of(episodes, config.crossings()).items()}
    beside = {name: gain_over(episodes, earned) for name, earned in {**fixed, **rivals}.items()}
    evaluation = {
        "task": TASK,
        "split": TEST,
        **about,
        **slices[OVERALL],
        "slices": {name: each for name, each in slices.items() if name != OVERALL},
        "rivals": beside,
        "comparison": comparison_of(episodes),
    }
    verdicts = judge(config.returns, episodes, fixed)
    return {"evaluation": evaluation, "verdicts": [asdict(verdict) for verdict in verdicts]}
