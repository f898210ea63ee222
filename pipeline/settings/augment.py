"""The `augment` section: random views of training pictures."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.settings.section import Section, Share


class AugmentConfig(Section):
    """Augment: K views of each training image, drawn once and reduced to cached features."""

    views: Annotated[int, Field(ge=1, le=64)] = 2
    """The first view is the plain image. Each further one costs a forward pass per image."""
    horizontal_flip: bool = True
    """Right for most photos; not for script, road signs, or left and right hands."""
    vertical_flip: bool = False
    """Right for cells, leaves or tissue: where up and down mean nothing."""
    transpose: bool = False
    """Rows for columns. Right, with both flips, for what has no direction at all: cells, tissue, the ground
    from above. The eight ways to lay down a square are then the first eight views."""
    rotation_degrees: Annotated[float, Field(ge=0, le=180)] = 10.0
    """Largest turn, to either side."""
    zoom: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Largest change of scale, in or out, as a share: 0.1 draws from 0.9 to 1.1."""
    crop: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Largest share of each side that a random crop cuts away before it is scaled back."""
    brightness: Share = 0.05
    """Largest shift, as a share of the full range."""
    contrast: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Largest change of the distance from the image's mean, as a share."""
    policy: Literal["none", "rand_augment", "trivial_augment"] = "none"
    """A standard policy, applied after the plain operations above."""
    policy_operations: Annotated[int, Field(ge=1, le=14)] = 2
    """Operations that `rand_augment` draws for each view; `trivial_augment` draws one."""
    policy_magnitude: Share = 0.3
    """Strength of `rand_augment`'s operations; `trivial_augment` draws its own for each view."""
    erasing: Share = 0.0
    """Probability that a rectangle of a view is erased, 2 to 33 % of its area."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the frozen trunk's forward pass. `bfloat16` takes about half the time where the processor has
    instructions for it (AVX512_BF16, AMX), and moves the features by some percent; elsewhere it is slower."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 32
    """Images in one forward pass; bounds the node's memory."""
