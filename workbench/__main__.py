"""The script ``rankscope``: no command opens the window, ``bench gui`` measures it, all others go to the engine."""

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
    if words[:2] == ["bench", "gui"]:
        return measure_window(words[2:])
    if words[:1] == ["prove"] and {"monkey", "soak"} & set(words):
        return prove_window(words[1:])
    from core.commands import main as command_main

    return command_main(words)


def asks_for_window(words: Sequence[str]) -> bool:
    """No command and no question: at most a workspace is named."""
    return not words or (words[0].startswith("--workspace") and len(words) == (1 if "=" in words[0] else 2))


def measure_window(words: Sequence[str]) -> int:
    """Measure the window, or say in one sentence why there is none."""
    from workbench.benching.command import main as bench_main
    from workbench.benching.command import without_display

    without_display()
    reason = "" if {"-h", "--help"} & set(words) else _obstacle()
    return bench_main(words) if not reason else 1


def prove_window(words: Sequence[str]) -> int:
    """Prove something of the window; usage errors are told as those of all commands."""
    from core.commands import told_as_exit_code
    from workbench.proving.command import main as prove_main

    return told_as_exit_code(lambda: prove_main(words))


def _obstacle() -> str:
    """Why no window can be shown, told; an empty text when one can."""
    from workbench.display import obstacle

    reason = obstacle()
    if reason:
        print(f"rankscope: {reason}", file=sys.stderr)
    return reason


def open_window(words: Sequence[str]) -> int:
    """Open the window, or say in one sentence why there is none."""
    from core.garbage import collect_seldom

    collect_seldom()
    from workbench.sittings import sitting_begun

    sitting = sitting_begun()
    # this loads Qt
    if _obstacle():
        sitting.end()
        return 1
    from workbench.app import run_app

    return run_app(words, sitting)


if __name__ == "__main__":
    sys.exit(main())
