"""The sample data set: electroluminescence photos of solar cells, from the package `elpv-dataset`.

2,624 grey pictures of 300x300 pixels, each with the share of experts who saw a defect (0, 1/3, 2/3
or 1) and the kind of cell. Deitsch et al., "Automatic classification of defective photovoltaic module
cells in electroluminescence images", Solar Energy 185 (2019), section 4.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

LICENCE = (
    "Sample data: ELPV, photos of solar cells by Deitsch, Buerhop-Lutz, Maier, Gallwitz and Riess, "
    "CC BY-NC-SA 4.0 (not for commercial use); see data/README.md."
)


def folder() -> Path:
    """Where the installed package keeps `labels.csv` and `images/`; found without importing it.

    Raises:
        FileNotFoundError: the package `elpv-dataset` is not installed.
    """
    spec = importlib.util.find_spec("elpv_dataset")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("package `elpv-dataset` is not installed; install requirements.txt.")
    return Path(spec.origin).parent / "data"


def labels() -> Iterator[tuple[str, str, str]]:
    """Yields (path inside `folder()`, label, cell type) for each picture.

    The label is `defective` from a probability of 0.5 on, else `functional`; the cell type is `mono`
    or `poly`.
    """
    for line in (folder() / "labels.csv").read_text(encoding="ascii").splitlines():
        if line.strip():
            path, probability, cell_type = line.split()
            yield path, "defective" if float(probability) >= 0.5 else "functional", cell_type
