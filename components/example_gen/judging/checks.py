"""The kinds of findings: what each means, how grave it is, and what becomes of its pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import InputError
from pipeline.settings.data import ChecksConfig
from pipeline.settings.section import Severity

Scope = Literal["unusable", "picture", "data"]


@dataclass(frozen=True)
class Kind:
    """One kind of finding.

    Attributes:
        name: as in the config.
        scope: `unusable`: the file is no picture that can be trained on, and is always set aside;
            `picture`: seen in one picture; `data`: seen only by comparing pictures.
        severity: unless the config says otherwise.
        meaning: for people, in a few words.
    """

    name: str
    scope: Scope
    severity: Severity
    meaning: str


KINDS = (
    Kind("missing", "unusable", "warning", "no file, or it cannot be opened"),
    Kind("outside", "unusable", "warning", "a link or path leads out of the data folder, or no regular file"),
    Kind("empty", "unusable", "warning", "zero bytes"),
    Kind("not_an_image", "unusable", "warning", "the file holds no image"),
    Kind("misnamed", "unusable", "warning", "another format than the name says"),
    Kind("too_large", "unusable", "warning", "more pixels or bytes than allowed"),
    Kind("animated", "unusable", "warning", "several frames or pages"),
    Kind("damaged", "unusable", "warning", "truncated or damaged"),
    Kind("unknown_range", "unusable", "warning", "32-bit or floating-point pixels of unknown range"),
    Kind("odd_format", "picture", "info", "neither JPEG nor PNG; converted"),
    Kind("odd_mode", "picture", "info", "CMYK, palette or transparent; converted"),
    Kind("odd_depth", "picture", "info", "1 or 16 bits a channel; converted to 8"),
    Kind("rotated", "picture", "info", "lies on its side by EXIF; turned upright"),
    Kind("small", "picture", "warning", "a side shorter than checks.smallest_side"),
    Kind("odd_aspect", "picture", "warning", "longer than wide, or wider than long, by checks.widest_aspect"),
    Kind("blank", "picture", "warning", "one colour all over"),
    Kind("dark", "picture", "warning", "darker than checks.darkest"),
    Kind("bright", "picture", "warning", "brighter than checks.brightest"),
    Kind("blurred", "picture", "warning", "no sharp edge at the size that the model sees"),
    Kind("low_information", "picture", "warning", "hardly any detail, though not blank"),
    Kind("exact_copy", "data", "info", "the same bytes as another picture"),
    Kind("near_copy", "data", "info", "looks the same as another picture"),
    Kind("label_conflict", "data", "warning", "the same picture under two labels"),
    Kind("leak_exact", "data", "warning", "the same bytes in two splits that came with the data"),
    Kind("leak_near", "data", "warning", "a near-copy in another split that came with the data"),
    Kind("leak_group", "data", "error", "a group in two splits that came with the data"),
    Kind("bridge", "data", "warning", "a newcomer akin to pictures in two splits"),
    Kind("few", "data", "warning", "a class with fewer pictures than checks.smallest_class"),
    Kind("missing_in_split", "data", "warning", "a class without a picture in a split"),
    Kind("imbalance", "data", "warning", "largest class over smallest beyond checks.widest_imbalance"),
)


@dataclass(frozen=True)
class Finding:
    """One thing found.

    Attributes:
        kind: its name.
        severity: as configured.
        text: what was found, one line, for people.
        paths: of the pictures concerned, the first ones.
        count: how many pictures, or pairs, or classes it is about.
    """

    kind: str
    severity: Severity
    text: str
    paths: tuple[str, ...] = ()
    count: int = 1


def severity_of(kind: str, config: ChecksConfig) -> Severity:
    """The configured severity of a kind."""
    return config.severity.get(kind, next(row.severity for row in KINDS if row.name == kind))


def names(scope: Scope | None = None) -> Sequence[str]:
    """The kinds of a scope, or all."""
    return [row.name for row in KINDS if scope in (None, row.scope)]


def check_names(config: ChecksConfig) -> None:
    """Refuses kinds that do not exist.

    Raises:
        InputError: `severity` names no kind, or `set_aside` none that is seen in single pictures.
    """
    for field, given, legal in (
        ("severity", config.severity, names()),
        ("set_aside", config.set_aside, names("picture")),
    ):
        for name in given:
            if name not in legal:
                raise InputError(
                    f"`data.checks.{field}` names `{name}`, which is no kind. It may be: {', '.join(legal)}."
                )
