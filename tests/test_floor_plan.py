"""The house is as the README says: tree, docstrings, file lengths, nothing private in it."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("pipeline", "components", "data", "benchmarks", "tests")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
MODULES.append(ROOT / "pipeline_runner.py")
LONGEST_FILE = 250
LONGEST_BODY = 40
TESTED_ELSEWHERE = {
    "__init__",
    "errors",  # one empty class
    "cli",
    "commands/options",
    "output",  # names only
    "inspect_app",  # tests/e2e/test_inspect
    "compile_app",  # test_airflow_command, test_kubeflow_command
    "node_app",  # tests/e2e/test_node_by_node
    "metadata_app",  # test_move
    "faults",  # test_planting
    "scenes",
    "planted_faults",
    "settings/data",  # test_config
    "settings/augment",
    "settings/beam",  # test_flags, test_input_checks
    "section",
    "data_set/judged",  # commands/test_data
    "data_set/sheet",
    "rows",
    "entry",  # test_examine
    "kinship",  # test_placement
    "findings",  # test_judgement
    "quarantine",  # test_executor
    "write",
    "row",  # test_backbones, test_table
    "stages",
    "saved_trunk",  # test_saved_model
    "served_classifier",  # test_export, test_served
    "component",  # wiring: the end-to-end run is its test
    "pipeline",
    "pipeline_runner",  # tests/test_bad_inputs.py and tests/e2e
    "sample_files",  # test_samples
    "run_command",
    "local",
    "runners/airflow",  # tests/e2e/test_airflow
    "summary",
    "quiet",
    "solar_cells",
}


def _names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_readme_tree_equals_the_real_one() -> None:
    readme = (ROOT / "README.md").read_text()
    tree = readme.split("## The tree", 1)[1].split("```", 2)[1]
    stack: list[str] = []
    listed = set()
    for line in tree.strip().splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name = line.split()[0]
        stack[depth:] = [name]
        if not name.endswith("/"):
            listed.add("".join(stack))
    real = {
        name for name in _names(MODULES) if not name.startswith("tests/") and not name.endswith("__init__.py")
    }
    real |= {name for name in _names(MODULES) if name == "components/backbone/__init__.py"}
    assert listed == real


@pytest.mark.parametrize("name", _names(MODULES))
def test_module_has_a_docstring_and_stays_short(name: str) -> None:
    text = (ROOT / name).read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "what is this room for?"
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            # Lines of code: those that explain it, and those between its steps, do not count.
            lines = text.splitlines()[body[0].lineno - 1 : node.end_lineno] if body else []
            code = [line for line in lines if line.strip() and not line.strip().startswith("#")]
            assert len(code) <= LONGEST_BODY, node.name


def test_components_with_decorators_do_not_postpone_annotations() -> None:
    for path in (ROOT / "components").rglob("*.py"):
        assert "from __future__ import annotations" not in path.read_text(), path


def test_every_source_module_has_its_test() -> None:
    # `__init__` tables are tested under the name of what they list.
    # By path: rooms have modules of the same name.
    tested = set(_names(sorted((ROOT / "tests").rglob("test_*.py"))))
    for path in (Path(name) for name in _names(MODULES) if not name.startswith("tests/")):
        if not {path.stem, f"{path.parent.name}/{path.stem}"} & TESTED_ELSEWHERE:
            assert f"tests/{path.parent}/test_{path.name}" in tested


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_wrong_python_gets_one_clear_line(tmp_path: Path) -> None:
    fake = tmp_path / "python3.9"
    fake.write_text('#!/bin/sh\nexec python3 -c "$(echo "$2" | sed "s/(3, 11)/(3, 9)/")"\n')
    fake.chmod(0o755)
    for name in ("Makefile", "requirements.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    result = subprocess.run(
        ["make", f"PYTHON={fake}", "install"], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode != 0
    assert result.stderr.startswith("Graft needs Python 3.11; this is 3.11")
    assert "make PYTHON=" in result.stderr
    assert not (tmp_path / ".venv").exists()
