"""Trainer of a policy: TFX's own with our `run_fn`, or one that needs no pictures, where there are none.

In: `examples` (Augment's store where the policy sees whole pictures, ImageExampleGen's where it moves over
them), `transform_graph` and `schema`; or nothing. Out: `model` (the SavedModel) and `model_run` (TensorBoard
logs, what each phase reached).
"""

from typing import Any

from tfx import types
from tfx.components import Trainer
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.proto import trainer_pb2
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import json_utils, path_utils

from components import features as names
from components.backbone import choose_backbone
from components.backbone.cut import check_order
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.environment import EnvironmentConfig
from pipeline.settings.policy import PolicyConfig

RUN_FN = "components.trainer.policy.run_fn.run_fn"
_CUSTOM = "custom_config"


def build(
    config: PolicyConfig,
    environment: EnvironmentConfig,
    backbone: BackboneConfig,
    *,
    fingerprint: str,
    cut: str,
    seed: int,
    splits: str,
    checkpoints: str,
    examples: types.Channel | None,
    transform_graph: types.Channel | None,
    schema: types.Channel | None,
) -> base_component.BaseComponent:
    """The node of this room.

    Args:
        config: the learner.
        environment: what it acts in.
        backbone: the trunk.
        fingerprint: what the trunk's answers follow from: other weights under the same name train anew.
        cut: below it the trunk never learns.
        seed: draws initial weights, episodes and actions.
        splits: the way of splitting, which is noted beside the model.
        checkpoints: a folder of this node alone, for trainings that were killed.
        examples: what it learns from; `None` where the environment brings its own pictures.
        transform_graph: Transform's, and
        schema: what TFX's Trainer asks for beside it; `None` where there are no examples.

    Raises:
        InputError: a phase unfreezes less than the one before it, or no stage of the backbone.
    """
    check_order(choose_backbone(backbone), [phase.unfreeze for phase in config.phases], "policy.phases")
    custom = {
        "policy": config.model_dump(mode="json"),
        "environment": environment.model_dump(mode="json"),
        "backbone": backbone.model_dump(mode="json"),
        "fingerprint": fingerprint,
        "cut": cut,
        "seed": seed,
        "splits": splits,
        "checkpoints": checkpoints,
    }
    if examples is None:
        return _PictureFreeTrainer(_PictureFreeSpec(**_outputs(), custom_config=json_utils.dumps(custom)))
    return Trainer(
        run_fn=RUN_FN,
        examples=examples,
        transform_graph=transform_graph,
        schema=schema,
        train_args=trainer_pb2.TrainArgs(splits=[names.TRAIN]),
        eval_args=trainer_pb2.EvalArgs(splits=[names.EVAL]),
        custom_config=custom,
    )


def _outputs() -> dict[str, types.Channel]:
    return {
        "model": types.Channel(type=standard_artifacts.Model),
        "model_run": types.Channel(type=standard_artifacts.ModelRun),
    }


class _PictureFreeExecutor(base_executor.BaseExecutor):
    """Calls `run_fn` as TFX's does, which fails without examples."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        from components.trainer.policy.run_fn import run_fn  # loads Keras and Gymnasium

        model = artifact_utils.get_single_uri(output_dict["model"])
        run_fn(
            FnArgs(
                train_files=[],
                eval_files=[],
                custom_config=json_utils.loads(exec_properties[_CUSTOM]),
                serving_model_dir=path_utils.serving_model_dir(model),
                model_run_dir=artifact_utils.get_single_uri(output_dict["model_run"]),
            )
        )


class _PictureFreeSpec(component_spec.ComponentSpec):
    PARAMETERS = {_CUSTOM: component_spec.ExecutionParameter(type=str)}
    INPUTS: dict[str, Any] = {}
    OUTPUTS = {
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "model_run": component_spec.ChannelParameter(type=standard_artifacts.ModelRun),
    }


class _PictureFreeTrainer(base_component.BaseComponent):
    SPEC_CLASS = _PictureFreeSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(_PictureFreeExecutor)
