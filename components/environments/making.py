"""Makes an environment by its name, ours or another; what goes wrong in that is told in one line."""

import difflib
import importlib

import gymnasium
from gymnasium.envs.registration import parse_env_id

from components.environments.costs import cost_table
from components.environments.decision import Decision
from components.environments.glimpse import Glimpse
from components.environments.guarded import Guarded, described
from components.environments.names import DECISION, OWN
from components.environments.pictures import Pictures
from pipeline.errors import InputError
from pipeline.settings.environment import EnvironmentConfig

_UNKNOWN = (gymnasium.error.UnregisteredEnv, gymnasium.error.DeprecatedEnv)


def make_env(config: EnvironmentConfig, pictures: Pictures | None, is_held_out: bool) -> Guarded:
    """One environment, under guard.

    Args:
        config: which one, and its settings.
        pictures: that those of ours act on.
        is_held_out: for those of ours, a reset's seed names the picture.

    Raises:
        InputError: it cannot be made, or a policy cannot act in it.
        ValueError: it is one of ours, and there are no pictures.
    """
    if config.id not in OWN:
        return Guarded(_made(config), config.id)
    if pictures is None:
        raise ValueError(f"`pictures` must be given for {config.id}")
    if config.id == DECISION:
        costs = cost_table(config.decision, pictures.classes)
        return Guarded(Decision(pictures, costs, is_held_out=is_held_out), config.id)
    return Guarded(Glimpse(pictures, config.glimpse, is_held_out=is_held_out), config.id)


def _made(config: EnvironmentConfig) -> gymnasium.Env:
    """Another's environment, as Gymnasium makes it."""
    module, _, name = config.id.rpartition(":")
    if module:
        _import(module)
    try:
        _check_form(name)
        # Guarded looks at every step, and Gymnasium's checker, which warns, at the first.
        return gymnasium.make(name, disable_env_checker=True, **config.arguments)
    except _UNKNOWN as error:
        raise InputError(
            f"environment.id `{config.id}` is not known to Gymnasium.{_nearest(name)}"
        ) from error
    except gymnasium.error.DependencyNotInstalled as error:
        raise InputError(
            f"environment `{config.id}` needs a package that is not here: {error}. Install it beside Graft."
        ) from error
    except (Exception, SystemExit) as error:
        raise InputError(
            f"environment `{config.id}` cannot be made: {described(error)}. Mend it, or "
            f"environment.arguments ({config.arguments})."
        ) from error


def _check_form(name: str) -> None:
    """Gymnasium's error of a name that is none is of the kind that environments raise, too."""
    try:
        parse_env_id(name)
    except gymnasium.error.Error as error:
        raise gymnasium.error.UnregisteredEnv(str(error)) from error


def _import(module: str) -> None:
    """Imports the module that registers an environment."""
    try:
        importlib.import_module(module)
    except (Exception, SystemExit) as error:
        raise InputError(
            f"module `{module}` of environment.id cannot be imported: {described(error)}. Put the folder "
            "that it is in into PYTHONPATH, or mend the module."
        ) from error


def _nearest(name: str) -> str:
    """Names that may be meant."""
    near = difflib.get_close_matches(name, gymnasium.registry, n=3, cutoff=0.5)
    if not near:
        return " One of a module of yours is called `module:Name-v0`."
    return f" Did you mean {' or '.join(f'`{each}`' for each in near)}?"
