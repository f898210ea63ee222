"""What else a user could have meant."""

from pathlib import Path

import pytest

from components.backbone import hints
from components.backbone.table import BACKBONES


def test_other_weights_names_those_that_are_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "xception_weights_tf_dim_ordering_tf_kernels_notop.h5").touch()
    assert hints.other_weights().endswith(
        "weights are here: efficientnet_lite0, efficientnet_lite1, efficientnet_lite2, xception."
    )


def test_other_weights_where_nothing_is_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("components.backbone.table.BACKBONES", BACKBONES[3:])
    assert hints.other_weights().endswith("weights are here: there is none.")


@pytest.mark.parametrize(
    ("parameters", "rows"), [(14_714_688, ["vgg16"]), (3_413_024, ["efficientnet_lite0"]), (1, [])]
)
def test_rows_with(parameters: int, rows: list[str]) -> None:
    assert hints.rows_with(parameters) == rows
