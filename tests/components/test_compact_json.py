"""Less lines, and the same values."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.compact_json import compact_json

_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text('[\n1, "]\\')


@given(st.recursive(_PLAIN, lambda some: st.lists(some) | st.dictionaries(st.text('[\n1"'), some)))
def test_the_same_values(value: Any) -> None:
    assert json.loads(compact_json(value)) == value


def test_numbers_stand_beside_each_other() -> None:
    matrix = {"confusion": [[30, 2], [-1, 0.5]], "ends": (1e-9, 1), "names": ["é"], "none": []}
    assert compact_json(matrix).splitlines() == [
        "{",
        '  "confusion": [',
        "    [30, 2],",
        "    [-1, 0.5]",
        "  ],",
        '  "ends": [1e-09, 1],',
        '  "names": [',
        '    "é"',
        "  ],",
        '  "none": []',
        "}",
    ]


def test_what_is_no_number_is_refused_where_asked() -> None:
    assert json.loads(compact_json([float("inf")])) == [float("inf")]
    with pytest.raises(ValueError, match="not JSON compliant"):
        compact_json([float("nan")], allow_nan=False)
