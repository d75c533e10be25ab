"""The script ``rankscope``: commands go to the engine's command line, no command opens the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Open the workbench, or run the command that is named.

    Args:
        argv: words after the program's name; those of the process when left out.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if asks_for_window(words):
        return open_window(words)
    from core.commands import main as command_main

    return command_main(words)


def asks_for_window(words: Sequence[str]) -> bool:
    """No command and no question: at most a workspace is named."""
    return not words or (words[0].startswith("--workspace") and len(words) == (1 if "=" in words[0] else 2))


def open_window(words: Sequence[str]) -> int:
    """Open the window, or say in one sentence why there is none."""
    from workbench.display import obstacle

    reason = obstacle()
    if reason:
        print(f"rankscope: {reason}", file=sys.stderr)
        return 1
    from workbench.app import run_app

    return run_app(words)


if __name__ == "__main__":
    sys.exit(main())
