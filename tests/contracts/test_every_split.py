"""What holds for every split of the table, also for one that is added later."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import numpy.typing as npt
import pytest

from core.data.cleaned import Cleaned
from core.data.interactions import Events
from core.splits import SPLITS
from core.splits.split import Split
from tests.core.splits.making import Row, cleaned, split_of


def rows(seed: int, size: int, start: int) -> list[Row]:
    random = np.random.default_rng(seed)
    users, items = random.integers(0, 30, size), random.integers(0, 40, size)
    return [
        (f"u{u}", f"i{i}", int(t)) for u, i, t in zip(users, items, random.integers(0, 500, size) + start, strict=True)
    ]


@pytest.fixture(params=SPLITS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def data(kind: str) -> Cleaned:
    return cleaned(rows(1, 600, 0), test=rows(2, 60, 500) if kind == "predefined" else ())


def parts(split: Split) -> tuple[Events, Events, Events]:
    return split.train, split.validation, split.test


def columns(events: Events) -> list[npt.NDArray[np.generic]]:
    assert events.times is not None
    return [events.users, events.items, events.times]


def test_that_every_event_is_in_one_part(kind: str, data: Cleaned) -> None:
    split = split_of(data, kind)
    assert all(len(part) for part in parts(split))
    together = np.concatenate([np.stack(columns(part)).T for part in parts(split)])
    whole = np.stack(columns(data.interactions.events)).T
    np.testing.assert_array_equal(together[np.lexsort(together.T)], whole[np.lexsort(whole.T)])


def test_that_events_stay_in_the_order_of_user_and_time(kind: str, data: Cleaned) -> None:
    for part in parts(split_of(data, kind)):
        assert part.times is not None
        np.testing.assert_array_equal(np.lexsort((part.times, part.users)), np.arange(len(part)))


def test_that_the_same_seed_gives_the_same_parts(kind: str, data: Cleaned) -> None:
    for one, other in zip(parts(split_of(data, kind, seed=5)), parts(split_of(data, kind, seed=5)), strict=True):
        for left, right in zip(columns(one), columns(other), strict=True):
            np.testing.assert_array_equal(left, right)


def test_that_without_validation_its_events_train_and_the_test_stays(kind: str, data: Cleaned) -> None:
    without, with_it = split_of(data, kind, validation=False), split_of(data, kind)
    assert len(without.validation) == 0
    assert not without.refit
    assert len(without.train) == len(with_it.train) + len(with_it.validation)
    for left, right in zip(columns(without.test), columns(with_it.test), strict=True):
        np.testing.assert_array_equal(left, right)


def test_that_the_table_and_the_data_plan_are_free_of_heavy_imports() -> None:
    code = (
        "import sys, core.splits, core.data.plan; "
        "print([name for name in ('numpy', 'pandas', 'pyarrow', 'numba', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
