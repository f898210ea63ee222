"""What the model answered to each picture of the test split, and the last blessed model beside it.

A table in Parquet, which other tools read too. Imports neither TensorFlow nor TFX: whoever explains a run
reads it, long after.

Synopsis:
    answers = read_answers(evaluation.uri, names=("cat", "dog"))
    answers.where(answers.columns["site"] == "north").answered
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq

from components import features
from components.artifact_file import place_in

FOLDER = "answers"
"""Below the `evaluation` artifact."""
COLUMNS, PROBABILITIES, BASELINE = "columns", "probabilities", "baseline"
ROW = pa.schema(
    [
        (features.IMAGE_ID, pa.string()),
        (features.PATH, pa.string()),
        (features.LABEL, pa.string()),
        (COLUMNS, pa.map_(pa.string(), pa.string())),
        (PROBABILITIES, pa.list_(pa.float32())),
        (BASELINE, pa.string()),
    ]
)
"""A picture: its identity, its class, its slices; the candidate's probabilities, the baseline's class."""


@dataclass(frozen=True)
class Answers:
    """Some pictures' answers, a row each.

    Attributes:
        names: the model's classes, in the order of the probabilities.
        ids: str [pictures], sha256 of the files.
        paths: str [pictures], below the data root.
        labels: int64 [pictures], places in `names`; `len(names)` for a class that the model does not know.
        probabilities: float32 [pictures, classes], as served.
        columns: str [pictures] by column: the data's own, the derived ones, and `label`.
        baseline: int64 [pictures], the last blessed model's answers, as `labels`; `None` if there is none.
    """

    names: tuple[str, ...]
    ids: np.ndarray
    paths: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    columns: dict[str, np.ndarray]
    baseline: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def answered(self) -> np.ndarray:
        """int64 [pictures], the most probable class; of equal ones the first."""
        return np.asarray(self.probabilities.argmax(axis=1))

    def mistakes(self) -> np.ndarray:
        """int64, the rows whose answer is not the label, the surest first."""
        rows = np.flatnonzero(self.answered != self.labels)
        sureness = self.probabilities[rows].max(axis=1, initial=0)
        return rows[np.argsort(-sureness, kind="stable")]

    def where(self, chosen: np.ndarray) -> "Answers":
        """The rows for which `chosen`, bool [pictures], holds; or those at `chosen`, int64."""
        return replace(
            self,
            ids=self.ids[chosen],
            paths=self.paths[chosen],
            labels=self.labels[chosen],
            probabilities=self.probabilities[chosen],
            columns={name: values[chosen] for name, values in self.columns.items()},
            baseline=None if self.baseline is None else self.baseline[chosen],
        )


def read_answers(evaluation: str, names: Sequence[str]) -> Answers:
    """Reads the answers of an `evaluation` artifact, sorted by picture.

    Args:
        evaluation: uri of the artifact.
        names: the model's classes, in the order of the probabilities.

    Returns:
        All of them, in memory: 4 bytes a class, and its texts, for each picture.
    """
    order = [(column, "ascending") for column in (features.IMAGE_ID, features.PATH)]
    table = _table(evaluation).sort_by(order)
    texts = {name: np.array(table[name].to_pylist(), dtype=object) for name in ROW.names[:3]}
    rows = [dict(row) for row in table[COLUMNS].to_pylist()]
    known = sorted({name for row in rows for name in row})
    columns = {name: np.array([row.get(name, "") for row in rows], dtype=object) for name in known}
    baseline = table[BASELINE].to_pylist()
    return Answers(
        names=tuple(names),
        ids=texts[features.IMAGE_ID],
        paths=texts[features.PATH],
        labels=_places(texts[features.LABEL], names),
        probabilities=_probabilities(table[PROBABILITIES]).reshape(len(rows), len(names)),
        columns={**columns, features.LABEL: texts[features.LABEL]},
        baseline=_places(baseline, names) if baseline and None not in baseline else None,
    )


def _table(evaluation: str) -> pa.Table:
    """All files as one; `pyarrow.parquet.read_table` would load pandas for it, half a second."""
    system, folder = place_in(evaluation, FOLDER)
    found = system.get_file_info(pyarrow.fs.FileSelector(folder))
    files = sorted(each.path for each in found if each.path.endswith(".parquet"))
    tables = [pq.ParquetFile(system.open_input_file(file)).read().cast(ROW) for file in files]
    return pa.concat_tables(tables) if tables else ROW.empty_table()


def _probabilities(lists: pa.ChunkedArray) -> np.ndarray:
    """float32, one after another: a float of Python's for each would take eight times the memory.

    pyarrow's own `to_numpy` would load pandas for it, half a second.
    """
    return np.concatenate(
        [np.zeros(0, np.float32), *(np.from_dlpack(each.flatten()) for each in lists.chunks)]
    )


def _places(texts: Iterable[str], names: Sequence[str]) -> np.ndarray:
    """int64: where each text stands in `names`; `len(names)` if nowhere."""
    places = {name: place for place, name in enumerate(names)}
    return np.array([places.get(text, len(names)) for text in texts], np.int64)
