"""Some of a policy's episodes: as pictures where they are of pictures, else as a histogram and a table."""

from typing import Any

from components.evaluator.returns.episodes import Episode
from pipeline.report.album import Album
from pipeline.report.episode_choice import choose_episodes
from pipeline.report.glimpses import way_of
from pipeline.report.histogram import returns_histogram
from pipeline.report.material import Material
from pipeline.settings.environment import GLIMPSE

_LISTED = 100


def episodes_section(material: Material, album: Album) -> dict[str, Any]:
    """Episodes of each kind with their pictures, or all of them in figures.

    Returns:
        `total`, `None` where the episodes are gone; `groups`, as `episode_choice.Group` with `pictures` in
        place of its episodes; `chart`, `None` where there are groups; `rows`, the episodes that earned least
        first, whether they tell a probability (`has_probability`), and how many `more` there are.
    """
    if not material.episodes:
        return {"total": None, "groups": [], "chart": None, "rows": [], "more": 0, "has_probability": False}
    groups = [
        {
            "title": group.title,
            "note": group.note,
            "none": group.none,
            "total": group.total,
            "pictures": [_pictured(each, material, album) for each in group.episodes],
        }
        for group in choose_episodes(material.evaluation["environment"], material.episodes)
    ]
    ranked = [] if groups else sorted(material.episodes, key=lambda each: (each.reward, each.path))
    return {
        "total": len(material.episodes),
        "groups": groups,
        "chart": returns_histogram([each.reward for each in ranked], "returns") if ranked else None,
        "rows": ranked[:_LISTED],
        "more": max(0, len(ranked) - _LISTED),
        "has_probability": any(each.probability is not None for each in ranked),
    }


def _pictured(episode: Episode, material: Material, album: Album) -> dict[str, Any]:
    """Its figures, what can be seen of it, and the `way` that the window took over it."""
    evaluation = material.evaluation
    has_way = evaluation["environment"] == GLIMPSE and episode.places
    return {
        "path": episode.path,
        "label": episode.label,
        "action": episode.action,
        "probability": episode.probability,
        "reward": episode.reward,
        "steps": episode.steps,
        "source": album.shown.get(episode.path),
        "way": way_of(episode.places, evaluation["window"], evaluation["positions"]) if has_way else None,
    }
