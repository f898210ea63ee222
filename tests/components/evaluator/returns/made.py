"""Episodes, made up."""

from components.evaluator.returns.episodes import Episode


def episode(reward: float, number: int = 0, **fields: object) -> Episode:
    """One that earned `reward`."""
    given: dict[str, object] = {
        "path": f"{number}.jpg",
        "label": "cat",
        "columns": {"site": "north"},
        "action": "dog",
        "probability": 0.5,
        "steps": 1,
        **fields,
    }
    return Episode(reward=reward, **given)  # type: ignore[arg-type]


def episodes(*rewards: float, **fields: object) -> list[Episode]:
    """One for each reward, alike otherwise."""
    return [episode(reward, number, **fields) for number, reward in enumerate(rewards)]
