"""The end of a run in the terminal: data, phases, slices, verdict."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from pipeline.data_set.text import print_data_set
from pipeline.runners.evaluation_text import (
    calibration_line,
    class_table,
    comparison_line,
    failures_view,
    print_widest,
    slice_table,
)
from pipeline.runners.returns_text import actions_line, last_line, returns_table, rivals_table
from pipeline.visible import visible

_ANOMALIES_SHOWN = 5


def print_summary(summary: dict[str, Any], console: Console) -> None:
    """Prints a summary for a person; `summary` as `pipeline.runners.summary` makes it."""
    console.print()
    if summary["data"]:
        print_data_set(summary["data"], console)
        _print_anomalies(summary["data"].get("anomalies", []), console)
        console.print()
    for phase in summary["training"]:
        console.print(_phase_line(phase))
    if summary["evaluation"]:
        console.print()
        is_policy = summary["evaluation"].get("task") == "reinforcement"
        (_print_returns if is_policy else _print_figures)(summary, console)
        console.print()
    is_prose = summary["status"] == "not_blessed" and console.is_terminal
    console.print(verdict(summary), soft_wrap=not is_prose)  # paths stay whole, and so do reasons in a pipe
    console.print()
    console.print(failures_view(summary["blessing"]), soft_wrap=True)
    _print_exports(summary["exports"], console)
    seconds = f"{summary['wall_seconds']:.1f} s, of which {summary['overhead_seconds']:.1f} s outside of the"
    console.print(Text(f"{seconds} nodes; peak memory {summary['peak_rss_mib']:,.0f} MiB", "dim"))
    console.print(Text(f"run {summary['run_id']}", "dim"))


def _phase_line(phase: dict[str, Any]) -> Text:
    if "eval_return" in phase:
        reached = f"mean return on eval {phase['eval_return']:.4f}"
        return Text(f"phase {phase['name']}: {phase['steps']} steps, {reached}")
    return Text(
        f"phase {phase['name']}: {phase['epochs']} epochs, accuracy on eval {phase['eval_accuracy']:.4f}"
    )


def _print_figures(summary: dict[str, Any], console: Console) -> None:
    """Of a classifier."""
    evaluation = summary["evaluation"]
    print_widest(console, *(slice_table(evaluation, each) for each in (True, False)))
    _print_worst(evaluation["worst_slices"], console)
    console.print()
    print_widest(console, *(class_table(evaluation, each) for each in (True, False)))
    console.print()
    console.print(calibration_line(evaluation["calibration"]))
    if evaluation["comparison"]:
        console.print(comparison_line(evaluation["comparison"]))
    _print_suspects(summary["label_check"], summary["run_id"], console)


def _print_returns(summary: dict[str, Any], console: Console) -> None:
    """Of a policy."""
    evaluation = summary["evaluation"]
    console.print(returns_table(evaluation))
    console.print(actions_line(evaluation), soft_wrap=True)
    if evaluation["rivals"]:
        console.print()
        console.print(rivals_table(evaluation))
    if evaluation["comparison"]:
        console.print(last_line(evaluation["comparison"]), soft_wrap=True)


def verdict(summary: dict[str, Any]) -> Text:
    """Pushed where, or why not, a reason a line."""
    status = summary["status"]
    if status == "pushed":
        return Text.assemble(("pushed ", "bold green"), summary["model"]["pushed_to"])
    if status == "not_blessed":
        reasons = (f"\n  {visible(reason)}" for reason in summary["blessing"]["reasons"])
        return Text.assemble(("not blessed, nothing pushed:", "bold red"), *reasons)
    is_blessed = summary["blessing"].get("blessed")
    return Text(f"blessed, but {status} before it was pushed" if is_blessed else status, "bold yellow")


def _print_exports(exports: Sequence[dict[str, Any]], console: Console) -> None:
    """The formats beside the pushed model, and how well each agrees with it."""
    for export in exports:
        same = round(export["agreement"] * export["pictures"])
        line = (
            f"{export['format']}, {export['bytes'] / 1e6:.1f} MB: the model's label for {same} of "
            f"{export['pictures']} pictures of test, probabilities within {export['largest_difference']:.1g}"
        )
        console.print(Text(line), soft_wrap=True)


def _print_suspects(found: dict[str, Any], run_id: str, console: Console) -> None:
    """How many labels look wrong, and the surest of them."""
    if not found or not found["suspects"]:
        return
    surest = found["first"][0]
    line = (
        f"{found['suspects']} of {found['judged']:,} labels look wrong: {surest['path']} is "
        f"`{surest['label']}`, looks like `{surest['suggested']}`, ... All of them: suspects {run_id}"
    )
    console.print(Text(visible(line), "yellow"), soft_wrap=True)


def _print_worst(worst: Sequence[dict[str, Any]], console: Console) -> None:
    """Those that lie below by more than chance explains."""
    below = [each["slice"] for each in worst if each["is_below"]]
    if below:
        line = f"worse than the whole by more than chance explains: {', '.join(below)}"
        console.print(Text(visible(line), "yellow"), soft_wrap=True)


def _print_anomalies(anomalies: list[dict[str, str]], console: Console) -> None:
    """What ExampleValidator let pass; the gravest come first."""
    if anomalies:
        what = "1 anomaly" if len(anomalies) == 1 else f"{len(anomalies)} anomalies"
        console.print(Text(f"{what} in the data:", "yellow"))
    for anomaly in anomalies[:_ANOMALIES_SHOWN]:
        line = "  {severity}: {split}: {feature}: {text}".format(**anomaly)
        console.print(Text(visible(line), "yellow"), soft_wrap=True)
    if len(anomalies) > _ANOMALIES_SHOWN:
        console.print(Text("  ... all of them in summary.json", "yellow"))
