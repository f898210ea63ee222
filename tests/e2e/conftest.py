"""One finished run that the end-to-end tests share and do not change."""

from pathlib import Path

import pytest

from tests.e2e import sample


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a run that was pushed."""
    workspace = tmp_path_factory.mktemp("e2e") / "workspace"
    result = sample.run(workspace)
    assert result.returncode == 0, result.stderr
    return workspace
