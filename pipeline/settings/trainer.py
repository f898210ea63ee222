"""The `trainer` section: head, loss, regularisation, phases, and what is exported."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.section import Rate, Section

TestTimeView = Literal[
    "horizontal_flip",
    "vertical_flip",
    "half_turn",
    "transpose",
    "left_turn",
    "right_turn",
    "anti_transpose",
]


class PhaseConfig(Section):
    """One phase of training. What lies below `unfreeze` has no rate, and so is frozen."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    """In logs, checkpoints and `summary.json`; each phase another one."""
    epochs: Annotated[int, Field(ge=0, le=10_000)]
    """0 skips the phase. An epoch shows every training image once, in one of its views; with few images, more
    than once: see `min_steps`."""
    min_steps: Annotated[int, Field(ge=0, le=100_000)] = 0
    """With few pictures, an epoch shows each of them so often that the phase has at least as many batches."""
    unfreeze: str = "head"
    """`head`: the new layers alone. A stage of the backbone: that stage and all above it. A share, such as
    `30%`: the topmost stages, so many of them, rounded up."""
    gradual: bool = False
    """Unfreezes one stage after the other from the top, each for an equal share of the epochs and with a
    schedule of its own."""
    head_rate: Rate = 1e-3
    """Peak rate of the head, Keras' own for Adam. The default phases give a fresh head 3e-3."""
    trunk_rate: Rate = 3e-4
    """Peak rate of the trunk's top stage; 1e-3 destroyed Lite0's features within an epoch."""
    depth_decay: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Each stage further down learns at this share of the rate of the stage above it."""
    find_rate: bool = False
    """Tries rates from 1e-6 to 1 on up to 100 batches before the phase, takes a tenth of the one that undoes
    what was learnt for `head_rate`, and plots it; `trunk_rate` keeps its ratio to it."""
    schedule: Literal["cosine", "one_cycle", "constant"] = "cosine"
    """How the rates go over the phase: down to 0 by half a cosine; up for a quarter and down for the rest,
    with the momentum low where the rate is high; or not at all."""
    warmup_share: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the phase's steps in which the rates of `cosine` and `constant` rise from 0."""
    patience: Annotated[int, Field(ge=1, le=10_000)] = 10
    """Epochs without a lower eval loss after which the phase ends. The latest epoch within one standard error
    of the lowest is kept."""
    batch_size: Annotated[int, Field(ge=1, le=4096)] = 32
    """Pictures in a step. Fine-tuning holds the activations of so many in memory."""


class TrainerConfig(Section):
    """Trainer: the new head, the optimizer, and the phases in which the model trains."""

    head: Literal["linear", "root", "mlp", "cosine"] = "linear"
    """`linear`: one layer. `root`: one layer on the square roots of the features, brought to one length;
    for a trunk that stays frozen (docs/decisions.md, 27). `mlp`: a hidden layer before it. `cosine`: features
    and weights normalised, a learnt scale."""
    hidden: Annotated[int, Field(ge=1, le=8192)] = 256
    """Width of the hidden layer of `mlp`."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of the features that a step of training leaves out, as the Keras guide has it."""
    loss: Literal["cross_entropy", "focal"] = "cross_entropy"
    """`focal`: Lin et al., "Focal Loss for Dense Object Detection" (2017), section 3."""
    focal_gamma: Annotated[float, Field(ge=0, le=10)] = 2.0
    """How much `focal` turns away from pictures that are right already."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of each label that is spread over all classes (Szegedy et al., 2016, section 7). With averaged
    weights, leaving out both this and dropout cost a point (docs/decisions.md, 28)."""
    penalty: Annotated[float, Field(ge=0, le=1e6)] = 1.0
    """On the squared weights of the logits, scikit-learn's 1 / C: it tells where pictures are few, and hardly
    where they are many (docs/decisions.md, 44). `cosine` has none."""
    class_weights: Literal["balanced", "none"] = "balanced"
    """`balanced` weighs classes by the inverse of their frequency, as scikit-learn does."""
    sampling: Literal["natural", "balanced"] = "natural"
    """`balanced` draws every class equally often in an epoch of the same length, so that no class needs a
    weight, whatever `class_weights` says."""
    mixup: Annotated[float, Field(ge=0, le=10)] = 0.0
    """Alpha of mixup, on whatever the phase trains from: features, activations, or pictures; 0 is off."""
    cutmix: Annotated[float, Field(ge=0, le=10)] = 0.0
    """Alpha of cutmix, on activations and pictures; pooled features have no places to cut."""
    optimizer: Literal["adam", "adamw", "rmsprop", "sgd"] = "adam"
    """Of all phases; Keras' defaults but for the rates. The defaults here were chosen with `adam`."""
    weight_decay: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Decoupled decay; only `adamw` takes one."""
    averaging: Literal["none", "ema", "swa"] = "ema"
    """Averages the weights over the steps, with a momentum of 0.99 (`ema`), or over the ends of the last
    quarter of the epochs (`swa`); the average is what eval judges and what is kept. Why `ema`:
    docs/decisions.md, 27 and 28."""
    batch_norm: Literal["frozen", "adapts"] = "frozen"
    """Whether BatchNorm in unfrozen stages follows the new data: running statistics, scales and offsets."""
    precision: Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"] = "auto"
    """In which the trunk computes while it trains; weights, heads and the exported model are float32. `auto`:
    mixed_float16 on a GPU, float32 without one."""
    phases: Annotated[tuple[PhaseConfig, ...], Field(min_length=1)] = (
        PhaseConfig(name="head", epochs=15, min_steps=300, head_rate=3e-3, batch_size=64),
        PhaseConfig(name="fine_tune", epochs=6, min_steps=150, unfreeze="20%"),
    )
    """In their order, each from where the one before ended: docs/decisions.md, 26."""
    test_time_views: tuple[TestTimeView, ...] | Literal["flips", "orientations"] = ()
    """Views beside the plain one that the exported model looks at, averaging their logits. Each costs a
    forward pass in service. `flips`: those that `augment` draws, too; `orientations`: and each of them with
    rows for columns, where it draws `transpose`."""
    calibration: Literal["temperature", "none"] = "temperature"
    """`temperature`: divides the logits by a number chosen on eval, so that probabilities mean what they say
    (Guo et al., 2017). The answers stay the same."""

    @model_validator(mode="after")
    def _phases_go_down(self) -> Self:
        names = [phase.name for phase in self.phases]
        if len(set(names)) < len(names):
            raise ValueError(f"phases must have different names. Received: {names}")
        if aimless := [phase.name for phase in self.phases if phase.gradual and phase.unfreeze == "head"]:
            raise ValueError(f"gradual needs stages to unfreeze. Received: unfreeze head in {aimless}")
        if self.weight_decay and self.optimizer != "adamw":
            raise ValueError("weight_decay needs optimizer adamw")
        views = self.test_time_views
        if not isinstance(views, str) and len(set(views)) < len(views):
            raise ValueError(f"test_time_views must differ. Received: {list(self.test_time_views)}")
        return self
