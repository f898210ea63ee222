"""The settings of ImageExampleGen, config section `data`: where from, splits, checks."""

import hashlib
import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.section import Section, Severity, Share


class SplitConfig(Section):
    """Shares of the images that go to each split; they must add up to 1.

    An image's split follows from a hash of its group, or else of its bytes, so new images move none of
    the old ones, exact copies stay together, and each class is shared out alike.
    """

    train: Annotated[float, Field(gt=0, lt=1)] = 0.7
    """What the model learns from."""
    eval: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """What epochs, temperature and recipes are chosen on."""
    test: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """What the Evaluator alone sees; a score on 500 pictures is good to 3 points either way."""
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 0
    """Another seed draws other splits; kept apart from the run's seed, so that trainings compare."""
    given: Literal["respect", "ignore"] = "respect"
    """What to do with splits that come with the data. A split that is missing there is taken out of train."""
    near_copies: bool = False
    """Whether pictures that look the same (re-encoded, resized, slightly changed) share a split."""

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        total = self.train + self.eval + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, eval and test must add up to 1. Received: {total:g}")
        return self


class ColumnsConfig(Section):
    """Which column of a manifest, or feature of a record, holds what.

    Left out, `image`, `label`, `split` and `weight` are recognised by their usual names. All other
    columns go along as text features, for slices.
    """

    image: str | None = None
    """The path of a picture below the data root; in records, its bytes."""
    label: str | None = None
    """The class."""
    split: str | None = None
    """`train`, `eval` or `test`, or one of their usual other names."""
    group: str | None = None
    """What must not be torn apart: a sender, a patient, a module. Never guessed."""
    weight: str | None = None
    """How much an example counts in training, 0 or more."""


class ChecksConfig(Section):
    """What is looked for in the pictures, and what follows from it."""

    stop_at: Literal["error", "warning", "never"] = "error"
    """The lowest severity that stops the run."""
    severity: dict[str, Severity] = {}
    """Another severity for a kind of finding: `{blurred: error}`."""
    set_aside: tuple[str, ...] = ("blank",)
    """Kinds of findings whose pictures go to the quarantine although they can be read."""
    smallest_side: Annotated[int, Field(ge=1, le=100_000)] = 32
    """Pixels; a shorter side is reported as `small`."""
    widest_aspect: Annotated[float, Field(ge=1, le=100_000)] = 4.0
    """Long side over short side; more is reported as `odd_aspect`."""
    darkest: Share = 0.05
    """Mean luminance below it is `dark`."""
    brightest: Share = 0.97
    """Mean luminance above it is `bright`."""
    smallest_class: Annotated[int, Field(ge=1, le=10**9)] = 20
    """Pictures; a class with fewer is reported as `few`."""
    widest_imbalance: Annotated[float, Field(ge=1, le=10**9)] = 20.0
    """Pictures of the largest class over those of the smallest; more is reported as `imbalance`."""


class DataConfig(Section):
    """ImageExampleGen: where the labelled pictures are."""

    source: Literal[
        "auto",
        "class_folders",
        "split_folders",
        "manifest",
        "tfrecord",
        "webdataset",
        "tfds",
        "solar_cells",
        "none",
    ] = "auto"
    """`auto` looks at `path`. `class_folders`: one sub-folder a class. `split_folders`: those of each
    split. `manifest`: CSV, TSV, JSON Lines or Parquet. `tfrecord`: tf.Examples. `webdataset`: tar
    shards. `tfds`: a TensorFlow Datasets name, such as `tfds:beans`. `solar_cells`: the sample. `none`: for
    an `environment` that brings its own pictures."""
    path: str | None = None
    """A folder, a file, or a pattern of files, on any file system that TensorFlow reads. `{SPAN}` in it
    stands for a number: `pictures/span-{SPAN}` reads span-1, span-2, ... in their order."""
    root: str | None = None
    """Where a manifest's paths start, and what they must not leave; the manifest's folder if left out."""
    columns: ColumnsConfig = ColumnsConfig()
    path_pattern: str | None = None
    """Regular expression on each path, whose named groups become columns: `(?P<patient>\\d+)_`."""
    class_names: tuple[str, ...] = ()
    """Names of integer labels, in their order: for records that hold numbers."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the files to use, by a hash of their paths: a first try on little of much data."""
    split: SplitConfig = SplitConfig()
    checks: ChecksConfig = ChecksConfig()
    max_quarantined_share: Share = 0.05
    """More unusable files than this stop the run: then it is the data set that is broken."""
    max_pixels: Annotated[int, Field(ge=1, le=10**9)] = 50_000_000
    """Width times height; larger pictures are quarantined, against decompression bombs."""
    max_bytes: Annotated[int, Field(ge=1, le=10**12)] = 200_000_000
    """Of one picture's file; a larger one is quarantined unread."""

    @property
    def way_of_splitting(self) -> str:
        """What decides about splits, as 16 hex digits: two data sets of one way agree on every picture."""
        way = f"{self.split.model_dump_json()}{self.columns.group}{self.path_pattern}"
        return hashlib.sha256(way.encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _path_where_needed(self) -> Self:
        if self.source not in ("solar_cells", "none") and not self.path:
            raise ValueError("path must say where the pictures are; give --data PATH")
        return self

    @model_validator(mode="after")
    def _pattern_compiles(self) -> Self:
        if self.path_pattern is not None:
            try:
                names = re.compile(self.path_pattern).groupindex
            except re.error as error:
                raise ValueError(f"path_pattern is no regular expression: {error}") from None
            if not names:
                raise ValueError("path_pattern must name a group, such as (?P<patient>[0-9]+)")
        return self
