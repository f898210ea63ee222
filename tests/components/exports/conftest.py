"""One small network that the tests of this room share."""

import pytest

from components.exports.pixel_model import PixelModel
from tests.components.exports.networks import save_network


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> PixelModel:
    return save_network(tmp_path_factory.mktemp("network"))
