"""Rates and momentum over a phase."""

from typing import Any

import numpy as np
import pytest

from components.trainer.schedules import Schedule, momentum_schedule, rate_schedule, sweep_schedule
from pipeline.settings.trainer import PhaseConfig


def _values(schedule: Schedule, steps: int = 100) -> list[float]:
    return [float(schedule(step)) for step in range(steps + 1)]


def _rates(kind: Any, steps: int = 100, warmup_share: float = 0.1) -> list[float]:
    phase = PhaseConfig(name="any", epochs=1, schedule=kind, warmup_share=warmup_share)
    return _values(rate_schedule(phase, 1e-3, steps), steps)


def test_cosine_rises_then_falls() -> None:
    rates = _rates("cosine")
    assert rates[0] == 0
    assert rates[5] == pytest.approx(5e-4)
    assert rates[10] == pytest.approx(1e-3) == max(rates)
    assert rates[55] == pytest.approx(5e-4)
    assert rates[100] == pytest.approx(0, abs=1e-9)
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)


@pytest.mark.parametrize(("steps", "share"), [(100, 0.0), (5, 0.1), (1, 0.5)])
def test_cosine_without_a_step_of_warmup_starts_at_the_peak(steps: int, share: float) -> None:
    rates = _rates("cosine", steps, share)
    assert rates[0] == pytest.approx(1e-3)
    assert rates[-1] == pytest.approx(0, abs=1e-9)


def test_constant_rises_and_stays() -> None:
    rates = _rates("constant")
    assert rates[0] == 0
    np.testing.assert_allclose(rates[10:], 1e-3, rtol=1e-6)
    np.testing.assert_allclose(_rates("constant", warmup_share=0.0), 1e-3, rtol=1e-6)


@pytest.mark.parametrize("warmup_share", [0.0, 0.1, 0.5])
def test_one_cycle_rises_for_a_quarter_whatever_the_warmup(warmup_share: float) -> None:
    rates = _rates("one_cycle", warmup_share=warmup_share)
    assert rates[0] == pytest.approx(1e-3 / 25)
    assert rates[25] == pytest.approx(1e-3) == max(rates)
    assert 0 < rates[100] < 1e-7
    assert rates[:26] == sorted(rates[:26])
    assert rates[25:] == sorted(rates[25:], reverse=True)


def test_momentum_is_low_where_the_rate_is_high() -> None:
    momenta, rates = _values(momentum_schedule(100)), _rates("one_cycle")
    assert (momenta[0], momenta[100]) == pytest.approx((0.95, 0.95))
    assert momenta[25] == min(momenta) == pytest.approx(0.85)
    for left, right in ((0, 25), (25, 100)):
        assert np.corrcoef(momenta[left : right + 1], rates[left : right + 1])[0, 1] < -0.999


def test_one_cycle_of_one_step_is_a_step() -> None:
    assert _rates("one_cycle", steps=1)[0] == pytest.approx(1e-3)
    assert _values(momentum_schedule(1), 1)[0] == pytest.approx(0.85)


def test_sweep_multiplies_at_each_step() -> None:
    rates = _values(sweep_schedule(3e-4, 1e-6, 1.0, steps=7), 6)
    np.testing.assert_allclose(rates, 3e-4 * np.geomspace(1e-6, 1, 7), rtol=1e-5)
