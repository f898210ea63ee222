"""Whether probabilities mean what they say: the calibration error on test before and after scaling.

    .venv/bin/python -m benchmarks.calibration --preset balanced

A model that says 0.8 a hundred times should be right 80 times. A perfectly calibrated one is not exactly so
either: the band holds 95 of 100 such models, simulated with as many pictures. The runs are those of
`benchmarks.keras_guide`: what was measured there is not measured again.
"""

from collections.abc import Mapping

from benchmarks import plots
from benchmarks.results import Row, print_table
from benchmarks.runs import data_name, open_table, parser, plot_path, run_preset

HEADER = ("seed", "temperature", "error before", "error after", "95 % band", "lies")


def lines(reached: Mapping[int, Row]) -> list[list[str]]:
    """The table: a line for each seed."""
    table = []
    for seed, row in reached.items():
        found = row["calibration"]
        low, high = found["band_95"]
        figures = [found["temperature"], found["ece_uncalibrated"], found["ece"]]
        place = "below" if found["ece"] < low else "inside" if found["ece"] <= high else "above"
        table.append([str(seed), *(f"{value:.3f}" for value in figures), f"{low:.3f} to {high:.3f}", place])
    return table


def main() -> None:
    """Measures what is missing, prints the table, draws the plot."""
    options = parser(__doc__)
    options.add_argument("--preset", default="balanced")
    arguments = options.parse_args()
    table = open_table("keras_guide", arguments)
    reached = {seed: run_preset(table, arguments.preset, seed, arguments) for seed in arguments.seeds}
    print_table(lines(reached), HEADER)
    calibrations = {f"seed {seed}": row["calibration"] for seed, row in reached.items()}
    rows = {
        name: (found["ece_uncalibrated"], found["ece"], tuple(found["band_95"]))
        for name, found in calibrations.items()
    }
    names = ("before scaling", "after", "95 % of perfectly calibrated models")
    title = f"Calibration on test, {data_name(arguments.data)}, {arguments.preset}"
    path = plot_path("calibration", arguments)
    plots.before_and_after(path, title, rows, names, "expected calibration error")


if __name__ == "__main__":
    main()
