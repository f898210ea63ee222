"""TFX's hook into the search."""

import functools
import os

import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.components.tuner.component import TunerFnResult

from components import features
from components.backbone import choose_backbone
from components.feature_store import FeatureStore, open_store
from components.trainer.phases import Stores, prefix_of
from components.tuner.oracle import build_oracle
from components.tuner.search_space import search_space
from components.tuner.trial import Trials
from components.tuner.tuner import RecipeTuner
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from pipeline.settings.tuner import TunerConfig


def tuner_fn(fn_args: FnArgs) -> TunerFnResult:
    """Makes the search. TFX calls it with the paths of the artifacts and our `custom_config`, and runs it."""
    settings = fn_args.custom_config
    config = TrainerConfig.model_validate(settings["trainer"])
    tuner = TunerConfig.model_validate(settings["tuner"])
    seed = int(settings["seed"])
    transform = tft.TFTransformOutput(fn_args.transform_graph_path)
    trials = Trials(
        choose_backbone(BackboneConfig.model_validate(settings["backbone"])),
        settings["cut"],
        len(transform.vocabulary_by_name(features.LABEL_VOCABULARY)),
        _stores(os.path.dirname(fn_args.train_files[0]), os.path.dirname(fn_args.eval_files[0])),
        tuner.pictures,
        seed,
    )
    oracle = build_oracle(search_space(config, tuner), tuner, seed)
    return TunerFnResult(RecipeTuner(oracle, config, trials, fn_args.working_dir), {"verbose": 0})


def _stores(*splits: str) -> Stores:
    """What opens the stores of train and eval, each once."""

    @functools.cache
    def opened(prefix: str) -> tuple[FeatureStore, FeatureStore]:
        train, evaluation = (open_store(split, prefix) for split in splits)
        return train, evaluation

    def stores(phase: PhaseConfig) -> tuple[FeatureStore, FeatureStore]:
        return opened(prefix_of(phase))

    return stores
