"""The views of a split, and that each one's digest names what it follows from, and nothing else."""

import itertools
from types import ModuleType

import pytest

from components.augment import views
from components.augment.views import View, eval_views, train_views


def test_train_views() -> None:
    assert train_views(1) == (View("plain"),)
    assert train_views(3) == (View("plain"), View("random", 1), View("random", 2))


def test_eval_views_in_their_order() -> None:
    assert eval_views(()) == (View("plain"),)
    assert eval_views(("half_turn", "vertical_flip")) == (
        *(View("plain"), View("half_turn"), View("vertical_flip")),
    )


SHOWN = (*train_views(3), *eval_views(("half_turn", "vertical_flip"))[1:])


def test_digests_differ() -> None:
    digests = [
        view.digest([trunk], [drawn]) for view in SHOWN for trunk in ("a", "b") for drawn in ("c", "d")
    ]
    # Two trunks; the draws matter to the two random views alone.
    assert len(set(digests)) == 2 * (3 + 2 * 2)
    assert all(len(digest) == 32 for digest in digests)


@pytest.mark.parametrize("view", SHOWN)
def test_digest_is_stable(view: View) -> None:
    assert view.digest([1, "x"], [2]) == View(view.kind, view.number).digest([1, "x"], [2])


def test_code_counts_where_it_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {view: view.digest([], []) for view in SHOWN}
    source = views._source
    monkeypatch.setattr(
        views, "_source", lambda module: source(module) + ("x" if module.__name__.endswith("erasing") else "")
    )
    changed = [view for view in SHOWN if view.digest([], []) != before[view]]
    assert changed == [View("random", 1), View("random", 2)]


def test_every_module_that_draws_is_counted() -> None:
    """What `augment` imports of this room, and what that imports in turn."""
    room = "components.augment."
    found, waiting = set(), [views.drawing]
    while waiting:
        module = waiting.pop()
        found.add(module)
        names = {getattr(value, "__module__", None) for value in vars(module).values()}
        modules = [value for value in vars(module).values() if isinstance(value, ModuleType)]
        waiting += [
            other
            for other in itertools.chain(
                modules, (getattr(views, n.rpartition(".")[2], None) for n in names if n)
            )
            if isinstance(other, ModuleType) and other.__name__.startswith(room) and other not in found
        ]
    assert found == set(views._DRAWING)
