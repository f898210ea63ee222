"""What the columns of a data set mean: one reading of labels, splits and weights for every source.

A source turns each picture into cells (name -> text); `RowMaker` makes the row of them.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence

from components.example_gen.files import Place
from components.example_gen.rows import Row
from components.features import EVAL, RAW_FEATURES, TEST, THOUGHTS, TRAIN
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

LABEL_NAMES = ("label", "class", "category", "target", "class_name", "class_label", "label_name", "labels")
SPLIT_NAMES = ("split", "subset", "partition", "set")
WEIGHT_NAMES = ("weight", "sample_weight", "example_weight")

_SPLITS = {
    **dict.fromkeys(("train", "training"), TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation", "dev"), EVAL),
    **dict.fromkeys(("test", "testing"), TEST),
}

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_LARGEST_WEIGHT = (2 - 2**-23) * 2.0**127
"""Of float32: in the example, anything larger would be infinity."""
_MOST_SHARED = 4096
"""Different sets of cells; a column of numbers that never repeat shares nothing."""


def split_name(text: str) -> str:
    """`train`, `eval` or `test` for any usual spelling of it, in any case.

    Raises:
        InputError: it is none.
    """
    split = _SPLITS.get(text.strip().lower())
    if split is None:
        raise InputError(
            f"split `{text}` is none of {', '.join(_SPLITS)}. Rename it, or set data.split.given=ignore."
        )
    return split


def is_split_name(text: str) -> bool:
    """Whether `split_name` takes it."""
    return text.strip().lower() in _SPLITS


def find_column(names: Collection[str], wanted: str | None, usual: Sequence[str]) -> str | None:
    """The column that the config names, or else the first with a usual name, in any case."""
    if wanted is not None:
        return wanted if wanted in names else None
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(name.strip().lower(), name)
    return next((by_name[name] for name in usual if name in by_name), None)


def no_column(what: str, key: str, wanted: str | None, names: Collection[str], where: str) -> InputError:
    """The error for a column that is not there.

    Args:
        what: it would have held.
        key: of `data.columns`.
        wanted: as configured.
        names: that are there.
        where: file and line.
    """
    there = ", ".join(f"`{name}`" for name in names) or "none"
    missing = f"no column `{wanted}`" if wanted is not None else f"no column with {what}"
    return InputError(f"{where}: {missing}. It has: {there}. Set data.columns.{key} to the right one.")


class RowMaker:
    """Makes rows of cells.

    Columns may appear late (in records of JSON); a meaning, once found, stays.

    Attributes:
        image: the column that holds the picture, or where it is, and so is no text; the source sets it.
    """

    def __init__(
        self,
        config: DataConfig,
        label_names: Sequence[str] = LABEL_NAMES,
        can_rename: bool = True,
    ) -> None:
        """Knows no column yet.

        Args:
            config: the columns wanted, the names of integer labels, whether given splits count.
            label_names: usual names for the label, the best first.
            can_rename: whether the user can easily rename a column that bears a name of Graft's own.
                If not (in records), such a column is left out: Graft measures width, height, ... itself.
        """
        self.image: str | None = None
        self._config = config
        self._label_names = label_names
        self._left_out = frozenset((*THOUGHTS, *(() if can_rename else RAW_FEATURES)))
        self._known: set[str] = set()
        self._label: str | None = None
        self._split: str | None = None
        self._weight: str | None = None
        self._shared: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}

    def make(
        self, place: Place, path: str, cells: Mapping[str, str], where: str, split: str | None = None
    ) -> Row:
        """One row.

        Args:
            place: of the bytes.
            path: the row's name.
            cells: all texts that came with the picture.
            where: file and line, for messages.
            split: of the file that the row stands in, if no column says otherwise.

        Raises:
            InputError: no or an empty label, an unknown split, a bad weight.
        """
        if self._label is None or not cells.keys() <= self._known:
            self.learn(cells, where)
        label = _cell(cells, self._label)
        if not label:
            raise InputError(f"{where}: empty label. Name the class in column `{self._label}`.")
        if label.splitlines() != [label] or "\0" in label:
            raise InputError(f"{where}: label {label!r} holds a line break or a NUL byte. Rename the class.")
        try:
            split = self._given(cells, split)
            weight = _weight(_cell(cells, self._weight))
            label = named_label(label, self._config.class_names)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        return Row(place, path, label, split, None, weight, self._columns(cells))

    def learn(self, names: Collection[str], where: str) -> None:
        """Finds out what columns mean.

        Raises:
            InputError: none of them holds the label.
        """
        self._known.update(names)
        wanted = self._config.columns
        self._label = self._label or find_column(names, wanted.label, self._label_names)
        if self._label is None:
            raise no_column("the label", "label", wanted.label, names, where)
        self._split = self._split or find_column(names, wanted.split, SPLIT_NAMES)
        self._weight = self._weight or find_column(names, wanted.weight, WEIGHT_NAMES)

    def finish(self, where: str) -> None:
        """Raises InputError for a configured column that no row had."""
        for key, found in (("split", self._split), ("weight", self._weight)):
            wanted = getattr(self._config.columns, key)
            if wanted is not None and found is None:
                raise no_column(key, key, wanted, sorted(self._known), where)

    def _given(self, cells: Mapping[str, str], split: str | None) -> str | None:
        if self._config.split.given == "ignore":
            return None
        text = _cell(cells, self._split)
        return split_name(text) if text else split

    def _columns(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The cells that have no other meaning. Rows with the same ones share them."""
        meant = (self.image, self._label, self._split, self._weight)
        texts = tuple(
            (name, text.strip())
            for name, text in cells.items()
            if name and name not in meant and name not in self._left_out
        )
        columns = self._shared.get(texts)
        if columns is None:
            columns = dict(texts)
            if len(self._shared) < _MOST_SHARED:
                self._shared[texts] = columns
        return columns


def _cell(cells: Mapping[str, str], name: str | None) -> str:
    return "" if name is None else cells.get(name, "").strip()


def named_label(text: str, class_names: Sequence[str]) -> str:
    """The name of an integer label, where there are names; any other label is its own name.

    Raises:
        InputError: the number has no name.
    """
    if not class_names or not _INTEGER.fullmatch(text):
        return text
    if not 0 <= int(text) < len(class_names):
        raise InputError(f"label {text} has no name: data.class_names holds {len(class_names)}, from 0 on.")
    return class_names[int(text)]


def _weight(text: str) -> float:
    """A number of 0 or more that 32 bits hold, as it is kept; nothing counts as 1.

    Raises:
        InputError: it is none.
    """
    if not text:
        return 1.0
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not (0 <= weight <= _LARGEST_WEIGHT) or "_" in text:
        raise InputError(f"weight `{text}` is no number of 0 or more, up to {_LARGEST_WEIGHT:.1e}.")
    return weight
