"""The pictures that a report shows with what the model looked at: those that cost something."""

from components.answers import Answers
from components.evaluator.explanation_file import Explanation
from components.heat_file import LOOKED_AT


def worth_a_look(answers: Answers, explanation: Explanation) -> set[str]:
    """The paths of the surest mistakes, and of all that cost a bound."""
    costly = {picture["path"] for verdict in explanation["verdicts"] for picture in verdict["pictures"]}
    return costly | {str(path) for path in answers.paths[answers.mistakes()[:LOOKED_AT]]}
