"""Compiled code that cannot be written or read again costs a compilation, never a training."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from numba.core import caching

UNREADABLE = (OSError, EOFError, pickle.PickleError, AttributeError, ImportError, ValueError, TypeError, IndexError)
"""What a full disk raises, and what a cut or foreign file raises when it is read."""


@contextmanager
def _forgiving(cache: Any) -> Iterator[None]:
    """Nothing was written, or nothing found."""
    with suppress(*UNREADABLE):
        yield


def forgive() -> None:
    """Let numba pass over failures of its cache as it does on Windows, where another process may hold a file."""
    setattr(caching.Cache, "_guard_against_spurious_io_errors", _forgiving)  # noqa: B010 - a method, so typed
