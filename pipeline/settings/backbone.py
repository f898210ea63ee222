"""The `backbone` section: which trunk, and where its weights come from."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.section import Section

LARGEST = 1024
"""Side of a picture, pixels; four times the side is sixteen times the memory."""
_WITH_A_MODEL = ("name", "weights")
_WITHOUT_A_MODEL = ("pixels",)


class BackboneConfig(Section):
    """The trunk, shared by Transform, Augment, Tuner and Trainer: a row of the table, or the user's model."""

    name: str = "efficientnet_lite0"
    """A row of the table that `pipeline_runner.py backbones` prints."""
    size: Annotated[int, Field(ge=32, le=LARGEST)] | None = None
    """Side of the square picture that the trunk takes, pixels; left out, what its weights were trained on.
    Larger pictures show finer detail, and cost the square of it."""
    weights: Annotated[str, Field(min_length=1)] = "imagenet"
    """`imagenet`: from the row's package or Keras' cache. `none`: random, to train from nothing. Or a file
    of Keras weights for the very same trunk: `.weights.h5`, `.h5` or `.keras`."""
    model: Annotated[str, Field(min_length=1)] | None = None
    """Instead of `name` and `weights`. A `.keras` file: its head is cut off. A SavedModel that Graft pushed,
    `serving/<name>/<version>`: to go on from it with other classes. Any other SavedModel that makes features
    of pictures: as it is, without fine-tuning."""
    pixels: Literal["0..255", "0..1", "-1..1", "imagenet"] = "0..255"
    """What the user's own `model` expects; `imagenet`: 0..1, less ImageNet's mean, over its deviation."""

    @model_validator(mode="after")
    def _one_trunk(self) -> Self:
        idle = _WITHOUT_A_MODEL if self.model is None else _WITH_A_MODEL
        for field in idle:
            if getattr(self, field) != type(self).model_fields[field].default:
                raise ValueError(
                    f"{field} goes {'with' if self.model is None else 'without'} model. Leave out one"
                )
        return self
