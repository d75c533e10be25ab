"""What each target would write, with sizes that are estimated from numbers, and from the bytes of ids and titles."""

from __future__ import annotations

from typing import Any, NamedTuple

from core.export.facts import Facts

NUMBER = 4
TEXT_NUMBER = 11
"""Bytes of a float32 and of one in a text."""
AROUND = 3
"""Bytes that stand around a text: its quotes and what parts it from the next one."""
ROW = 26
"""Bytes of rank, score and all marks in a row of a list."""


class Planned(NamedTuple):
    """A file that would be written; ``size`` in bytes is an estimate. The name of a single file is empty."""

    name: str
    size: int


def user_ids(facts: Facts) -> int:
    """Bytes of the ids of all users."""
    return texts(facts.users, facts.user_bytes)


def item_ids(facts: Facts) -> int:
    """Bytes of the ids of all items."""
    return texts(facts.items, facts.item_bytes)


def texts(number: int, each: float) -> int:
    """Bytes of texts with what stands around them."""
    return round(number * (each + AROUND))


def model_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """Weights, card, id maps, histories and the program that recommends."""
    files = [
        Planned("model.safetensors", facts.numbers * NUMBER + 1000),
        Planned("model.json", 6000),
        Planned("users.json", user_ids(facts)),
        Planned("items.json", item_ids(facts) + texts(facts.items, facts.title_bytes)),
        Planned("recommend.py", 12_000),
    ]
    if options.histories or facts.model == "autorec-item":
        each = 3 if facts.weighted else 2
        known = (each * facts.events * NUMBER + 16 * facts.users) if options.histories else 0
        states = facts.items * facts.width * NUMBER if facts.model == "autorec-item" else 0
        files.append(Planned("known.safetensors", known + states + 300))
    return tuple(files)


def onnx_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """One graph."""
    ids = user_ids(facts) + item_ids(facts) if options.ids else 0
    numbers = facts.numbers
    if facts.model == "autorec-item":
        numbers = (facts.users + facts.items) * facts.width
    return (Planned("", numbers * NUMBER + ids + 4000),)


def embedding_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """Vectors of items, users, or both."""
    whose = {"both": ("items", "users"), "items": ("items",), "users": ("users",)}[options.vectors]
    rows, width = {"items": facts.items, "users": facts.users}, facts.width
    known = {"items": texts(facts.items, facts.known_bytes), "users": 0}
    files: list[Planned] = []
    for each in whose:
        if each not in kinds_of_vectors(facts):
            continue
        ids = item_ids(facts) if each == "items" else user_ids(facts)
        binary, text = rows[each] * width * NUMBER, rows[each] * width * TEXT_NUMBER
        files += {
            "npy": [Planned(f"{each}.npy", binary + 128), Planned(f"{each}.json", ids + known[each])],
            "parquet": [Planned(f"{each}.parquet", binary + ids + known[each])],
            "word2vec": [Planned(f"{each}.txt", text + ids)],
            "projector": [Planned(f"{each}.tsv", text), Planned(f"{each}-metadata.tsv", ids + known[each])],
        }[options.format]
    if options.format == "projector":
        files.append(Planned("projector_config.pbtxt", 250))
    return tuple(files)


def kinds_of_vectors(facts: Facts) -> tuple[str, ...]:
    """Whose vectors a model has: ``items``, ``users``."""
    if facts.model in ("popularity", "random"):
        return ()
    if facts.model == "autorec-user" or (facts.model == "caser" and not facts.settings.use_user):
        return ("items",)
    return ("items", "users")


def recommendation_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """One list of all lists."""
    row = facts.user_bytes + facts.item_bytes + facts.title_bytes + ROW
    return (Planned("", round(facts.users * min(options.k, max(facts.items, 1)) * row)),)


def metric_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """Epochs and users."""
    return (
        Planned(f"epochs.{options.format}", (facts.epochs + 1) * (60 + 10 * facts.metrics)),
        Planned(f"users.{options.format}", 2 * (user_ids(facts) + facts.users * (8 + 8 * max(facts.metrics, 1)))),
    )


def tensorboard_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """Event files of the model and of what it stands beside."""
    each = (facts.epochs + 1) * (facts.metrics + 2) * 70
    return (
        Planned(f"model/{EVENT_FILE}", each),
        Planned(f"popularity/{EVENT_FILE}", 2 * 70 * facts.metrics),
        Planned(f"random/{EVENT_FILE}", 2 * 70 * facts.metrics),
    )


EVENT_FILE = "events.out.tfevents.0000000001.rankscope"


def report_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """One page."""
    return (Planned("", 24_000 + 60 * facts.epochs),)


def repeat_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """Plan, program, command."""
    return (Planned("plan.toml", 5000), Planned("train.py", 3000), Planned("command.txt", 700))


def bundle_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """One archive."""
    held = user_ids(facts) + item_ids(facts) + texts(facts.items, facts.known_bytes)
    data = facts.events * 8 + held if options.data else 0
    weights = facts.numbers * NUMBER * (4 if options.state else 1)
    return (Planned("", weights + data + facts.events // 8 + 20_000),)


def bundle_holds(options: Any) -> str:
    """What leaves the computer in a bundle, in one or two sentences."""
    always = "the plan with the name of the source, weights, what was measured, and your name, star and note"
    if options.data:
        return f"It holds {always}; all interactions with the ids of users and items, titles, and ranks user by user."
    return f"It holds {always}. Of the data it holds the hash alone: no interactions, no ids of users or items."
