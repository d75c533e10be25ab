"""A device that stops answering, or memory that runs short, wherever that is noticed: the run ends and is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from torch.utils._python_dispatch import TorchDispatchMode

from core.proving.ending import differences, ending
from core.proving.material import made_plan, made_split, recording
from core.runs.opening import open_run
from core.runs.resuming import resume
from core.training.events import RunCompleted, RunFailed

ASSERTED = "CUDA error: device-side assert triggered\nCUDA kernel errors might be reported at some other call"
SHORT = "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."


class Lost(TorchDispatchMode):
    """From the ``at``-th operation on, or at it alone, a device refuses: on a CUDA device an assert sticks."""

    def __init__(self, at: float, message: str = "", sticks: bool = True) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.at, self.message, self.sticks, self.done = at, message, sticks, 0

    def __torch_dispatch__(
        self, function: Callable[..., Any], types: object, args: tuple[Any, ...] = (), named: Any = None
    ) -> Any:
        self.done += 1
        if self.done == self.at or (self.sticks and self.done > self.at):
            raise RuntimeError(self.message)
        return function(*args, **(named or {}))


def places(total: int, number: int) -> Iterator[int]:
    yield from (round(total * (0.15 + 0.85 * at / number)) for at in range(number))


@pytest.mark.parametrize(("message", "sticks", "code"), [(ASSERTED, True, "device-lost"), (SHORT, False, "memory")])
def test_that_a_run_whose_device_is_lost_anywhere_is_kept_and_gone_on_with(
    tmp_path: Path, message: str, sticks: bool, code: str
) -> None:
    plan, split = made_plan("mlp", "adamw", {"training": {"epochs": 2}}), made_split()
    with Lost(float("inf")) as counted:
        assert isinstance(list(recording(tmp_path / "whole", plan, split))[-1], RunCompleted)
    whole = ending(tmp_path / "whole")
    for at in places(counted.done, 7):
        path = tmp_path / str(at)
        with Lost(at, message, sticks):
            # what a device did wrong may be told when a checkpoint reads its memory, outside of the training
            last = list(recording(path, plan, split))[-1]
        assert isinstance(last, RunFailed)
        assert last.code == f"training.{code}"
        assert open_run(path).record.state == "failed"
        list(resume(path))
        assert differences(whole, ending(path)) == []


def test_that_a_defect_is_not_taken_for_a_lost_device(tmp_path: Path) -> None:
    plan, split = made_plan("mlp", "adamw", {"training": {"epochs": 2}}), made_split()
    with Lost(2000, "an unknown defect"), pytest.raises(RuntimeError, match="unknown defect"):
        list(recording(tmp_path / "run", plan, split))
