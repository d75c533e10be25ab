"""A small source whose answer is known: users of two tastes, each with items of their own parity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

ITEMS = 30


def write_tastes(folder: Path, users: int, user_name: Callable[[int], str], item_name: Callable[[int], str]) -> Path:
    """Even items for even users, odd for odd ones: each rates ten of the thirty, one after the other.

    Args:
        user_name, item_name: from a number to a cell of the CSV.
    """
    generator = np.random.default_rng(7)
    lines = ["user,item,rating,time"]
    for user in range(users):
        for position, item in enumerate(generator.permutation(np.arange(user % 2, ITEMS, 2))[:10]):
            moment = 1_400_000_000 + 1000 * position + user
            lines.append(f"{user_name(user)},{item_name(int(item))},{1 + item % 5},{moment}")
    path = folder / "interactions.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
