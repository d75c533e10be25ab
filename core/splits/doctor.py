"""What a split can hide: leaks from the future, ties, cold items; reported with their size, never a refusal."""

from __future__ import annotations

from collections.abc import Callable

from core.splits import coverage, leaks
from core.splits.finding import Finding
from core.splits.split import Split

CHECKS: tuple[Callable[[Split], list[Finding]], ...] = (
    leaks.future,
    leaks.own_future,
    leaks.boundary_ties,
    leaks.duplicates,
    coverage.cold_items,
    coverage.cold_users,
    coverage.untested_users,
    coverage.candidate_lists,
    leaks.no_clock,
    leaks.ties,
    coverage.repeats,
    coverage.no_validation,
    coverage.small_test,
    coverage.density,
)


def examine(split: Split) -> tuple[Finding, ...]:
    """All findings, warnings first; linear in the events but for one sort of the training times."""
    found = [finding for check in CHECKS for finding in check(split)]
    return tuple(sorted(found, key=lambda finding: finding.severity != "warning"))
