"""What led to an artifact and what came of it, as trees for people."""

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from pipeline.visible import visible


def lineage_view(answer: dict[str, Any], workspace: str) -> RenderableType:
    """Two trees, back and forward; then the data, and the config of every run that had a part in it.

    Args:
        answer: of `inspect lineage --json`.
        workspace: from which places are told.
    """
    trees = _Trees(answer, workspace)
    wanted = answer["artifact"]["id"]
    back, forward = Tree(trees.name(wanted)), Tree(trees.name(wanted))
    trees.grow_back(back, wanted)
    for step in answer["forward"]:
        branch = forward.add(_step(step))
        for artifact, _ in step["outputs"]:
            branch.add(trees.name(artifact))
    came_of_it: list[RenderableType] = [Text("what came of it", "bold"), forward, Text()]
    lines = [
        Text(visible(f"data: {each['data']}; set aside: {each['quarantine']}")) for each in answer["data"]
    ]
    lines += [
        Text(visible(f"config of run {run}: {path}")) for run, path in sorted(answer["configs"].items())
    ]
    after = came_of_it if answer["forward"] else []
    return Group(Text("what it was made from", "bold"), back, Text(), *after, *lines)


class _Trees:
    """Grows trees of one answer."""

    def __init__(self, answer: dict[str, Any], workspace: str) -> None:
        self._artifacts, self._back = answer["artifacts"], answer["back"]
        self._prefix = f"{workspace}/artifacts/"
        self._grown: set[int] = set()

    def grow_back(self, tree: Tree, artifact: int) -> None:
        """Below an artifact the execution that made it, and below that what went in."""
        makers = [step for step in self._back if artifact in (each for each, _ in step["outputs"])]
        if not makers:
            return
        step = min(makers, key=lambda each: each["execution"]["id"])
        branch = tree.add(_step(step))
        for each, _ in step["inputs"]:
            is_grown = each in self._grown
            self._grown.add(each)
            name = Text.assemble(self.name(each), (", as above", "dim")) if is_grown else self.name(each)
            twig = branch.add(name)
            if not is_grown:
                self.grow_back(twig, each)

    def name(self, artifact: int) -> Text:
        """Id, type and place."""
        found = self._artifacts[artifact]
        gone = " (gone)" if found["is_there"] is False else ""
        place = visible(found["uri"].removeprefix(self._prefix))
        return Text.assemble(f"{artifact} ", (found["type"], "bold"), (f" {place}", "dim"), (gone, "red"))


def _step(step: dict[str, Any]) -> Text:
    execution = step["execution"]
    run = f" in run {execution['run']}" if execution["run"] else ""
    return Text.assemble("by ", execution["node"], (run, "dim"))
