"""Maps come back by path, in half precision; an evaluation without them has none."""

from pathlib import Path

import numpy as np
import pytest

from components.heat_file import FILE, read_heat, write_heat


def test_maps_come_back(tmp_path: Path) -> None:
    warm = np.array([[0.0, 0.3333], [1.0, 0.5]], np.float32)
    heat = {"a/Bär's.jpg": warm, "b.jpg": np.zeros_like(warm)}
    write_heat(heat, str(tmp_path))
    found = read_heat(str(tmp_path))
    assert list(found) == list(heat)
    for path, each in found.items():
        assert each.dtype == np.float32
        np.testing.assert_allclose(each, heat[path], atol=1e-3)


@pytest.mark.parametrize("heat", [{}, None])
def test_none_at_all(tmp_path: Path, heat: dict[str, np.ndarray] | None) -> None:
    if heat is not None:
        write_heat(heat, str(tmp_path))
    assert read_heat(str(tmp_path)) == {}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive"])
def test_a_damaged_file_is_an_error_that_can_be_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ValueError, match="is damaged"):
        read_heat(str(tmp_path))
