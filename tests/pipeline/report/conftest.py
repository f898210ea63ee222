"""Runs that the tests of the report share and do not change."""

from pathlib import Path

import pytest

from pipeline.report.material import Material
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import leave_run, material_of
from tests.pipeline.report.left_policy import leave_policy, policy_material


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return leave_run(tmp_path_factory.mktemp("left"))


@pytest.fixture(scope="package")
def material(made: Made) -> Material:
    return material_of(made)


@pytest.fixture(scope="package")
def decision(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return policy_material(leave_policy(tmp_path_factory.mktemp("decision")))


@pytest.fixture
def own(tmp_path: Path) -> Made:
    """One that a test may change."""
    return leave_run(tmp_path)
