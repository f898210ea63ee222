"""Environments are made by name; a name that is wrong is told the nearest."""

from pathlib import Path
from typing import Any

import pytest

from components.environments.decision import Decision
from components.environments.glimpse import Glimpse
from components.environments.making import make_env
from components.environments.names import DECISION, GLIMPSE
from pipeline.errors import InputError
from pipeline.settings.environment import EnvironmentConfig
from tests.components.environments.shown import squares, vectors
from tests.components.environments.wild import Wild

WILD = "graft-tests/Wild-v0"


def _config(name: str, **values: Any) -> EnvironmentConfig:
    return EnvironmentConfig(id=name, **values)


def test_each_of_ours_is_made_by_its_section() -> None:
    decision = make_env(_config(DECISION, decision={"ask": 0.125}), vectors(), is_held_out=True)
    assert isinstance(decision.unwrapped, Decision)
    decision.reset(seed=1)
    assert decision.step(2)[1] == -0.125
    glimpse = make_env(_config(GLIMPSE, glimpse={"move": -0.375}), squares(), is_held_out=True)
    assert isinstance(glimpse.unwrapped, Glimpse)
    assert glimpse.reset(seed=2)[1]["picture"] == 2
    assert glimpse.step(0)[1] == -0.375
    with pytest.raises(ValueError, match="`pictures` must be given"):
        make_env(_config(DECISION), None, is_held_out=False)


def test_costs_are_checked() -> None:
    with pytest.raises(InputError, match="names the class `cow`"):
        make_env(_config(DECISION, decision={"costs": {"cow": {}}}), vectors(), is_held_out=False)


@pytest.mark.parametrize("name", [WILD, f"tests.components.environments.wild:{WILD}"])
def test_anothers_is_made_with_its_arguments(name: str) -> None:
    env = make_env(_config(name, arguments={"late": 9}), None, is_held_out=False)
    assert isinstance(env.unwrapped, Wild)
    assert env.unwrapped._late == 9


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("graft/Desicion-v0", {}, "is not known to Gymnasium. Did you mean `graft/Decision-v0`"),
        ("graft-tests/Wild-v7", {}, "Did you mean `graft-tests/Wild-v0`"),
        ("nothing like it", {}, "environment.id `nothing like it`"),
        ("???", {}, "`???` is not known to Gymnasium. One of a module of yours is called `module:Name-v0`."),
        ("no_such_module:X-v0", {}, "module `no_such_module` of environment.id cannot be imported"),
        ("tests.components.environments.wild:Mild-v0", {}, "is not known to Gymnasium"),
        (":Wild-v0", {}, "is not known to Gymnasium"),
        ("graft-tests/Raising-v0", {}, "cannot be made: RuntimeError (no\\nluck). Mend it, or"),
        ("graft-tests/Leaving-v0", {}, "cannot be made: SystemExit (3)"),
        (WILD, {"colour": "red"}, "environment.arguments ({'colour': 'red'})"),
        (WILD, {"id": 3}, "cannot be made: TypeError"),
        ("CartPole-v1", {}, "`CartPole-v1` observes Box float32 [4], which is no picture"),
    ],
)
def test_what_cannot_be_made_is_told(name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as raised:
        make_env(_config(name, arguments=arguments), None, is_held_out=False)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_module_that_cannot_be_imported_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_wild.py").write_text("def (:")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError, match="module `broken_wild` .* SyntaxError .*Put the folder"):
        make_env(_config("broken_wild:X-v0"), None, is_held_out=False)
