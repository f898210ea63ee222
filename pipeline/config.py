"""Every setting of a run, as frozen pydantic models in the order of the flow.

A section is named as the node it belongs to. Illegal values fail on construction, before anything
runs; `pipeline.config_file` reads the models from YAML and from `--set`.

Synopsis:
    config = Config(data=DataConfig(source="class_folders", path="pictures"))
    config.trainer.phases[0].epochs
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SplitConfig(_Section):
    """Shares of the images that go to each split; they must add up to 1.

    An image's split follows from a hash of its bytes, so new images move none of the old ones and
    exact copies stay together.
    """

    train: Annotated[float, Field(gt=0, lt=1)] = 0.7
    eval: Annotated[float, Field(gt=0, lt=1)] = 0.1
    test: Annotated[float, Field(gt=0, lt=1)] = 0.2
    seed: Annotated[int, Field(ge=0)] = 0
    """Another seed draws other splits; kept apart from the run's seed, so that trainings compare."""

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        total = self.train + self.eval + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, eval and test must add up to 1. Received: {total:g}")
        return self


class DataConfig(_Section):
    """ImageExampleGen: where the labelled pictures are."""

    source: Literal["class_folders", "solar_cells"] = "class_folders"
    """`class_folders`: `path` holds one sub-folder a class. `solar_cells`: the sample data."""
    path: str | None = None
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the files to use, by a hash of their paths: a first try on little of much data."""
    split: SplitConfig = SplitConfig()
    max_quarantined_share: Share = 0.05
    """More unreadable files than this stop the run: then it is the data set that is broken."""
    max_pixels: Annotated[int, Field(ge=1, le=10**9)] = 50_000_000
    """Width times height; larger pictures are quarantined, against decompression bombs."""

    @model_validator(mode="after")
    def _path_where_needed(self) -> Self:
        if self.source == "class_folders" and not self.path:
            raise ValueError("path must name a folder when source is class_folders; give --data DIR")
        return self


class BackboneConfig(_Section):
    """The pre-trained trunk, shared by Transform, Augment and Trainer."""

    name: str = "efficientnet_lite0"
    """A row of the table that `pipeline_runner.py backbones` prints."""


class AugmentConfig(_Section):
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


class PhaseConfig(_Section):
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


class TrainerConfig(_Section):
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


class ThresholdConfig(_Section):
    """One gate: `metric` on `slice` must reach `at_least`, or the model is not blessed."""

    metric: Literal["accuracy", "macro_f1", "macro_precision", "macro_recall"]
    at_least: Share
    slice: str = "overall"
    """`overall`, or `feature=value`, such as `cell_type=mono`."""


class EvaluatorConfig(_Section):
    """Evaluator: which slices are reported, and what a model must reach to be pushed."""

    slices: tuple[str, ...] = ()
    """Features of the examples, one slice for each value."""
    thresholds: tuple[ThresholdConfig, ...] = (ThresholdConfig(metric="accuracy", at_least=0.5),)
    max_accuracy_drop: Share = 0.01
    """How much accuracy a model may lose against the last blessed one on the same test split."""


class Config(_Section):
    """One run of the pipeline, whole."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")] = "graft"
    """Names the pipeline and the served model: `serving/<name>/<version>/`."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 17
    """Draws views, initial weights and the order of training."""
    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    augment: AugmentConfig = AugmentConfig()
    trainer: TrainerConfig = TrainerConfig()
    evaluator: EvaluatorConfig = EvaluatorConfig()
