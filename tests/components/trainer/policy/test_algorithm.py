"""What settings mean: the algorithm that fits, what it averages, and how much its entropy weighs."""

import pytest

from components.trainer.policy.algorithm import Algorithm, algorithm_of, averaging_of, entropy_weight
from pipeline.settings.policy import PolicyConfig


@pytest.mark.parametrize("is_one_step", [True, False])
def test_algorithm_is_what_was_asked_for_or_what_fits(is_one_step: bool) -> None:
    assert algorithm_of(PolicyConfig(), is_one_step) == ("reinforce" if is_one_step else "ppo")
    assert algorithm_of(PolicyConfig(algorithm="ppo"), is_one_step) == "ppo"
    assert algorithm_of(PolicyConfig(algorithm="reinforce"), is_one_step) == "reinforce"


@pytest.mark.parametrize(("algorithm", "averaging"), [("ppo", "none"), ("reinforce", "ema")])
def test_averages_what_was_asked_for_or_what_fits(algorithm: Algorithm, averaging: str) -> None:
    assert averaging_of(PolicyConfig(), algorithm) == averaging
    assert averaging_of(PolicyConfig(averaging="none"), algorithm) == "none"
    assert averaging_of(PolicyConfig(averaging="ema"), algorithm) == "ema"


@pytest.mark.parametrize(("algorithm", "weight"), [("ppo", 0.01), ("reinforce", 0.3)])
def test_entropy_weighs_what_was_asked_for_or_what_fits(algorithm: Algorithm, weight: float) -> None:
    assert entropy_weight(PolicyConfig(), algorithm) == weight
    assert entropy_weight(PolicyConfig(entropy=0.0), algorithm) == 0.0
