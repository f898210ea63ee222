"""Every setting of a run, as frozen pydantic models in the order of the flow.

A section is named as the node it belongs to. Illegal values fail on construction, before anything
runs; `pipeline.config_file` reads the models from YAML and from `--set`.

Synopsis:
    config = Config(data=DataConfig(source="class_folders", path="pictures"))
    config.trainer.phases[0].epochs
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.airflow import AirflowConfig
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.beam import BeamConfig
from pipeline.settings.data import DataConfig
from pipeline.settings.environment import EnvironmentConfig, is_of_pictures
from pipeline.settings.evaluator import EvaluatorConfig
from pipeline.settings.kubeflow import KubeflowConfig
from pipeline.settings.metadata import MetadataConfig
from pipeline.settings.policy import PolicyConfig
from pipeline.settings.pusher import PusherConfig
from pipeline.settings.section import Section, Share
from pipeline.settings.trainer import TestTimeView, TrainerConfig
from pipeline.settings.tuner import TunerConfig


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


class EnsembleConfig(Section):
    """Ensemble: further trunks, trained apart from the first; the exported model answers with their mean."""

    backbones: tuple[str, ...] = ()
    """Rows of the table. Each takes pictures of the first one's size, and costs views, a training, and a
    forward pass in service of its own."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.backbones)) < len(self.backbones):
            raise ValueError(f"backbones must differ. Received: {list(self.backbones)}")
        return self


class LabelCheckConfig(Section):
    """LabelCheck: which labels are likely wrong."""

    folds: Annotated[int, Field(ge=0, le=50)] = 5
    """Parts of train and eval, each judged by a classifier that learnt from the others; 0 leaves the node
    out. More take memory: width of the features squared, 8 bytes each, a fold."""

    @model_validator(mode="after")
    def _others_are_there(self) -> Self:
        if self.folds == 1:
            raise ValueError("folds must be 0, or 2 and more: one fold has no others to learn from")
        return self


Preset = Literal["fast", "balanced", "best"]


class Config(Section):
    """One run of the pipeline, whole."""

    preset: Preset = "balanced"
    """Where the settings that are not given come from: `balanced` is the defaults of this file; `fast` and
    `best` are `pipeline/presets/`; docs/decisions.md, 26 to 28, says why they are as they are."""

    task: Literal["classification", "reinforcement"] = "classification"
    """What is trained: a classifier, by labels and `trainer`; or a policy, by reward and `policy`."""
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")] = "graft"
    """Names the pipeline and the served model: `serving/<name>/<version>/`."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 17
    """Draws views, the head's initial weights and the order of training. A trunk without pre-trained weights
    is the same with every seed."""
    data: DataConfig
    schema_gen: SchemaGenConfig = SchemaGenConfig()
    example_validator: ExampleValidatorConfig = ExampleValidatorConfig()
    backbone: BackboneConfig = BackboneConfig()
    augment: AugmentConfig = AugmentConfig()
    tuner: TunerConfig = TunerConfig()
    trainer: TrainerConfig = TrainerConfig()
    environment: EnvironmentConfig = EnvironmentConfig()
    policy: PolicyConfig = PolicyConfig()
    ensemble: EnsembleConfig = EnsembleConfig()
    evaluator: EvaluatorConfig = EvaluatorConfig()
    pusher: PusherConfig = PusherConfig()
    label_check: LabelCheckConfig = LabelCheckConfig()
    metadata: MetadataConfig = MetadataConfig()
    beam: BeamConfig = BeamConfig()
    airflow: AirflowConfig = AirflowConfig()
    kubeflow: KubeflowConfig = KubeflowConfig()

    @model_validator(mode="after")
    def _trunks_differ(self) -> Self:
        if self.backbone.model is None and self.backbone.name in self.ensemble.backbones:
            raise ValueError(
                "ensemble.backbones must be other trunks than backbone.name. Received: "
                f"{self.backbone.name} twice. Set ensemble.backbones=[] for one trunk alone"
            )
        return self

    @model_validator(mode="after")
    def _pictures_where_needed(self) -> Self:
        brings_own = self.task == "reinforcement" and not is_of_pictures(self.environment)
        if brings_own and self.data.source != "none":
            raise ValueError(
                f"environment `{self.environment.id}` brings its own pictures: set data.source=none"
            )
        if not brings_own and self.data.source == "none":
            raise ValueError("data.source may be none only for an environment that brings its own pictures")
        return self

    @model_validator(mode="after")
    def _nodes_take_part(self) -> Self:
        if self.task == "reinforcement" and (self.tuner.trials or self.ensemble.backbones):
            raise ValueError(
                "tuner.trials and ensemble.backbones take no part where task is reinforcement: set "
                "tuner.trials=0 and ensemble.backbones=[]"
            )
        return self

    def recipe(self) -> TrainerConfig:
        """`trainer`, with its test-time views by name."""
        return self.trainer.model_copy(update={"test_time_views": self.test_time_views()})

    def test_time_views(self) -> tuple[TestTimeView, ...]:
        """By name; `flips` and `orientations` are those that Augment draws."""
        asked, augment = self.trainer.test_time_views, self.augment
        if not isinstance(asked, str):
            return asked
        is_transposed = asked == "orientations" and augment.transpose
        has_both = augment.horizontal_flip and augment.vertical_flip
        is_drawn: dict[TestTimeView, bool] = {
            "horizontal_flip": augment.horizontal_flip,
            "vertical_flip": augment.vertical_flip,
            "half_turn": has_both,
            "transpose": is_transposed,
            "left_turn": is_transposed and augment.horizontal_flip,
            "right_turn": is_transposed and augment.vertical_flip,
            "anti_transpose": is_transposed and has_both,
        }
        return tuple(name for name, drawn in is_drawn.items() if drawn)
