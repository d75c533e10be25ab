"""Import torch without what only tracing asks for, and its largest library beside other work."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from core.garbage import nothing_looked_for
from core.putting_off import put_off

SHAPES = "torch._meta_registrations"
"""What torch knows of the shapes that its operations give on no data: a quarter of the time of its import, and only
tracing a model for export or for torch's compiler asks for it."""
PUT_OFF = (SHAPES, "torch.export")
"""What a plain import of torch loads and training never asks for; each comes as soon as something does."""
TRACING = (
    "torch._decomp",
    "torch._dynamo",
    "torch._inductor",
    "torch._prims",
    "torch._refs",
    "torch.utils._content_store",
)
"""What needs the shapes to be there before it; a plain import of torch has most of it with them."""
_loading: list[threading.Thread] = []


class LeanFinder:
    """Has torch imported without what is put off, by whomever, and the shapes before whatever traces."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of torch with a loader that puts the shapes off; None for all else, which others find."""
        if fullname in TRACING:
            import_the_rest_of_torch()
        wait_for_the_linker(fullname, path)
        if fullname != "torch":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = cast(Any, LeanLoader(spec.loader))
        return spec


class LeanLoader:
    """Does what another loader does, with what is not asked for put off."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the other does."""
        made: ModuleType | None = self._whole.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """As the other does, once the library that was begun is there."""
        wait_for_torch()
        with nothing_looked_for(), ExitStack() as put:
            for name in PUT_OFF:
                put.enter_context(put_off(name))
            self._whole.exec_module(module)
        let_generators_be_made(module)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._whole, name)


def keep_torch_lean() -> None:
    """Have torch imported without what only tracing asks for from now on, in this process."""
    if not any(isinstance(each, LeanFinder) for each in sys.meta_path):
        sys.meta_path.insert(0, LeanFinder())


def import_the_rest_of_torch() -> None:
    """Import what was put off, where this torch has it."""
    if SHAPES in sys.modules:
        # or is about to be, by another thread
        importlib.import_module(SHAPES)
    elif importlib.util.find_spec(SHAPES) is not None:
        with nothing_looked_for():
            importlib.import_module(SHAPES)


def let_generators_be_made(torch: ModuleType) -> None:
    """Give torch's generators the kind of class that torch 2.13 gives them with the shapes, and refuses to do without.

    Where a later torch does this in another way, all of it is imported, and nothing is changed but the time.
    """
    try:
        torch.Generator()
        return
    except RuntimeError:
        pass
    try:
        kind = importlib.import_module("torch._opaque_base").OpaqueBaseMeta
        torch._C._set_generator_metaclass(kind)
        torch.Generator()
    except (ImportError, AttributeError, RuntimeError, TypeError):
        import_the_rest_of_torch()


def begin_loading_torch() -> None:
    """Load torch's largest library in a thread: a fifth of the time of its import, for which nobody waits.

    Best begun before what imports modules of Python alone, or works: the system's linker loads one library at a time,
    and whoever imports a compiled module meanwhile waits until this one is there.
    """
    if _loading or "torch" in sys.modules:
        return
    load = library_call()
    if load is not None:
        # a thread that imports nothing: others wait for it while they hold the locks of modules
        thread = threading.Thread(target=load, name="torch's library")
        thread.start()
        _loading.append(thread)


def library_call() -> Callable[[], object] | None:
    """A call that loads torch's largest library and lets other threads run, as importing does not; None without one."""
    found = importlib.util.find_spec("torch")
    if not sys.platform.startswith("linux") or found is None or not found.submodule_search_locations:
        return None
    # loaded after the window is painted
    import ctypes

    library = Path(found.submodule_search_locations[0]) / "lib" / "libtorch_cpu.so"
    loader = ctypes.CDLL(None)
    if not library.exists() or not hasattr(loader, "dlopen"):
        return None
    loader.dlopen.restype = ctypes.c_void_p
    loader.dlopen.argtypes = (ctypes.c_char_p, ctypes.c_int)
    # local, as it is where torch loads it
    return partial(loader.dlopen, os.fsencode(library), os.RTLD_NOW | os.RTLD_LOCAL)


def wait_for_torch() -> None:
    """Wait until the library that was begun is there, and let others run meanwhile."""
    for thread in _loading:
        thread.join()


def wait_for_the_linker(fullname: str, path: Sequence[str] | None) -> None:
    """Wait before a compiled module is loaded while torch's library is: Python would wait with its lock in its hand.

    The system's linker has a lock too, and holds it while a library is loaded and gets ready, here for 0.2 s: whoever
    asked it for another library would stop every thread for as long, the window's among them.
    """
    if any(thread.is_alive() for thread in _loading):
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and isinstance(spec.loader, ExtensionFileLoader):
            wait_for_torch()
