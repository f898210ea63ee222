"""Runs, artifacts and differences, as tables for people."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.runners.evaluation_text import failures_view, interval_text
from pipeline.visible import visible

_COLOURS = {
    "pushed": "green",
    "not_blessed": "yellow",
    "failed": "red",
    "unfinished": "red",
    "cached": "dim",
    "skipped": "dim",
}
_OF_CLASSIFIER = {"accuracy": "accuracy", "macro_f1": "macro F1"}
_OF_POLICY = {"mean_return": "mean return"}
_PICTURES_SHOWN = 10


def runs_table(rows: Sequence[dict[str, Any]]) -> Table:
    """A run a line; when it began stands beside ids that do not tell it."""
    reached = _reached(rows)
    figures = (f">{title}" for title in reached.values())
    has_names = any(not row["run"].startswith(row["started"][:10].replace("-", "")) for row in rows)
    table = _table(
        "run", *(["when"] if has_names else []), "status", *figures, "version", ">seconds", "backbone"
    )
    for row in rows:
        _add(
            table,
            row["run"],
            *([row["started"]] if has_names else []),
            _state(row["status"]),
            *(_number(row[figure]) for figure in reached),
            row["version"] or "",
            _number(row["seconds"], 1),
            row["backbone"] or "",
        )
    return table


def run_view(found: dict[str, Any]) -> RenderableType:
    """One run: its line, why it was not blessed, its nodes with what they put out."""
    table = _table("node", "state", ">seconds", "artifacts")
    for node in found["nodes"]:
        made = (f"{each['id']} {each['name']}{_gone(each)}" for each in node["artifacts"])
        _add(table, node["id"], _state(node["state"]), _number(node["seconds"], 1), ", ".join(made))
    folder = Text(found["folder"], "dim")
    return Group(runs_table([found]), Text(), failures_view(found["blessing"]), Text(), table, Text(), folder)


def artifacts_table(rows: Sequence[dict[str, Any]], workspace: str) -> Table:
    """An artifact a line; places are told from `workspace`."""
    table = _table(">id", "type", "made by", "run", "where")
    for row in rows:
        where = Text(visible(row["uri"].removeprefix(f"{workspace}/")), "dim")
        where.append(_gone(row), "red")
        _add(table, str(row["id"]), row["type"], row["node"] or "", row["run"] or "", where)
    return table


def versions_table(rows: Sequence[dict[str, Any]]) -> Table:
    """A served version a line."""
    reached = _reached(rows)
    table = _table("model", "version", "", *(f">{title}" for title in reached.values()), "run")
    for row in rows:
        _add(
            table,
            row["name"],
            row["version"],
            Text("newest" if row["is_newest"] else "", "green"),
            *(_number(row[figure]) for figure in reached),
            row["run"] or "",
        )
    return table


def difference_view(found: dict[str, Any]) -> RenderableType:
    """Config, data, metrics, and pictures, each where there is something to say."""
    parts: list[RenderableType] = []
    for title in ("config", "data", "metrics"):
        is_metric = title == "metrics"
        if found[title]:
            names = (f">{found['first']}", f">{found['second']}", *([">difference"] if is_metric else []))
            table = _table(title, *names, all_give_way=True)
            for row in found[title]:
                _add(table, row["key"], *_values(row, is_metric))
            parts += [table, Text()]
    if found["flips"]:
        parts += _flips(found["flips"])
    if found.get("returns"):
        parts.append(_returns(found["returns"]))
    return Group(*(parts or [Text("the two runs do not differ")]))


def _reached(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The figures that are listed, with their titles: a policy's and a classifier's each if there is one."""
    has_policy = any(row["mean_return"] is not None for row in rows)
    is_policy_all = has_policy and all(row["accuracy"] is None for row in rows)
    return {**({} if is_policy_all else _OF_CLASSIFIER), **(_OF_POLICY if has_policy else {})}


def _flips(flips: dict[str, Any]) -> list[RenderableType]:
    if not flips["pictures"]:
        return [Text("the two were tested on other pictures")]
    won, lost = flips["won"], flips["lost"]
    head = (
        f"on {flips['pictures']} shared test pictures the second won {len(won)} and lost {len(lost)}; "
        f"p = {flips['p_value']:.3f} (McNemar)"
    )
    return [Text(head), *_listed("won", won, "green"), *_listed("lost", lost, "red")]


def _returns(returns: dict[str, Any]) -> Text:
    if not returns["episodes"]:
        return Text("the two were tested in other episodes")
    ends = interval_text(returns["interval"])
    gain = f"{returns['gain']:+.4f} ({ends})"
    return Text(f"in {returns['episodes']} shared episodes the second's mean return differs by {gain}")


def _listed(what: str, paths: Sequence[str], colour: str) -> list[Text]:
    more = f" and {len(paths) - _PICTURES_SHOWN} more: --json" if len(paths) > _PICTURES_SHOWN else ""
    lines = [Text(f"  {what} {visible(path)}", colour) for path in paths[:_PICTURES_SHOWN]]
    return [*lines, Text(f"  {what}{more}", colour)] if more else lines


def _values(row: dict[str, Any], is_metric: bool) -> Iterable[str | Text]:
    first, second = row["first"], row["second"]
    yield from (_value(first), _value(second))
    if is_metric:
        yield f"{second - first:+.4f}" if None not in (first, second) else ""


def _value(value: Any) -> Text:
    if value is None:
        return Text("-", "dim")
    return Text(f"{value:.4f}" if isinstance(value, float) else visible(str(value)))


def _gone(artifact: dict[str, Any]) -> str:
    return " (gone)" if artifact["is_there"] is False else ""


def _add(table: Table, *cells: str | Text) -> None:
    """A line; what stands in it is no markup."""
    table.add_row(*(Text(visible(cell)) if isinstance(cell, str) else cell for cell in cells))


def _state(state: str) -> Text:
    return Text(state.replace("_", " "), _COLOURS.get(state, ""))


def _number(value: float | None, digits: int = 4) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _table(*names: str, all_give_way: bool = False) -> Table:
    """Columns; `>` before a name puts its values to the right. The last one gives way on a narrow screen."""
    table = Table(box=None)
    for name in names:
        is_last = all_give_way or name == names[-1]
        justify: Literal["left", "right"] = "right" if name.startswith(">") else "left"
        table.add_column(name.lstrip(">"), justify=justify, overflow="fold", no_wrap=not is_last)
    return table
