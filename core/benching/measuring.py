"""Turns: everybody runs once in each round, so that a machine that slows down slows down for all."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Turn = Callable[[], float]
"""Does the work once and gives how many units it did."""


@dataclass(frozen=True, eq=False)
class Contender:
    """Somebody who takes turns.

    Attributes:
        name: as it is shown, such as ``rankscope, lock-free``.
        ours: part of Rankscope.
        bound: no contender but a limit, such as the bare matrix product; never taken for the best peer.
        headline: the one of ours that the result's ratio is about.
        quality: metrics of what a fresh training ranks, by name; called after the rounds.
    """

    name: str
    turn: Turn
    ours: bool = False
    bound: bool = False
    headline: bool = False
    quality: Callable[[], dict[str, float]] | None = None
    close: Callable[[], None] | None = None


@dataclass(frozen=True, eq=False)
class Bench:
    """Contenders on the same data.

    Attributes:
        about: facts of the data and the sizes, for the report.
        notes: sentences, such as why a peer is missing.
    """

    contenders: tuple[Contender, ...]
    about: dict[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timed:
    """What a contender reached.

    Attributes:
        seconds: one a round.
        units: done in each round.
        processor: seconds of processor time in each round, of all threads and of processes that were waited for; on a
            busy machine they tell what the seconds on the clock do not.
    """

    name: str
    ours: bool
    bound: bool
    headline: bool
    seconds: tuple[float, ...]
    units: float
    quality: dict[str, float] = field(default_factory=dict)
    processor: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        """Seconds of the middle round."""
        return statistics.median(self.seconds)

    @property
    def rate(self) -> float:
        """Units a second in the middle round."""
        return self.units / max(self.median, 1e-9)


@dataclass(frozen=True)
class Ratio:
    """How many times faster ours is than another.

    Attributes:
        median, low, high: of the ratios of seconds a unit, round by round.
    """

    ours: str
    other: str
    median: float
    low: float
    high: float


def take_turns(contenders: Sequence[Contender], rounds: int, warmup: int = 1) -> Iterator[tuple[Timed, ...]]:
    """Run the rounds; yields after each what was reached so far."""
    seconds: list[list[float]] = [[] for _ in contenders]
    processor: list[list[float]] = [[] for _ in contenders]
    units = [0.0] * len(contenders)
    for number in range(-warmup, rounds):
        for at, contender in enumerate(contenders):
            began, busy = time.perf_counter(), processor_seconds()
            units[at] = contender.turn()
            if number >= 0:
                seconds[at].append(time.perf_counter() - began)
                processor[at].append(processor_seconds() - busy)
        if number >= 0:
            yield tuple(
                Timed(
                    each.name,
                    each.ours,
                    each.bound,
                    each.headline,
                    tuple(seconds[at]),
                    units[at],
                    processor=tuple(processor[at]),
                )
                for at, each in enumerate(contenders)
            )


def processor_seconds() -> float:
    """Processor time of this process so far, with that of the processes it has waited for."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def ratio(ours: Timed, other: Timed) -> Ratio:
    """Seconds a unit of the other over ours, paired by round."""
    paired = [
        (theirs / max(other.units, 1e-9)) / max(mine / max(ours.units, 1e-9), 1e-12)
        for mine, theirs in zip(ours.seconds, other.seconds, strict=True)
    ]
    return Ratio(ours.name, other.name, statistics.median(paired), min(paired), max(paired))


def best_peer(timed: Sequence[Timed]) -> Timed | None:
    """The fastest of those that are neither ours nor a bound."""
    peers = [each for each in timed if not each.ours and not each.bound]
    return max(peers, key=lambda each: each.rate, default=None)


def headline(timed: Sequence[Timed]) -> Timed:
    """The one of ours that the result is about."""
    return next((each for each in timed if each.headline), next(each for each in timed if each.ours))


def repeated(turn: Turn, at_least: float = 0.25, asked: int = 0) -> Turn:
    """The turn done so often that it lasts ``at_least`` seconds (measured by one run), or as often as asked."""
    times = asked
    if not times:
        turn()
        began = time.perf_counter()
        turn()
        times = max(1, round(at_least / max(time.perf_counter() - began, 1e-6)))
    return lambda: sum(turn() for _ in range(times))
