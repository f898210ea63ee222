"""What a policy is not known to do well, as it follows from its data and its returns: nothing is made up."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.features import TRAIN
from pipeline.report.filters import interval, number, plural, signed
from pipeline.report.limits import FEW_TO_JUDGE_BY, FEW_TO_LEARN_FROM, limits_of_findings, listed
from pipeline.report.returns_section import LESS, MORE, SAME, slices_below
from pipeline.settings.environment import ASK


def policy_limits(summary: Mapping[str, Any], rivals: Mapping[str, Any]) -> list[str]:
    """Sentences, the gravest of them first.

    Args:
        summary: of a run whose policy was evaluated.
        rivals: as `returns_section.rival_section` makes them of it.
    """
    evaluation, data = summary["evaluation"], summary.get("data", {})
    return [
        *_of_scope(evaluation),
        *_of_rivals(rivals),
        *_of_size(evaluation, data.get("counts", {}).get(TRAIN, {})),
        *limits_of_findings(data),
    ]


def _of_scope(evaluation: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"It takes one of its {len(evaluation['names'])} actions whatever it is shown, something else than "
        "its pictures too, perhaps with a high probability."
    )
    if "costs" in evaluation:
        yield "Its probabilities are those of its actions under these costs, not those of the classes."
    if ASK in evaluation.get("actions", {}):
        yield "A person who is asked was taken to be always right; one who errs makes it dearer than that."
    yield "What it earns on pictures of another kind than those that it was judged by was not measured."


def _of_rivals(rivals: Mapping[str, Any]) -> Iterator[str]:
    if not rivals:
        return
    best = rivals["best"]
    figures = f"{signed(best['gain'])} ({interval(best['interval'])})"
    if best["word"] == SAME:
        yield f"It earns no more than {best['name']} on the same episodes."
    elif best["word"] == LESS:
        yield (
            f"It earns less than {best['name']} on the same episodes, by more than chance explains: "
            f"{figures}."
        )
    elif best["word"] != MORE:
        yield (
            f"Between it and {best['name']}, chance alone may make the difference on the same episodes: "
            f"{figures}."
        )


def _of_size(evaluation: Mapping[str, Any], train: Mapping[str, int]) -> Iterator[str]:
    if evaluation["examples"] < FEW_TO_JUDGE_BY:
        yield f"It was judged by {plural(evaluation['examples'], 'episode')}: see the intervals."
    slices = evaluation.get("slices", {})
    below = [
        f"{name} ({number(each['mean_return'])}, {interval(each['intervals']['mean_return'])})"
        for name, each in ((name, slices[name]) for name in slices_below(evaluation))
    ]
    if below:
        whole = number(evaluation["mean_return"])
        yield f"It earns less than the mean of all, {whole}, by more than chance explains on {listed(below)}."
    small = [name for name, each in slices.items() if each["examples"] < FEW_TO_JUDGE_BY]
    if small:
        yield f"Little is known of slices with fewer than {FEW_TO_JUDGE_BY} test pictures: {listed(small)}."
    few = [name for name, count in train.items() if count < FEW_TO_LEARN_FROM]
    if few:
        yield f"It learnt from fewer than {FEW_TO_LEARN_FROM} pictures of {listed(few)}."
