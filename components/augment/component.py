"""Augment: K random views of each training picture, reduced to the frozen trunk's features.

In: `examples`, `transform_graph`. Out: `features`, a store (see `components.feature_store`) with the
splits train (K views) and eval (the plain view, and the test-time ones). A random op inside Transform's
graph would be served; one inside the trainer would run the frozen trunk again in every epoch. Here its
forward pass is paid once, cached with lineage, and a changed head or schedule does not pay it again. Where
the node does run again, it takes from its cache whatever has not changed.
"""

import json

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.augment.executor import AugmentExecutor
from pipeline.settings.augment import AugmentConfig
from pipeline.settings.backbone import BackboneConfig


class AugmentSpec(component_spec.ComponentSpec):
    """Everything that the cached values depend on is a property: a change makes a new artifact."""

    PARAMETERS = {
        "augment": component_spec.ExecutionParameter(type=str),
        "backbone": component_spec.ExecutionParameter(type=str),
        "fingerprint": component_spec.ExecutionParameter(type=str),
        "cut": component_spec.ExecutionParameter(type=str),
        "seed": component_spec.ExecutionParameter(type=int),
        "test_time_views": component_spec.ExecutionParameter(type=str),
        "cache": component_spec.ExecutionParameter(type=str),
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
    backbone: BackboneConfig,
    fingerprint: str,
    cut: str,
    seed: int,
    test_time_views: tuple[str, ...],
    cache: str,
) -> Augment:
    """The node of this room.

    Args:
        examples: of all splits.
        transform_graph: decodes the pictures.
        config: the views.
        backbone: the trunk.
        fingerprint: of the trunk and its weights, so that a changed file counts as a change.
        cut: where it is cut, see `components.backbone.cut`.
        seed: draws the views.
        test_time_views: beside the plain view of eval, in this order.
        cache: folder of views that were computed, kept from run to run; may be deleted between runs.
    """
    spec = AugmentSpec(
        augment=config.model_dump_json(),
        backbone=backbone.model_dump_json(),
        fingerprint=fingerprint,
        cut=cut,
        seed=seed,
        test_time_views=json.dumps(test_time_views),
        cache=cache,
        examples=examples,
        transform_graph=transform_graph,
        features=types.Channel(type=standard_artifacts.Examples),
    )
    return Augment(spec)
