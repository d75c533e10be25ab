"""Leave a module out while another one that only wants it to have been imported is imported."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class Absent(ModuleType):
    """Stands for a module until something is asked of it, and then gives what the module gives."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(really(self.__name__), name)


@contextmanager
def put_off(name: str) -> Iterator[None]:
    """While this lasts, importing ``name`` gives an Absent; afterwards the next import is the real one.

    A module that is there already stays.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = Absent(name)
    try:
        yield
    finally:
        if isinstance(sys.modules.get(name), Absent):
            del sys.modules[name]


def really(name: str) -> ModuleType:
    """Import the module whose place an Absent holds."""
    if isinstance(sys.modules.get(name), Absent):
        del sys.modules[name]
    return importlib.import_module(name)
