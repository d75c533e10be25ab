"""What the import dialog says in place of the options that a command line would take."""

from __future__ import annotations

from core.errors import RankscopeError

HERE: tuple[tuple[str, str], ...] = (
    ("encoding=", "Choose the encoding on the left"),
    ("delimiter=", "Choose the delimiter or the format on the left"),
    ("boundary=", "Give the users of the matrix on the left, or none for users by items"),
    ("dates=", "Choose on the left whether dates begin with the day or with the month"),
    ("merge=", "Merge twin ids, under Cleaning, makes them one"),
    ("time=none", "Write them all alike, or choose not used for the time column on the left"),
    ("--test", "Name the test file on the left"),
    ("rating_threshold", "Leave the rating threshold empty, or choose the rating column on the left"),
    ("--columns", "Choose the columns on the left"),
    ("--format", "Choose another format on the left"),
)
"""Part of a remedy that names an option -> what to do in the dialog; the first one holds."""


def in_the_dialog(error: RankscopeError) -> str:
    """The sentence of an error, with the remedy that the dialog offers."""
    remedy = error.remedy
    if "--" in remedy:
        remedy = next((words for part, words in HERE if part in remedy), remedy)
    head = error.what if not error.where or error.where.startswith("--") else f"{error.where}: {error.what}"
    parts = (part for part in (head, error.why, remedy) if part)
    return " ".join(part if part.endswith("?") else part.rstrip(".") + "." for part in parts)
