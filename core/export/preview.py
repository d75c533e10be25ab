"""What each target would write, with sizes that are estimated from the numbers of users, items and factors."""

from __future__ import annotations

from typing import Any, NamedTuple

from core.export.facts import Facts

NUMBER = 4
TEXT_NUMBER = 11
"""Bytes of a float32 and of one in a text."""
ID = 12
"""Bytes of an id with what stands around it, about."""


class Planned(NamedTuple):
    """A file that would be written; ``size`` in bytes is an estimate. The name of a single file is empty."""

    name: str
    size: int


def model_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """Weights, card, id maps, histories and the program that recommends."""
    files = [
        Planned("model.safetensors", facts.numbers * NUMBER + 1000),
        Planned("model.json", 6000),
        Planned("users.json", facts.users * ID),
        Planned("items.json", facts.items * (ID + 30)),
        Planned("recommend.py", 12_000),
    ]
    if options.histories or facts.model == "autorec-item":
        known = (2 * facts.events * NUMBER + 16 * facts.users) if options.histories else 0
        states = facts.items * facts.width * NUMBER if facts.model == "autorec-item" else 0
        files.append(Planned("known.safetensors", known + states + 300))
    return tuple(files)


def onnx_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """One graph."""
    ids = (facts.users + facts.items) * ID if options.ids else 0
    numbers = facts.numbers
    if facts.model == "autorec-item":
        numbers = (facts.users + facts.items) * facts.width
    return (Planned("", numbers * NUMBER + ids + 4000),)


def embedding_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """Vectors of items, users, or both."""
    whose = {"both": ("items", "users"), "items": ("items",), "users": ("users",)}[options.vectors]
    rows = {"items": facts.items, "users": facts.users}
    width = facts.width
    files: list[Planned] = []
    for each in whose:
        if each not in kinds_of_vectors(facts):
            continue
        ids, binary, text = rows[each] * ID, rows[each] * width * NUMBER, rows[each] * width * TEXT_NUMBER
        files += {
            "npy": [Planned(f"{each}.npy", binary + 128), Planned(f"{each}.json", ids)],
            "parquet": [Planned(f"{each}.parquet", binary + ids)],
            "word2vec": [Planned(f"{each}.txt", text + ids)],
            "projector": [Planned(f"{each}.tsv", text), Planned(f"{each}-metadata.tsv", 2 * ids)],
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
    return (Planned("", facts.users * min(options.k, max(facts.items, 1)) * 48),)


def metric_files(facts: Facts, options: Any) -> tuple[Planned, ...]:
    """Epochs and users."""
    return (
        Planned(f"epochs.{options.format}", (facts.epochs + 1) * (60 + 10 * facts.metrics)),
        Planned(f"users.{options.format}", 2 * facts.users * (20 + 8 * max(facts.metrics, 1))),
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
    data = facts.events * 8 + (facts.users + facts.items) * ID if options.data else 0
    weights = facts.numbers * NUMBER * (4 if options.state else 1)
    return (Planned("", weights + data + facts.events // 8 + 20_000),)


def bundle_holds(options: Any) -> str:
    """What leaves the computer in a bundle, in one or two sentences."""
    always = "the plan with the name of the source, weights, what was measured, and your name, star and note"
    if options.data:
        return f"It holds {always}; all interactions with the ids of users and items, titles, and ranks user by user."
    return f"It holds {always}. Of the data it holds the hash alone: no interactions, no ids of users or items."
