"""What differs among runs: their plans as columns, so that any selection of thousands is compared in a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

ABSENT = -1


@dataclass(frozen=True, eq=False)
class PlanTable:
    """Flat plans of runs.

    Attributes:
        codes: by ``section.field`` the place of each run's value in ``values``, ``[runs]``; -1 where it has none.
        values: the distinct values of a field, in the order in which they were met.
    """

    codes: dict[str, npt.NDArray[np.int32]]
    values: dict[str, tuple[Any, ...]]

    def differing(self, rows: npt.NDArray[np.int32] | Sequence[int]) -> list[str]:
        """The fields that have more than one value among some runs.

        A run that has no such field does not make a difference: another model has other settings.
        """
        chosen = np.asarray(rows, np.int64)
        found = []
        for name, codes in self.codes.items():
            here = codes[chosen]
            here = here[here != ABSENT]
            if len(here) and here.min() != here.max():
                found.append(name)
        return found

    def value(self, name: str, row: int) -> Any:
        """The value of a run, None where it has none."""
        code = int(self.codes[name][row])
        return None if code == ABSENT else self.values[name][code]

    def fields(self) -> list[str]:
        """All fields, in the order of the plans."""
        return list(self.codes)


def plan_table(plans: Sequence[Mapping[str, Any]]) -> PlanTable:
    """Columns of flat plans."""
    codes: dict[str, npt.NDArray[np.int32]] = {}
    met: dict[str, dict[str, int]] = {}
    values: dict[str, list[Any]] = {}
    for row, plan in enumerate(plans):
        for name, value in plan.items():
            if name not in codes:
                codes[name] = np.full(len(plans), ABSENT, np.int32)
                met[name], values[name] = {}, []
            # 1 and 1.0 and True are equal as keys, and differ as settings
            key = repr(value)
            code = met[name].get(key)
            if code is None:
                code = met[name][key] = len(values[name])
                values[name].append(value)
            codes[name][row] = code
    return PlanTable(codes, {name: tuple(found) for name, found in values.items()})
