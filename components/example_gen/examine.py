"""The first pass: each row is read and looked at once, and an entry is what is left of it."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from components import features
from components.example_gen import files
from components.example_gen.entry import Entry
from components.example_gen.measures import derived_slices, kinds_of, measure
from components.example_gen.picture import UnreadablePictureError, read_picture
from components.example_gen.rows import Row
from pipeline.errors import InputError
from pipeline.paths import printable
from pipeline.settings.data import DataConfig


def examine(row: Row, config: DataConfig) -> Entry:
    """Reads one row and judges its picture. Whatever is wrong with the file is in the entry, never raised."""
    group = None if row.group is None else printable(row.group)  # it may come from the path
    known = (printable(row.path), printable(row.label), row.split, group, row.span)
    try:
        content = files.read(row.place, config.max_bytes)
    except files.OutsideError as error:
        return Entry(*known, image_id=b"", reason=str(error), kinds=(error.kind,))
    except OSError as error:
        return Entry(*known, image_id=b"", reason=error.strerror or str(error), kinds=("missing",))
    image_id = hashlib.sha256(content).digest()
    try:
        picture = read_picture(content, row.path, config.max_pixels)
    except UnreadablePictureError as error:
        return Entry(*known, image_id=image_id, reason=str(error), kinds=(error.kind,))
    measures = measure(picture.pixels)
    return Entry(
        *known,
        image_id=image_id,
        kinds=(*picture.kinds, *kinds_of(measures, config.checks)),
        is_plain=picture.is_plain,
        phash=measures.phash,
        thumbnail=measures.thumbnail,
        features=(
            (features.WIDTH, measures.width),
            (features.HEIGHT, measures.height),
            (features.CHANNELS, measures.channels),
            (features.BRIGHTNESS, measures.brightness),
            *derived_slices(measures).items(),
        ),
    )


def examine_all(rows: Sequence[Row], config: DataConfig, pool: ThreadPoolExecutor) -> Iterator[Entry]:
    """Entries of some rows, in their order. Decoders work outside of Python's lock, so threads help."""
    return pool.map(lambda row: examine(row, config), rows)


def read_as_examined(row: Row, entry: Entry, config: DataConfig) -> bytes:
    """The picture's bytes as they go into an example; plain files are not decoded again.

    Raises:
        InputError: the file is not what it was when it was examined.
    """
    try:
        content = files.read(row.place, config.max_bytes)
    except (OSError, files.OutsideError):
        content = b""
    if hashlib.sha256(content).digest() != entry.image_id:
        raise InputError(f"`{entry.path}` changed while it was read. Run again when the data rests.")
    return content if entry.is_plain else read_picture(content, row.path, config.max_pixels).content
