"""``python -m core.compiling``: compile all kernels, behind everything else that runs, and print how far it is."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from core.compiling import WARM
from core.compiling.place import find_place
from core.garbage import collect_seldom

NICE = 5
"""The window goes before; but somebody may be waiting for this."""


def main() -> int:
    """Go through the table; a line ``done total`` before each entry and after the last.

    Returns:
        0; 1 where an entry failed, told on stderr: the others are compiled nevertheless.
    """
    if hasattr(os, "nice"):
        os.nice(NICE)
    collect_seldom()
    # what is made up is no run and no data of the user: it must not lie where those do
    os.environ["RANKSCOPE_KEEP_GB"] = "0"
    failed = []
    for done, (key, entry) in enumerate(WARM.items()):
        print(done, len(WARM), flush=True)
        with tempfile.TemporaryDirectory(prefix="rankscope-") as folder:
            try:
                entry.run(Path(folder))
            except Exception as error:
                # one kernel less that is ready beforehand is no reason to leave out the others
                failed.append(key)
                print(f"{key}: {type(error).__name__}: {error}", file=sys.stderr)
    if not failed:
        with contextlib.suppress(OSError):
            find_place().complete_now()
    print(len(WARM), len(WARM), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
