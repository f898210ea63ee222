"""Time and memory of a whole run as the data grows, on made-up pictures.

    .venv/bin/python -m benchmarks.growth --counts 1000 5000 20000 50000

Every node runs afresh for each size; the pictures are JPEGs of 320x240 pixels in four classes that mean
nothing. Memory is that of all processes of the run together.
"""

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks import plots, results
from benchmarks.ingestion import make_pictures
from benchmarks.results import Row, Rows, print_table
from benchmarks.runs import parser, peak_memory, recipe_digest, run_afresh


def measured(folder: Path, count: int, settings: tuple[str, ...]) -> Row:
    """One run on `count` pictures."""
    make_pictures(folder, count)
    with peak_memory() as peak:
        row = run_afresh(*settings, data=str(folder))
    return {"wall_seconds": row["wall_seconds"], "nodes": row["nodes"], "peak_mib": round(peak[0])}


def lines(rows: Mapping[int, Row]) -> list[list[str]]:
    """The table: a line for each size, the seconds of the dear nodes last."""
    smallest = rows[min(rows)]["peak_mib"]
    table = []
    for count, row in rows.items():
        seconds, peak = row["wall_seconds"], row["peak_mib"]
        whole = [
            f"{count:,}",
            f"{seconds:.0f}",
            f"{count / seconds:.0f}",
            f"{peak:,}",
            f"{peak / smallest:.2f}",
        ]
        table.append([*whole, *(f"{row['nodes'][node]:.0f}" for node in dear_nodes(rows))])
    return table


def dear_nodes(rows: Mapping[int, Row]) -> list[str]:
    """The nodes that take more than a twentieth of the largest run, in the order of the flow."""
    largest = rows[max(rows)]
    return [node for node, seconds in largest["nodes"].items() if seconds > largest["wall_seconds"] / 20]


def draw(rows: Mapping[int, Row], folder: Path) -> None:
    """Two plots: memory, and the time for each 1,000 pictures."""
    counts, still = list(rows), [0.0] * len(rows)
    memory = {"all processes": ([row["peak_mib"] for row in rows.values()], still)}
    path, title = folder / "growth_memory.png", "Memory of a whole run"
    plots.curves(path, title, counts, memory, "pictures", "peak, MiB", "log", from_zero=True)
    times = {"whole run": [1000 * row["wall_seconds"] / count for count, row in rows.items()]}
    for node in dear_nodes(rows):
        times[node] = [1000 * row["nodes"][node] / count for count, row in rows.items()]
    series = {name: (values, still) for name, values in times.items()}
    path, title = folder / "growth_time.png", "Time for each 1,000 pictures"
    plots.curves(path, title, counts, series, "pictures", "seconds", "log", from_zero=True)


def main() -> None:
    """Measures what is missing, prints the table, draws the plots."""
    options = parser(__doc__, takes_data=False)
    options.add_argument("--counts", type=int, nargs="+", default=[1000, 5000, 20_000, 50_000])
    options.add_argument("--preset", default="fast")
    arguments = options.parse_args()
    settings = (f"preset={arguments.preset}", *arguments.settings)
    table, rows = Rows("growth", arguments.resume, arguments.out or results.RESULTS), {}
    with tempfile.TemporaryDirectory() as folder:
        for count in sorted(arguments.counts):
            run_it = partial(measured, Path(folder), count, settings)
            recipe = recipe_digest(settings, "pictures")  # any: without, it would be the sample's
            depends_on = {"set": settings, "recipe": recipe}
            rows[count] = table.row(f"{count} pictures", depends_on, run_it)
    whole = ("pictures", "seconds", "pictures/s", "peak MiB", "of the smallest")
    print_table(lines(rows), (*whole, *(f"{node}, s" for node in dear_nodes(rows))))
    draw(rows, arguments.out or plots.FOLDER)


if __name__ == "__main__":
    main()
