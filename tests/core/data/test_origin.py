"""Which files decide what a source gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.origin import find_origins
from core.data.plan import DataPlan
from core.errors import InputError


@pytest.mark.parametrize("role", ["source", "items", "test"])
def test_that_a_path_that_no_system_takes_is_told_in_a_sentence(tmp_path: Path, role: str) -> None:
    views = tmp_path / "views.csv"
    views.write_text("user,item\na,b\n", "utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        find_origins(DataPlan(**{"source": str(views), role: "x" * 10_000}))
