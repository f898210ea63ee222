"""tf.Examples are read as TensorFlow writes them, and nonsense is called so."""

import contextlib
import io
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.tf_example import Feature, NoExampleError, Window, read_example
from tests.components.example_gen.sources.makers import example

BEFORE = b"before"


def features(content: bytes) -> dict[str, Feature]:
    file = io.BytesIO(BEFORE + content + b"behind")
    return read_example(Window(file), len(BEFORE), len(BEFORE) + len(content))


def values(content: bytes) -> dict[str, list[Any]]:
    whole = BEFORE + content
    return {
        name: [whole[offset : offset + length] for offset, length in feature.texts] or feature.numbers
        for name, feature in features(content).items()
    }


def test_values() -> None:
    large = bytes(range(256)) * 1000
    content = example(
        {"image": large, "label": "cät", "n": 300, "minus": -1, "f": 0.5, "many": [1, 2, 3], "none": []}
    )
    assert values(content) == {
        "image": [large],
        "label": ["cät".encode()],
        "n": ["300"],
        "minus": ["-1"],
        "f": ["0.5"],
        "many": ["1", "2"],
        "none": [],
    }


def test_big_values_stay_unread() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            content = super().read(size)
            self.taken += len(content)
            return content

    content = example({"a": b"x" * 10_000_000, "b": b"y" * 10_000_000, "label": "cat"})
    file = Counting(content)
    assert set(read_example(Window(file), 0, len(content))) == {"a", "b", "label"}
    assert file.taken < 100_000


@pytest.mark.parametrize(
    "content",
    [
        b"\x0a\x05ab",  # longer than what holds it
        b"\x0b",  # kind 3
        b"\xff" * 11,  # no end of a number
        b"\x02\x00",  # field 0
        b"\x0d\x00",  # four bytes, of which one is there
        b"\x0a\x06\x0a\x04\x0a\x02\xff\xfe",  # a name that is no UTF-8
        b"just any text that a record may hold",
    ],
)
def test_nonsense(content: bytes) -> None:
    with pytest.raises(NoExampleError):
        features(content)


def test_fields_that_nobody_knows_are_stepped_over() -> None:
    unknown = b"\x10\x96\x01" + b"\x1a\x02ab" + b"\x25abcd" + b"\x29abcdefgh"
    assert values(unknown + example({"n": 1}) + unknown) == {"n": ["1"]}


_VALUES = st.one_of(
    st.binary(max_size=300),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5),
    st.lists(st.floats(width=32), min_size=1, max_size=5),
    st.lists(st.binary(max_size=20), min_size=2, max_size=5),
)


def _first_two(value: bytes | list[Any]) -> list[Any]:
    if isinstance(value, bytes):
        return [value]
    return [x if isinstance(x, bytes) else f"{x:.7g}" if isinstance(x, float) else str(x) for x in value[:2]]


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.text(st.characters(blacklist_categories=("Cs",)), max_size=20), _VALUES, max_size=6)
)
def test_any_example(wanted: Mapping[str, Any]) -> None:
    assert values(example(wanted)) == {name: _first_two(value) for name, value in wanted.items()}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_features_or_nonsense(content: bytes) -> None:
    with contextlib.suppress(NoExampleError):
        features(content)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_damaged_example_is_features_or_nonsense(position: int, byte: int) -> None:
    content = bytearray(example({"image": b"x" * 40, "label": "cat", "n": [1, 2], "f": [0.5]}))
    content[position % len(content)] = byte
    try:
        found = features(bytes(content))
    except NoExampleError:
        return
    texts = [text for feature in found.values() for text in feature.texts]
    assert all(
        0 <= offset - len(BEFORE) <= offset + length - len(BEFORE) <= len(content) for offset, length in texts
    )
