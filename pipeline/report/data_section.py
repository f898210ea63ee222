"""The data of a run: its classes and splits, what was found in it, and pictures of each class."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.augment.sample_files import picture_file
from components.features import SPLITS, TRAIN
from components.stored_pictures import StoredPicture, stored_pictures
from pipeline.report.material import Material
from pipeline.report.thumbnails import thumbnails

_CLASSES_SHOWN, _OF_A_CLASS, _IN_ALL = 24, 8, 96
_LOOKED_AT = 4000
"""Records of train, in search of pictures of every class."""
_ASIDE_SHOWN = 24


def data_section(material: Material) -> dict[str, Any]:
    """Tables, findings and pictures; empty where the summary tells nothing of the data."""
    data: dict[str, Any] = material.summary.get("data", {})
    if not data.get("counts"):
        return {}
    return {
        **_class_table(data["counts"]),
        "findings": data["findings"],
        "anomalies": data.get("anomalies", []),
        "quarantined": data["quarantined"],
        "aside": _aside(material, data["quarantine"]),
        "sheet": _sheet(material, data["counts"].get(TRAIN, {})),
    }


def _class_table(counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Pictures of each class by split; `all` of them."""
    labels = sorted({label for by_label in counts.values() for label in by_label})
    rows = [{"label": label, **_row([counts[split].get(label, 0) for split in SPLITS])} for label in labels]
    return {"splits": SPLITS, "classes": rows, "all": _row([sum(counts[split].values()) for split in SPLITS])}


def _row(by_split: Sequence[int]) -> dict[str, Any]:
    total = sum(by_split)
    return {"total": total, "counts": [(each, each / total if total else None) for each in by_split]}


def _aside(material: Material, refused: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Some of what was set aside, with what can be seen of it."""
    folder = material.folder("ImageExampleGen.quarantine")
    shown = refused[:_ASIDE_SHOWN]
    seen = [Path(folder, "thumbnails", each["thumbnail"]) for each in shown if folder and each["thumbnail"]]
    small = dict(zip(seen, thumbnails(seen, Path.read_bytes), strict=True))
    return [
        {**each, "source": small.get(Path(folder or "", "thumbnails", each["thumbnail"] or ""))}
        for each in shown
    ]


def _sheet(material: Material, counts: dict[str, int]) -> dict[str, Any]:
    """A contact sheet of train: `rows` with `label`, `total` and `pictures`; `more`, classes without a row.

    That a class has none may be for want of room, or because no picture of it was met in time.
    """
    held = sorted(label for label, count in counts.items() if count)
    labels = held[:_CLASSES_SHOWN]
    each = max(2, min(_OF_A_CLASS, _IN_ALL // max(len(labels), 1)))
    found: dict[str, list[StoredPicture]] = {label: [] for label in labels}
    for seen, stored in enumerate(stored_pictures(material.split_files(TRAIN))):
        if len(found.get(stored.label, range(each))) < each:
            found[stored.label].append(stored)
        elif seen > _LOOKED_AT or all(len(some) >= min(each, counts[label]) for label, some in found.items()):
            break
    chosen = [stored for some in found.values() for stored in some]
    small = dict(zip(chosen, thumbnails(chosen, StoredPicture.read), strict=True))
    rows = [
        {
            "label": label,
            "total": counts[label],
            "pictures": [
                {"path": stored.path, "source": small[stored]} for stored in some if small[stored] is not None
            ],
        }
        for label, some in found.items()
    ]
    rows = [row for row in rows if row["pictures"]]
    return {"rows": rows, "more": len(held) - len(rows)}


def views_section(material: Material) -> list[dict[str, Any]]:
    """The pictures that Augment kept for the eye: `path`, `label`, and `views` with `name` and `source`."""
    samples = material.samples()
    if samples is None:
        return []
    folder, rows = samples
    files = [
        folder / picture_file(picture, view)
        for picture, row in enumerate(rows)
        for view in range(len(row["views"]))
    ]
    small = dict(zip(files, thumbnails(files, Path.read_bytes), strict=True))
    return [
        {
            **row,
            "views": [
                {"name": name, "source": source}
                for view, name in enumerate(row["views"])
                if (source := small[folder / picture_file(picture, view)]) is not None
            ],
        }
        for picture, row in enumerate(rows)
    ]
