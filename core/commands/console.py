"""Where a command's words go: lines for people or JSON for programs on stdout, warnings on stderr."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from core import text
from core.strict_json import dumps


class Console:
    """Output of one command.

    Args:
        as_json: print JSON lines and nothing for people.
    """

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        for stream in (sys.stdout, sys.stderr):
            # a title that the terminal's encoding lacks is shown with a stand-in, never a reason to fail
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="replace")

    @property
    def out(self) -> TextIO:
        """Standard output."""
        return sys.stdout

    @property
    def terminal(self) -> bool:
        """Somebody is looking: bars and bold letters make sense."""
        return not self.as_json and self.out.isatty()

    def emit(self, event: str, values: Mapping[str, Any]) -> None:
        """A JSON line; nothing where people read."""
        if self.as_json:
            self.out.write(dumps({"event": event, **values}).decode("utf-8") + "\n")
            self.out.flush()

    def say(self, line: str = "") -> None:
        """A line for people; nothing where programs read."""
        if not self.as_json:
            self.out.write(line + "\n")
            # a pipe that somebody follows should see each line when it is said
            self.out.flush()

    def heading(self, line: str) -> None:
        """A title with a blank line above, bold in a terminal."""
        self.say()
        self.say(f"\033[1m{line}\033[0m" if self.terminal else line)

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[Any]],
        right: Sequence[int] = (),
        widest: int = text.WIDEST_CELL,
    ) -> None:
        """Aligned columns; the head is dim in a terminal."""
        lines = text.columns(head, rows, right, widest)
        if any(head) and lines and self.terminal:
            lines[0] = f"\033[2m{lines[0]}\033[0m"
        for line in lines:
            self.say("  " + line)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Named values, one a line, empty ones left out."""
        self.table(("", ""), [pair for pair in pairs if pair[1]], widest=200)

    def remark(self, sentence: str) -> None:
        """Something that a reader of the output has to know, on stderr."""
        self.note(f"note: {sentence.rstrip('.')}.")

    def note(self, line: str) -> None:
        """A line on stderr, for people and programs alike."""
        sys.stderr.write(text.harmless(line) + "\n")
        sys.stderr.flush()
