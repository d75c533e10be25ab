from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import strict_json
from core.errors import StorageError

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), PLAIN, max_size=4))
def test_that_plain_values_come_back_as_they_went(values: dict[str, Any]) -> None:
    assert strict_json.loads(strict_json.dumps(values), "x") == values


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": {"b": 1, "b": 1}}', "twice"),
        (b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", "deep"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested|recursion|depth"),
        (b"[1]", "list"),
        (b'{"a": 1', "delimiter"),
        (b"\xff\xfe", "utf-8"),
        (b"", "Expecting value"),
        (b'{"a": 1} {"b": 2}', "Extra data"),
    ],
)
def test_that_what_is_not_strict_is_refused_with_its_reason(content: bytes, why: str) -> None:
    with pytest.raises(StorageError, match=why) as raised:
        strict_json.loads(content, "run.json")
    assert raised.value.code == "storage.damaged"
    assert raised.value.where == "run.json"


def test_that_numbers_that_are_not_finite_are_written_as_null() -> None:
    values = {"loss": float("nan"), "left": [float("inf"), 1.5], "count": np.int64(3), "share": np.float32("nan")}
    assert strict_json.dumps(values) == b'{"loss":null,"left":[null,1.5],"count":3,"share":null}'


def test_that_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "MOST_BYTES", 10)
    (tmp_path / "x.json").write_bytes(b'{"a": "0123456789"}')
    with pytest.raises(StorageError, match="larger"):
        strict_json.read(tmp_path / "x.json")
