"""The `pusher` section: what lies beside the pushed SavedModel."""

from typing import Literal, Self

from pydantic import model_validator

from pipeline.settings.section import Section

ExportFormat = Literal["tflite", "tflite_int8", "onnx"]


class PusherConfig(Section):
    """Pusher: formats for phones, browsers and other runtimes, beside the SavedModel that servers load."""

    formats: tuple[ExportFormat, ...] = ()
    """Each is checked against the SavedModel on pictures of test, before anything is served. `tflite` and
    `onnx` must give its probabilities; `tflite_int8`, calibrated on eval, is a quarter as large and a little
    off, and how much is told. docs/serving.md says what goes in and comes out."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.formats)) < len(self.formats):
            raise ValueError(f"formats must differ. Received: {list(self.formats)}")
        return self
