"""Every setting of a run, as frozen pydantic models in the order of the flow.

A section is named as the node it belongs to. Illegal values fail on construction, before anything
runs; `pipeline.config_file` reads the models from YAML and from `--set`.

Synopsis:
    config = Config(data=DataConfig(source="class_folders", path="pictures"))
    config.trainer.phases[0].epochs
"""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.data_config import DataConfig
from pipeline.section import Rate, Section, Share


class SchemaGenConfig(Section):
    """SchemaGen: what the examples must look like."""

    file: str | None = None
    """A reviewed schema, frozen by `pipeline_runner.py schema`. Left out, each run infers its own."""


class ExampleValidatorConfig(Section):
    """ExampleValidator: the gate for data, and the bounds that go into a schema when it is frozen.

    A frozen file holds its own bounds, to be reviewed there: to change them, edit it.
    """

    stop_at: Literal["error", "never"] = "error"
    """Whether anomalies stop the run. With a schema that nobody reviewed, they never do."""
    largest_shift: Share = 0.1
    """How far the share of one class or slice value may differ between splits, or from the last run."""
    largest_divergence: Share = 0.2
    """The same for width, height, channels and brightness, as Jensen-Shannon divergence of their deciles,
    0 (alike) to 1 (apart). Alike pictures reach 0.1; a shift by one standard deviation makes 0.2."""


class BackboneConfig(Section):
    """The pre-trained trunk, shared by Transform, Augment and Trainer."""

    name: str = "efficientnet_lite0"
    """A row of the table that `pipeline_runner.py backbones` prints."""


class AugmentConfig(Section):
    """Augment: K views of each training image, drawn once and reduced to cached features."""

    views: Annotated[int, Field(ge=1, le=64)] = 4
    """The first view is the plain image. Each further one costs a forward pass per image."""
    horizontal_flip: bool = True
    vertical_flip: bool = False
    """Right for cells, leaves or tissue: where up and down mean nothing."""
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
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 32
    """Images in one forward pass; bounds the node's memory."""


class PhaseConfig(Section):
    """One phase of training. What lies below `unfreeze` has no rate, and so is frozen."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    epochs: Annotated[int, Field(ge=0, le=10_000)]
    """0 skips the phase. An epoch shows every training image once, in one of its views."""
    unfreeze: str = "head"
    """`head`: the new layers alone. A stage of the backbone: that stage and all above it."""
    head_rate: Rate = 1e-3
    trunk_rate: Rate = 3e-4
    """Peak rate of the trunk's top stage; 1e-3 destroyed Lite0's features within an epoch."""
    depth_decay: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Each stage further down learns at this share of the rate of the stage above it."""
    warmup_share: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the phase's steps in which the rates rise from 0, before their cosine to 0."""
    patience: Annotated[int, Field(ge=1)] = 10
    """Epochs without a better eval loss after which the phase ends. The best epoch is kept."""
    batch_size: Annotated[int, Field(ge=1, le=4096)] = 32


class TrainerConfig(Section):
    """Trainer: the new head, the optimizer, and the phases in which the model trains."""

    optimizer: Literal["adam", "adamw", "rmsprop"] = "adam"
    weight_decay: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Decoupled decay; only `adamw` takes one."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.1
    class_weights: Literal["balanced", "none"] = "balanced"
    """`balanced` weighs classes by the inverse of their frequency, as scikit-learn does."""
    phases: Annotated[tuple[PhaseConfig, ...], Field(min_length=1)] = (
        PhaseConfig(name="head", epochs=15, head_rate=3e-3, batch_size=64),
        PhaseConfig(name="fine_tune", epochs=9, unfreeze="block_12"),
    )

    @model_validator(mode="after")
    def _phases_go_down(self) -> Self:
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            raise ValueError(f"phases must have different names. Received: {names}")
        if self.weight_decay and self.optimizer != "adamw":
            raise ValueError("weight_decay needs optimizer adamw")
        return self


class ThresholdConfig(Section):
    """One gate: `metric` on `slice` must reach `at_least`, or the model is not blessed."""

    metric: Literal["accuracy", "macro_f1", "macro_precision", "macro_recall"]
    at_least: Share
    slice: str = "overall"
    """`overall`, or `column=value`, such as `cell_type=mono`; `a=x,b=y` for a crossed slice."""

    def values(self) -> dict[str, str]:
        """The slice's value for each of its columns; none for the overall one."""
        if self.slice == "overall":
            return {}
        pairs = (part.partition("=") for part in re.split(r",(?=[^,=]+=)", self.slice))
        return {column: value for column, _, value in pairs}


class EvaluatorConfig(Section):
    """Evaluator: which slices are reported, and what a model must reach to be pushed."""

    slices: tuple[str | tuple[str, ...], ...] = ()
    """Columns of the data, one slice for each value; a list of columns crosses them. Derived ones are
    always there: `size_bucket`, `brightness_bucket`, `orientation`."""
    thresholds: tuple[ThresholdConfig, ...] = (ThresholdConfig(metric="accuracy", at_least=0.5),)
    max_accuracy_drop: Share = 0.01
    """How much accuracy a model may lose against the last blessed one on the same test split."""

    def crossings(self) -> list[tuple[str, ...]]:
        """The columns of each slice."""
        return [(entry,) if isinstance(entry, str) else entry for entry in self.slices]

    def columns(self) -> list[str]:
        """Every column that a slice or a threshold names, once, sorted."""
        named = {column for crossing in self.crossings() for column in crossing}
        return sorted(named.union(*(threshold.values() for threshold in self.thresholds)))


class Config(Section):
    """One run of the pipeline, whole."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")] = "graft"
    """Names the pipeline and the served model: `serving/<name>/<version>/`."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 17
    """Draws views, initial weights and the order of training."""
    data: DataConfig
    schema_gen: SchemaGenConfig = SchemaGenConfig()
    example_validator: ExampleValidatorConfig = ExampleValidatorConfig()
    backbone: BackboneConfig = BackboneConfig()
    augment: AugmentConfig = AugmentConfig()
    trainer: TrainerConfig = TrainerConfig()
    evaluator: EvaluatorConfig = EvaluatorConfig()
