"""Print the items that a run's model holds to be alike."""

from __future__ import annotations

import argparse

from core.commands.arguments import add_json, whole_number
from core.commands.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``similar``."""
    parser.add_argument("run", metavar="RUN", help="path or id of a run")
    parser.add_argument("--item", metavar="ID", required=True, help="id of the item")
    parser.add_argument("--k", metavar="N", type=whole_number, default=10, help="how many (10)")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the nearest items, one a line."""
    from core import text
    from core.commands.finding import named_run, ready_model, rows_of
    from core.insight.similar import similar_items

    opened = named_run(arguments, arguments.run)
    data = opened.interactions
    row = int(rows_of(data.items, [arguments.item], "item", "--item")[0])
    found = similar_items(ready_model(console, opened), row, arguments.k)
    title = data.catalogue.title(row)
    console.say(f"Nearest to {text.harmless(title or arguments.item)}, by the cosine of the item vectors")
    rows = []
    for rank, near in enumerate(found, 1):
        name, item = data.catalogue.title(near.item), data.items.id(near.item)
        console.emit("item", {"rank": rank, "item": item, "title": name, "similarity": near.similarity})
        rows.append((str(rank), name or item, item if name else "", text.number(near.similarity)))
    console.table(("", "", "", ""), rows, right=(0,))
    items = [data.items.id(near.item) for near in found]
    console.emit("result", {"run": opened.name, "item": arguments.item, "title": title, "items": items})
    return 0
