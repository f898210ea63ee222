"""Candidate against baseline on the same pictures: what was won and lost, and whether it is more than chance.

McNemar's test looks only at pictures on which one of the two is right: if neither is better, each of these is
as likely won as lost.
"""

from typing import Any

from scipy.special import bdtr

from components.answers import Answers
from components.evaluator import intervals


def comparison_of(answers: Answers) -> dict[str, Any]:
    """Holds the two against each other.

    Returns:
        `won` and `lost`, the paths of pictures that the candidate alone, or the baseline alone, is right
        about; `both_right` and `both_wrong`, how many; `difference` of the accuracies and its `interval`;
        `p_value` of the exact test (McNemar, 1947), how often chance would make as great a difference. Empty
        without a baseline.
    """
    if answers.baseline is None:
        return {}
    is_right, was_right = answers.answered == answers.labels, answers.baseline == answers.labels
    was_right &= answers.labels < len(answers.names)  # of what the candidate does not know, nobody is right
    won, lost, both = is_right & ~was_right, was_right & ~is_right, is_right & was_right
    flipped = int(won.sum() + lost.sum())
    return {
        "won": answers.paths[won].tolist(),
        "lost": answers.paths[lost].tolist(),
        "both_right": int(both.sum()),
        "both_wrong": len(answers) - flipped - int(both.sum()),
        "difference": (int(won.sum()) - int(lost.sum())) / len(answers),
        "interval": intervals.paired_difference(int(won.sum()), int(lost.sum()), len(answers)),
        "p_value": min(1.0, 2 * float(bdtr(min(won.sum(), lost.sum()), flipped, 0.5))),
    }
