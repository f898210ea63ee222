"""The `tuner` section: a search over the recipe, on cached features."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.section import Section

Searched = Literal["head", "dropout", "weight_decay", "label_smoothing", "mixup", "head_rate", "unfreeze"]


class TunerConfig(Section):
    """Tuner: looks for a better recipe before Trainer, judged on eval."""

    trials: Annotated[int, Field(ge=0, le=1000)] = 0
    """Recipes to try; 0 leaves the node out. The first is that of `trainer`."""
    algorithm: Literal["bayesian", "random"] = "bayesian"
    """How recipes after the first are drawn: where earlier ones were good, or anywhere."""
    search: Annotated[tuple[Searched, ...], Field(min_length=1)] = (
        *("head", "dropout", "weight_decay", "label_smoothing", "mixup", "head_rate", "unfreeze"),
    )
    """What is searched; everything else stays as `trainer` says."""
    unfreeze: tuple[str, ...] = ("10%", "20%")
    """Depths of fine-tuning to choose from, where `unfreeze` is searched. The last tenth of the trials, one a
    depth at least, fine-tunes: the best head at each depth, then other heads at the best one. Where no depth
    gains anything, the phases stay as they are. Augment caches what the deepest needs."""
    pictures: Annotated[int, Field(ge=1, le=1_000_000)] = 800
    """Pictures, at most, on which a trial fine-tunes; heads always train on all. On 500, fine-tuning had too
    few steps to show its worth on the sample."""

    def depths(self) -> tuple[str, ...]:
        """Those that trials fine-tune to, each once; `head` is none."""
        if not self.trials or "unfreeze" not in self.search:
            return ()
        return tuple(dict.fromkeys(depth for depth in self.unfreeze if depth != "head"))

    def deep_trials(self) -> int:
        """How many trials fine-tune; they come last."""
        depths = len(self.depths())
        return max(depths, self.trials // 10) if depths else 0

    @model_validator(mode="after")
    def _heads_come_first(self) -> Self:
        if self.trials and self.trials <= self.deep_trials():
            raise ValueError(
                f"trials must be more than the {len(self.depths())} depths of unfreeze, which come last; "
                "or leave unfreeze out of search"
            )
        return self
