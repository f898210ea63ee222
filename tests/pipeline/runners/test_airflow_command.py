"""`compile airflow`: the DAG file that is written, and input that is wrong."""

import ast
from pathlib import Path

import pytest
import yaml

from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.runners import airflow
from pipeline.runners.airflow_command import airflow_command
from pipeline.workspace import Workspace

UPSTREAM = {"ImageExampleGen": [], "StatisticsGen": ["ImageExampleGen"]}


@pytest.fixture(autouse=True)
def no_tfx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow, "upstream_of", lambda *_: UPSTREAM)


def _constants(code: str) -> dict[str, object]:
    """What the DAG file sets at its top, where that is a literal."""
    found = {}
    for node in ast.parse(code).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def test_dag_and_its_config_lie_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    overrides = ["name=cells", "trainer.dropout=0.4", 'airflow.schedule="@daily"', "airflow.retries=5"]
    airflow_command(None, None, Path("place"), overrides, tmp_path / "dag.py")
    code = (tmp_path / "dag.py").read_text()
    constants = _constants(code)
    assert constants["UPSTREAM"] == UPSTREAM
    assert constants["WORKSPACE"] == str(tmp_path / "place")
    assert constants["STARTED_IN"] == str(tmp_path)
    for line in ('dag_id="cells"', 'schedule="@daily"', '"retries": 5', "max_active_runs=1"):
        assert line in code
    config = yaml.safe_load((tmp_path / "dag.yaml").read_text())
    assert (config["name"], config["trainer"]["dropout"]) == ("cells", 0.4)


def test_whatever_a_path_holds_the_file_is_python(tmp_path: Path) -> None:
    place = Workspace(tmp_path / 'it\'s "here" {{ now }} \u00e4 \U0001f408')
    dag = airflow.compile_dag(load_config(None), place)
    assert _constants(dag.code)["WORKSPACE"] == str(place.root)
    assert "schedule=None" in dag.code


def test_output_is_python(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--output must be a Python file"):
        airflow_command(None, None, tmp_path, [], tmp_path / "dag.yaml")


def test_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`.*dag.yaml` cannot be written: No such file"):
        airflow_command(None, None, tmp_path, [], tmp_path / "none" / "dag.py")
