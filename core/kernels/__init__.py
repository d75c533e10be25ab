"""Compiled hot loops, each with a plain reference that the tests hold it against."""

from __future__ import annotations

import importlib

from core.kernels.keeping import keep_compiled_code_somewhere

keep_compiled_code_somewhere()
# numba takes the folder when it is imported, and this imports it
importlib.import_module("core.kernels.listening").listen()
importlib.import_module("core.kernels.forgiving").forgive()
