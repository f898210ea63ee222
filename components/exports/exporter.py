"""Brings a SavedModel into other formats, and holds each against it before anybody gets it."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tfx import types

from components import features, progress
from components.exports.agreement import Agreement, compare, joined
from components.exports.exports_file import FOLDER, Export, write_exports
from components.exports.formats import FORMATS, Answers
from components.exports.pictures import SomePictures
from components.exports.pixel_model import PixelModel
from pipeline.errors import InputError
from pipeline.settings.pusher import ExportFormat

_CALIBRATED_ON, _CHECKED_ON = 200, 512
"""The most pictures of eval, and of test."""
_BATCH = 32


def export(folder: str, examples: types.Artifact, formats: Sequence[ExportFormat]) -> None:
    """Writes the formats, and `exports.json`, below a SavedModel's folder.

    Args:
        folder: of the SavedModel, which nobody serves yet.
        examples: of all splits. Integers are calibrated on eval; everything is checked on test.
        formats: at least one.

    Raises:
        InputError: the model is too old, or cannot be brought into a format.
        RuntimeError: what is to be the same model is none.
    """
    model = PixelModel(folder)
    calibration = SomePictures(examples, features.EVAL, _CALIBRATED_ON)
    contents, answers = {}, {}
    for number, name in enumerate(formats):
        progress.report("exporting", number, len(formats))
        contents[name], answers[name] = _converted(model, name, calibration)
    progress.report("exporting", len(formats), len(formats))
    agreements = _agreements(model, answers, SomePictures(examples, features.TEST, _CHECKED_ON))
    target = Path(folder, FOLDER)
    target.mkdir(parents=True)
    exports = []
    for name, content in contents.items():
        row = FORMATS[name]
        (target / row.file).write_bytes(content)
        seen = calibration.count if row.is_calibrated else 0
        exports.append(Export(name, row.file, len(content), calibrated_on=seen, **asdict(agreements[name])))
    write_exports(exports, model.labels, model.size, target)


def _converted(model: PixelModel, name: ExportFormat, calibration: SomePictures) -> tuple[bytes, Answers]:
    """The content of the file, and what answers with it."""
    try:
        content = FORMATS[name].convert(model, lambda: map(model.pixels, calibration.batches(1)))
        return content, FORMATS[name].load(content)
    except Exception as error:  # whatever the converters raise of a trunk that they do not know
        reason = textwrap.shorten(str(error) or type(error).__name__, 300, placeholder=" ...").rstrip(".")
        raise InputError(
            f"`pusher.formats`: this model cannot be brought into {name}: {reason}. Leave {name} out."
        ) from error


def _agreements(
    model: PixelModel, models: Mapping[ExportFormat, Answers], pictures: SomePictures
) -> dict[ExportFormat, Agreement]:
    """Of each format with what is served.

    Raises:
        RuntimeError: a probability is further off than the format may be.
    """
    parts: dict[ExportFormat, list[Agreement]] = {name: [] for name in models}
    for batch in pictures.batches(_BATCH):
        expected, pixels = model.served(batch), model.pixels(batch)
        for name, answers in models.items():
            parts[name].append(compare(expected, answers(pixels)))
    agreements = {name: joined(of_batches) for name, of_batches in parts.items()}
    for name, found in agreements.items():
        if found.largest_difference > FORMATS[name].tolerance:
            raise RuntimeError(
                f"{name} is not the model that was trained: on {found.pictures} pictures of test a "
                f"probability is off by {found.largest_difference:.4f}, and may be by "
                f"{FORMATS[name].tolerance}; {found.agreement:.1%} of the labels agree. Nothing was pushed. "
                f"Leave {name} out of `pusher.formats` to push the SavedModel alone."
            )
    return agreements
