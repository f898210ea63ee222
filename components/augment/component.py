"""Augment: K random views of each training picture, reduced to the frozen trunk's features.

In: `examples`, `transform_graph`. Out: `features`, a store (see `components.feature_store`) with the
splits train (K views) and eval (the plain view). A random op inside Transform's graph would be served;
one inside the trainer would run the frozen trunk again in every epoch. Here its forward pass is paid
once, cached with lineage, and a changed head or schedule does not pay it again.
"""

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.augment.executor import AugmentExecutor
from pipeline.config import AugmentConfig


class AugmentSpec(component_spec.ComponentSpec):
    """Everything that the cached values depend on is a property: a change makes a new artifact."""

    PARAMETERS = {
        "augment": component_spec.ExecutionParameter(type=str),
        "backbone": component_spec.ExecutionParameter(type=str),
        "cut": component_spec.ExecutionParameter(type=str),
        "seed": component_spec.ExecutionParameter(type=int),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "transform_graph": component_spec.ChannelParameter(type=standard_artifacts.TransformGraph),
    }
    OUTPUTS = {"features": component_spec.ChannelParameter(type=standard_artifacts.Examples)}


class Augment(base_beam_component.BaseBeamComponent):
    """Caches features of augmented views; see `build`."""

    SPEC_CLASS = AugmentSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(AugmentExecutor)


def build(
    examples: types.Channel,
    transform_graph: types.Channel,
    config: AugmentConfig,
    backbone: str,
    cut: str,
    seed: int,
) -> Augment:
    """The node of this room."""
    spec = AugmentSpec(
        augment=config.model_dump_json(),
        backbone=backbone,
        cut=cut,
        seed=seed,
        examples=examples,
        transform_graph=transform_graph,
        features=types.Channel(type=standard_artifacts.Examples),
    )
    return Augment(spec)
