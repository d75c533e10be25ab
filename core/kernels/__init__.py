"""Compiled hot loops, each with a plain reference that the tests hold it against."""

from __future__ import annotations

import importlib

from core.kernels.keeping import keep_compiled_code_somewhere
from core.putting_off import put_off

keep_compiled_code_somewhere()
# numba takes the folder when it is imported, and this imports it; it only asks whether scipy's linear algebra is there,
# which no kernel calls, and a kernel that is to be compiled and does loads it then
with put_off("scipy.linalg"):
    importlib.import_module("core.kernels.listening").listen()
importlib.import_module("core.kernels.forgiving").forgive()
importlib.import_module("core.kernels.loading").load_lightly()
