"""The error family: everything a user can mend says what happened, where, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class RankscopeError(Exception):
    """Something that the user can mend.

    Attributes:
        code: stable short name such as ``input.no-interactions``; tests and documents cite it.
        what: what went wrong, one clause, no full stop.
        where: file, line, column, field or step; empty when there is no place.
        why: the cause as far as it is known; empty when it is plain from ``what``.
        remedy: what to do next, one sentence without a full stop.
        retryable: True when the same action can succeed later without a change (disk full, for example).
    """

    code: str
    what: str
    where: str = ""
    why: str = ""
    remedy: str = ""
    retryable: bool = False

    def sentence(self) -> str:
        """All parts as plain text on one line."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        parts = [head, self.why, self.remedy]
        return " ".join(part if part.endswith("?") else part.rstrip(".") + "." for part in parts if part)

    def __str__(self) -> str:
        return self.sentence()


class InputError(RankscopeError):
    """A file, a folder or its content cannot be used as it is."""


class UsageError(RankscopeError):
    """An option, a name or a combination of options cannot be used as it is."""


class SplitError(RankscopeError):
    """The interactions cannot be divided as asked."""


class PlanError(RankscopeError):
    """A value of the plan is out of range or does not fit the others."""


class TrainingError(RankscopeError):
    """Training could not go on."""


class StorageError(RankscopeError):
    """A run or a file could not be written or read back."""


class ModelFileError(RankscopeError):
    """A saved model is damaged, unknown, or belongs to something else."""


class DownloadError(RankscopeError):
    """A data set could not be fetched from where it is published."""


MEMORY_SIGNS = ("DefaultCPUAllocator", "out of memory", "can't allocate memory", "not enough memory")
"""What torch says in a RuntimeError where memory runs short."""


def is_of_memory(error: BaseException) -> bool:
    """Whether memory ran short, on whatever device."""
    return isinstance(error, MemoryError) or any(sign in str(error) for sign in MEMORY_SIGNS)
