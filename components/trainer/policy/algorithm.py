"""What a policy's settings mean in its environment: read without TensorFlow, as the report does."""

from typing import Literal

from pipeline.settings.policy import PolicyConfig

Algorithm = Literal["ppo", "reinforce"]


def algorithm_of(config: PolicyConfig, is_one_step: bool) -> Algorithm:
    """What `config` means by its algorithm, in an environment whose episodes all are one step, or are not."""
    if config.algorithm != "auto":
        return config.algorithm
    return "reinforce" if is_one_step else "ppo"


def averaging_of(config: PolicyConfig, algorithm: Algorithm) -> Literal["none", "ema"]:
    """What `config` means by averaging."""
    if config.averaging != "auto":
        return config.averaging
    return "ema" if algorithm == "reinforce" else "none"


def entropy_weight(config: PolicyConfig, algorithm: Algorithm) -> float:
    """What `config` means by the weight of the entropy; rewards are taken to scatter by about 1."""
    if config.entropy is not None:
        return config.entropy
    return {"ppo": 0.01, "reinforce": 0.3}[algorithm]
