"""From YAML and `--set KEY=VALUE` to a `Config`, with one clear line for whatever is wrong."""

import copy
import difflib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from pipeline.config import Config, Preset
from pipeline.errors import InputError
from pipeline.paths import check_text
from pipeline.settings.data import DataConfig

# PyYAML lets the errors of its constructors through, such as that of a date in month 13.
_NOT_YAML = (yaml.YAMLError, ValueError, AttributeError, RecursionError)

SAMPLE_CONFIG = Path(__file__).parent / "configs" / "solar_cells.yaml"
PRESETS = Path(__file__).parent / "presets"


def load_config(file: Path | None, data: str | None = None, overrides: Sequence[str] = ()) -> Config:
    """Makes the config of a run.

    Args:
        file: a YAML file; without one, the sample's config, or the defaults if `data` is given.
        data: where the pictures are, recognised by itself; replaces what the file names.
        overrides: `section.key=value` texts, the values in YAML; they win over the file, as the file wins
            over the preset that either of them names.

    Raises:
        InputError: the file cannot be read, or a key or value is not legal. The text names the key,
            what was received and, for an unknown key, the nearest legal one. Or `data` is no UTF-8.
    """
    settings = _read(file or SAMPLE_CONFIG) if file or data is None else {}
    if data is not None:
        check_text(data, "data")
        settings.setdefault("name", _name_of(data))
        section = settings.setdefault("data", {})
        if isinstance(section, dict):
            section.update(source="auto", path=data)
    settings = _with_preset(settings, overrides)
    for override in overrides:
        _apply(settings, override)
    origin = str(file) if file else "the settings"
    try:
        config = Config.model_validate(settings)
        config.model_dump_json()
    except ValidationError as error:
        raise InputError(f"{origin}: {_explain(error)}") from None
    except PydanticSerializationError:  # half a character, written as an escape
        raise InputError(f"{origin}: a text is no Unicode. Look for \\ud800 to \\udfff in it.") from None
    return config


def dump_config(config: Config) -> str:
    """The resolved config as YAML that `load_config` reads back to an equal one."""
    settings = config.model_dump(mode="json")
    # PyYAML folds the rarer line breaks when it writes them as they are, so those are escaped.
    is_plain = not re.search("[\x85\u2028\u2029\ufeff]", config.model_dump_json())
    return str(yaml.safe_dump(settings, sort_keys=False, allow_unicode=is_plain))


# --------------------------------------------------------------------------------------------------
# Reading
# --------------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML's own would take the last one without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            if key.value in keys:
                raise yaml.MarkedYAMLError(problem=f"`{key.value}` stands twice", problem_mark=key.start_mark)
            if isinstance(key.value, str):
                keys.add(key.value)
        return super().construct_mapping(node, deep)


def _read(file: Path) -> dict[str, Any]:
    try:
        settings = yaml.load(file.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise InputError(f"config `{file}` cannot be read: {error.strerror}.") from error
    except _NOT_YAML as error:
        raise InputError(f"config `{file}` is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(settings, dict):
        raise InputError(f"config `{file}` must hold `key: value` lines. Received: {settings!r}")
    return settings


def _with_preset(settings: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Every default, the preset over it, and `settings` over both."""
    chosen = copy.deepcopy({key: settings.get(key) for key in ("preset", "backbone")})
    chosen["backbone"] = chosen["backbone"] or {}
    for override in overrides:
        if override.startswith(("preset=", "backbone.model=")):
            _apply(chosen, override)
    file = PRESETS / f"{chosen['preset']}.yaml"
    # `balanced` is what the defaults are; what is no preset fails when the config is made.
    is_known = chosen["preset"] in get_args(Preset) and file.exists()
    preset = _read(file) if is_known else {}
    if isinstance(chosen["backbone"], dict) and chosen["backbone"].get("model") is not None:
        preset.pop("backbone", None)  # the user's own model stands in for the preset's
    return _merge(_merge(_defaults(), preset), settings)


def _defaults() -> dict[str, Any]:
    """Every default, so that an override reaches into lists that the file does not mention."""
    return Config.model_construct(data=DataConfig.model_construct()).model_dump(mode="json")


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`above` over `below`: section by section, lists as a whole."""
    merged = dict(below)
    for key, value in above.items():
        is_section = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = _merge(below[key], value) if is_section else value
    return merged


def _apply(settings: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise InputError(f"--set needs KEY=VALUE, such as trainer.dropout=0.3. Received: {override!r}")
    try:
        value = yaml.safe_load(text)
    except _NOT_YAML:
        raise InputError(f"--set {key}: the value is not YAML. Received: {text!r}") from None
    *sections, last = key.split(".")
    target: Any = settings
    for section in sections:
        if isinstance(target, list):
            target = target[_place(target, section, key)]
        elif isinstance(target, dict):
            target = target.setdefault(section, {})
        else:
            raise InputError(f"--set {key}: `{section}` is no section.")
    if isinstance(target, list):
        target[_place(target, last, key)] = value
    elif isinstance(target, dict):
        target[last] = value
    else:
        raise InputError(f"--set {key}: `{last}` is no setting of a section.")


def _place(entries: list[Any], part: str, key: str) -> int:
    if part.isdecimal() and int(part) < len(entries):
        return int(part)
    hint = f"numbered 0 to {len(entries) - 1}" if entries else "so give it as a whole"
    raise InputError(f"--set {key}: `{part}` is no place in a list of {len(entries)}, {hint}.")


def _name_of(data: str) -> str:
    """A name for the model: that of the folder which is or holds the data."""
    path = data if "://" in data or data.startswith("tfds:") else os.path.realpath(os.path.expanduser(data))
    name = os.path.basename(path.rstrip("/"))
    is_file = not os.path.isdir(path) and (Path(name).suffix or set(name) & set("*?[{"))
    return _slug(os.path.basename(os.path.dirname(path)) if is_file else name)


def _slug(name: str) -> str:
    """A folder's name as a legal name for the served model; `graft` if nothing is left of it."""
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:63] or "graft"


# --------------------------------------------------------------------------------------------------
# Explaining
# --------------------------------------------------------------------------------------------------


def _explain(error: ValidationError) -> str:
    return "; ".join(_explain_one(dict(detail)) for detail in error.errors())


def _explain_one(detail: dict[str, Any]) -> str:
    location = [str(part) for part in detail["loc"]]
    key = ".".join(location) or "the config"
    if detail["type"] == "extra_forbidden":
        legal = _legal_keys(location[:-1])
        near = difflib.get_close_matches(location[-1], legal, n=1, cutoff=0.5)
        hint = f"Did you mean `{near[0]}`?" if near else f"Legal here: {', '.join(legal)}."
        return f"unknown key `{key}`. {hint}"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    received = (
        ""
        if isinstance(detail["input"], dict) or "Received" in message
        else f". Received: {detail['input']!r}"
    )
    return f"`{key}`: {message}{received}"


def _legal_keys(location: Sequence[str]) -> list[str]:
    """The fields of the section at `location`, looking through tuples of sections."""
    section: type[BaseModel] = Config
    for part in location:
        if part not in section.model_fields:  # a place in a list, a key of the user's own
            continue
        annotation = section.model_fields[part].annotation
        for candidate in (annotation, *getattr(annotation, "__args__", ())):
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                section = candidate
                break
    return list(section.model_fields)
