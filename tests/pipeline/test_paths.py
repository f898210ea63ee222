"""Paths that are text, and paths that are bytes only."""

import os

import pytest

from pipeline.errors import InputError
from pipeline.paths import check_text


@pytest.mark.parametrize("path", ["", "pictures", "/data/Zürich/猫", "two\nlines", "gs://bucket/a"])
def test_check_text(path: str) -> None:
    check_text(path, "data")


@pytest.mark.parametrize(
    ("path", "shown"), [(b"\xff", "\\\\xff"), (b"/data/caf\xe9/a", "/data/caf\\\\xe9/a")]
)
def test_check_text_refuses_bytes_and_shows_them(path: bytes, shown: str) -> None:
    with pytest.raises(InputError, match=f"^the path of the data, `{shown}`, is no UTF-8. Rename") as refusal:
        check_text(os.fsdecode(path), "data")
    str(refusal.value).encode()
