"""Every setting says what it means, and every number where it may lie."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline import config, settings
from pipeline.config import Config
from pipeline.settings.section import Section

MODULES = [config] + [
    importlib.import_module(f"pipeline.settings.{module.name}")
    for module in pkgutil.iter_modules(settings.__path__)
]
SECTIONS = {
    each
    for module in MODULES
    for each in vars(module).values()
    if inspect.isclass(each) and issubclass(each, Section) and each is not Section
}


@pytest.mark.parametrize("section", sorted(SECTIONS, key=lambda each: each.__name__))
def test_every_field_has_a_docstring(section: type[Section]) -> None:
    (tree,) = ast.parse(inspect.getsource(section)).body
    assert isinstance(tree, ast.ClassDef)
    silent = []
    for field, below in zip(tree.body, [*tree.body[1:], None], strict=True):
        if not isinstance(field, ast.AnnAssign) or ast.unparse(field.annotation).endswith("Config"):
            continue  # a section tells for itself
        if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
            silent.append(ast.unparse(field.target))
    assert silent == []


def _numbers(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if schema.get("type") in ("integer", "number"):
            yield where, schema
        for key, value in schema.items():
            yield from _numbers(value, f"{where}.{key}")
    for value in schema if isinstance(schema, list) else ():
        yield from _numbers(value, where)


def test_every_number_has_two_ends() -> None:
    found = dict(_numbers(Config.model_json_schema(), "config"))
    assert len(found) > 30
    ends = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
    assert [where for where, number in found.items() if not all(set(end) & set(number) for end in ends)] == []
