"""An entry: what is known of one row after its picture was opened once.

Entries are small (the pixels are gone), so that questions about the whole data set (which pictures
are copies, how large is each class, who stands where) are asked of all entries at once.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

THUMBNAIL_SIDE = 16
"""Side of the grey thumbnail by which near-copies are confirmed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, judged.

    Attributes:
        path: the row's.
        label: the row's, printable.
        split: the row's.
        group: the row's.
        span: the row's.
        image_id: sha256 of the file's bytes, 32 bytes; empty if they could not be read.
        reason: why the picture cannot be used; `None` if it can.
        kinds: what was found in the picture, names from `components.example_gen.judging.checks`.
        is_plain: whether the file's very bytes are what goes into the example.
        phash: perceptual hash, 64 bits; 0 without a picture.
        thumbnail: uint8 grey pixels [16 * 16] as bytes; empty without a picture.
        features: width, height, channels, brightness and the derived slices, by feature name.
    """

    path: str
    label: str
    split: str | None
    group: str | None
    span: int
    image_id: bytes
    reason: str | None = None
    kinds: tuple[str, ...] = ()
    is_plain: bool = True
    phash: int = 0
    thumbnail: bytes = b""
    features: tuple[tuple[str, int | float | str], ...] = ()

    @property
    def standing(self) -> bytes:
        """What the ledger knows it by: bytes and group. The same bytes in another group are news."""
        return (
            self.image_id
            if self.group is None
            else hashlib.sha256(self.image_id + self.group.encode()).digest()
        )

    def to_json(self) -> str:
        """One line."""
        values = asdict(self) | {"image_id": self.image_id.hex(), "thumbnail": self.thumbnail.hex()}
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, line: str) -> "Entry":
        """Reads what `to_json` wrote."""
        values: dict[str, Any] = json.loads(line)
        values["image_id"] = bytes.fromhex(values["image_id"])
        values["thumbnail"] = bytes.fromhex(values["thumbnail"])
        values["kinds"] = tuple(values["kinds"])
        values["features"] = tuple((name, value) for name, value in values["features"])
        return cls(**values)
