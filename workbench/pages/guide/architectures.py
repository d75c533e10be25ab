"""What each model is made of, as a diagram with its real sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from workbench.pages.guide.diagram import Diagram, Node

USER, ITEM, JOINED = 0, 1, 2


@dataclass(frozen=True)
class Sizes:
    """What the sizes of a diagram follow from.

    Attributes:
        settings: the model's own settings.
        users, items: numbers as text; letters where they are not known.
    """

    settings: Any
    users: str = "m"
    items: str = "n"


def diagram_of(key: str, sizes: Sizes) -> Diagram:
    """The diagram of a model of the MODELS table."""
    return ARCHITECTURES[key](sizes)


def _score(row: float, text: str, help: str, column: float = 6.0) -> Node:
    return Node("score", "score", text, row, column, 5, help=help)


def _popularity(sizes: Sizes) -> Diagram:
    nodes = (
        Node(
            "counts", "bars", "training events of each item", 1.0, 6, 9, f"{sizes.items} items", ITEM, span=1.9,
            help="Items by how often they occur in the training part; repeats of a user count too.",
        ),
        Node("pick", "sign", "i", 2.6, 6, help="The item that is asked about; the user plays no part."),
        _score(3.6, "s = count of i", "The same for all users; what a user met is left out of the list."),
    )  # fmt: skip
    return Diagram(nodes, (("counts", "pick"), ("pick", "score")), 4.2)


def _random(sizes: Sizes) -> Diagram:
    nodes = (
        Node("user", "vector", "user u", 0.6, 2.5, 3, f"of {sizes.users}", USER, 1, help="The row of the user."),
        Node("seed", "vector", "seed", 0.6, 6, 2, "", JOINED, 1, help="The seed of the run."),
        Node("item", "vector", "item i", 0.6, 9.5, 3, f"of {sizes.items}", ITEM, 1, help="The row of the item."),
        Node("hash", "layer", "hash", 2.0, 6, 5, help="Bits that look like chance and are always the same."),
        _score(3.2, "s(u, i)", "A number between 0 and 1; nothing is learned and nothing is stored."),
    )
    return Diagram(nodes, (("user", "hash"), ("seed", "hash"), ("item", "hash"), ("hash", "score")), 4.0)


def _tables(
    names: tuple[str, str], vectors: tuple[str, str], factors: int, sizes: Sizes, at: float = 0.0
) -> list[Node]:
    """Two embedding tables and the rows that are taken out of them."""
    k = f"{factors}"
    return [
        Node("P", "table", names[0], 0.65 + at, 3, 4, f"{sizes.users} × {k}", USER,
             help=f"A row of {k} numbers for each user; the row of u is taken out."),
        Node("Q", "table", names[1], 0.65 + at, 9, 4, f"{sizes.items} × {k}", ITEM,
             help=f"A row of {k} numbers for each item; the row of i is taken out."),
        Node("p", "vector", vectors[0], 1.85 + at, 3, 4, k, USER, factors, help="The user's factors."),
        Node("q", "vector", vectors[1], 1.85 + at, 9, 4, k, ITEM, factors, help="The item's factors."),
    ]  # fmt: skip


def _mf(sizes: Sizes) -> Diagram:
    settings = sizes.settings
    cosine = settings.similarity == "cosine"
    help = "Both vectors are scaled to length 1, then multiplied and summed." if cosine else "Multiplied and summed."
    nodes = _tables(("users P", "items Q"), ("pᵤ", "qᵢ"), settings.factors, sizes)
    nodes.append(Node("dot", "sign", "cos" if cosine else "·", 3.0, 6, 3, help=help))
    links = [("P", "p"), ("Q", "q"), ("p", "dot"), ("q", "dot"), ("dot", "score")]
    if settings.biases:
        words = "One number for each item: how well it is liked by all. With squared error a user's and the mean too."
        nodes.append(Node("bias", "vector", "bᵢ", 3.0, 10, 1, "1", ITEM, 1, help=words))
        links.append(("bias", "score"))
    nodes.append(_score(4.0, "s(u, i)", "Only its order within a user's list has a meaning."))
    return Diagram(tuple(nodes), tuple(links), 4.6)


def _gmf(sizes: Sizes) -> Diagram:
    k = sizes.settings.factors
    nodes = [
        *_tables(("users P", "items Q"), ("pᵤ", "qᵢ"), k, sizes),
        Node("product", "sign", "⊙", 2.8, 6, help="Number by number; nothing is summed yet."),
        Node("z", "vector", "pᵤ ⊙ qᵢ", 3.6, 6, 4, str(k), JOINED, k, help="One product for each factor."),
        Node("h", "layer", "h", 4.6, 6, 4, f"{k} → 1", help="A learned weight for each product, and a bias."),
        _score(5.5, "s(u, i)", "A logit; no sigmoid is put behind it."),
    ]
    links = (("P", "p"), ("Q", "q"), ("p", "product"), ("q", "product"), ("product", "z"), ("z", "h"), ("h", "score"))
    return Diagram(tuple(nodes), links, 6.1)


def _tower(
    widths: list[int], column: float, first_row: float, step: float, widest: float
) -> tuple[list[Node], list[tuple[str, str]]]:
    """Layers below each other, drawn as wide as they are; each but the last feeds the next."""
    nodes, links = [], []
    for at, (before, after) in enumerate(pairwise(widths)):
        share = max(before / max(widths), 0.62)
        nodes.append(
            Node(f"layer {at}", "layer", "", first_row + at * step, column, widest * share, f"{before} → {after}",
                 help=f"W z + b with ReLU, from {before} numbers to {after}.")
        )  # fmt: skip
        if at:
            links.append((f"layer {at - 1}", f"layer {at}"))
    return nodes, links


def _mlp(sizes: Sizes) -> Diagram:
    settings = sizes.settings
    k, widths = settings.factors, [2 * settings.factors, *settings.tower]
    nodes = [
        *_tables(("users U", "items V"), ("u", "v"), k, sizes),
        Node("joined", "vector", "[u ; v]", 2.9, 6, 8, str(2 * k), JOINED, 2 * k, help="Both laid end to end."),
    ]
    step = min(0.8, 3.2 / max(len(settings.tower), 1))
    layers, links = _tower(widths, 6, 3.9, step, 7)
    last = 3.9 + step * len(layers)
    nodes += [
        *layers,
        Node("h", "layer", "h", last, 6, 4.4, f"{widths[-1]} → 1", help="A weight for each output of the tower."),
        _score(last + 0.85, "s(u, i)", "A logit."),
    ]
    first = layers[0].key if layers else "h"
    end = layers[-1].key if layers else "joined"
    links += [("P", "p"), ("Q", "q"), ("p", "joined"), ("q", "joined"), ("joined", first), ("h", "score")]
    if layers:
        links.append((end, "h"))
    return Diagram(tuple(nodes), tuple(links), last + 1.45)


def _neumf(sizes: Sizes) -> Diagram:
    settings = sizes.settings
    k, widths = settings.factors, [2 * settings.factors, *settings.tower]
    step = min(0.72, 2.9 / max(len(settings.tower), 1))
    layers, links = _tower(widths, 8.9, 3.0, step, 5.2)
    last = max(3.0 + step * len(layers), 4.2)
    joined = k + widths[-1]
    tables = [
        (f"P {half}", f"Q {half}", column, names)
        for half, column, names in (("gmf", 1.6, ("P", "Q")), ("mlp", 7.5, ("U", "V")))
    ]
    nodes, vectors = [], {"gmf": ("pᵤ", "qᵢ"), "mlp": ("u", "v")}
    for user, item, column, names in tables:
        half = user.split()[1]
        what = "GMF" if half == "gmf" else "the MLP"
        for key, name, at, colour, count, whose in (
            (user, names[0], column, USER, sizes.users, "user"),
            (item, names[1], column + 2.9, ITEM, sizes.items, "item"),
        ):
            nodes.append(Node(key, "table", name, 0.6, at, 2.3, f"{count} × {k}", colour,
                              help=f"A row of {k} numbers for each {whose}, for {what} alone."))  # fmt: skip
            mine = vectors[half][0 if colour == USER else 1]
            nodes.append(Node(f"{key} row", "vector", mine, 1.75, at, 2.3, "", colour, k, help=f"The {whose}'s row."))
            links.append((key, f"{key} row"))
    nodes += [
        Node("product", "sign", "⊙", 3.0, 3.05, help="GMF: number by number."),
        Node("z", "vector", "", 3.9, 3.05, 3.6, str(k), JOINED, k, help="One product for each factor."),
        *layers,
        Node("joined", "vector", "[pᵤ ⊙ qᵢ ; φ]", last + 0.15, 6, 6, str(joined), JOINED, joined,
             help="What both halves found, laid end to end."),
        Node("h", "layer", "h", last + 1.1, 6, 4, f"{joined} → 1", help="One linear layer into a logit."),
        _score(last + 1.95, "s(u, i)", "A logit; BPR and cross-entropy are defined on it."),
    ]  # fmt: skip
    first = layers[0].key if layers else "joined"
    links += [(f"{each} gmf row", "product") for each in "PQ"] + [("product", "z"), ("z", "joined")]
    links += [(f"{each} mlp row", first) for each in "PQ"] + [("joined", "h"), ("h", "score")]
    if layers:
        links.append((layers[-1].key, "joined"))
    return Diagram(tuple(nodes), tuple(links), last + 2.5)


def _autorec(sizes: Sizes, by_user: bool) -> Diagram:
    settings = sizes.settings
    width = f"{settings.factors}"
    length = sizes.items if by_user else sizes.users
    whose, entry = ("user u", "item i") if by_user else ("item i", "user u")
    values = "ratings, missing ones 0" if settings.feedback == "ratings" else "1 where observed, else 0"
    nodes = (
        Node("row", "row", f"r: the row of {whose}", 0.5, 6, 11, f"{length}: {values}", USER if by_user else ITEM,
             help="Few entries are known; the rest is what one wants to know."),
        Node("V", "layer", "V, sigmoid", 1.6, 6, 8, f"{length} → {width}", help="The encoder; L2 acts on V."),
        Node("hidden", "vector", "hidden", 2.5, 6, 4, width, JOINED, settings.factors,
             help="All that is kept of the row: it has to make do with this."),
        Node("W", "layer", "W, linear", 3.5, 6, 8, f"{width} → {length}", help="The decoder; L2 acts on W too."),
        Node("out", "row", "h(r): reconstructed", 4.45, 6, 11, f"{length}", JOINED, lines=1,
             help="An answer at every place, also where nothing was observed."),
        _score(5.6, f"entry of {entry}", "Where nothing was observed, this is the score."),
    )  # fmt: skip
    return Diagram(nodes, (("row", "V"), ("V", "hidden"), ("hidden", "W"), ("W", "out"), ("out", "score")), 6.1)


def _caser(sizes: Sizes) -> Diagram:
    settings = sizes.settings
    k, length = settings.factors, settings.window
    horizontal = length * settings.horizontal_filters if settings.use_horizontal else 0
    vertical = settings.vertical_filters * k if settings.use_vertical else 0
    joined = horizontal + vertical or k
    nodes = [
        Node("E", "window", f"last {length} items, E", 1.0, 6, 7, f"{length} × {k}", ITEM, k, length, 1.9,
             ("horizontal",) * bool(horizontal) + ("vertical",) * bool(vertical),
             f"The rows of the last {length} items in the input table E ({sizes.items} items and the padding). "
             "A horizontal filter covers rows, a vertical one a column."),
    ]  # fmt: skip
    links: list[tuple[str, str]] = []
    if horizontal:
        nodes += _horizontal(length, settings.horizontal_filters)
        links += [("E", "horizontal"), ("horizontal", "pool"), ("pool", "joined")]
    if vertical:
        size = f"{settings.vertical_filters} × {length} lags → {vertical}"
        words = f"Each is a weight for each of the {length} lags, the same for all {k} factors."
        nodes.append(Node("vertical", "filters", "vertical", 2.75, 9.4, 4.4, size, JOINED, 1, length, help=words))
        links += [("E", "vertical"), ("vertical", "joined")]
    nodes += [
        Node("joined", "vector", "", 4.55, 6, 8, str(joined), JOINED, joined,
             help=f"All outputs end to end; while training a share of {settings.dropout:g} is dropped."),
        Node("fc", "layer", "fully connected", 5.35, 6, 7.4, f"{joined} → {k}", help="Makes z of them, with ReLU."),
    ]  # fmt: skip
    links += [*([] if links else [("E", "joined")]), ("joined", "fc"), ("fc", "z"), ("z", "V"), ("V", "score")]
    return Diagram((*nodes, *_caser_end(sizes)), (*links, *([("user", "V")] if settings.use_user else [])), 8.7)


def _horizontal(length: int, filters: int) -> list[Node]:
    """Filters of every height, and the pooling of each."""
    return [
        Node("horizontal", "filters", "horizontal", 2.75, 2.6, 4.4, f"{filters} for each height 1…{length}",
             USER, length, length,
             help=f"A filter of height h sees h items in a row, at {length} − h + 1 places, with ReLU."),
        Node("pool", "layer", f"max-pool → {length * filters}", 3.75, 2.7, 5, "", USER,
             help="Of each filter only its strongest place is kept: that it was seen, not where."),
    ]  # fmt: skip


def _caser_end(sizes: Sizes) -> list[Node]:
    """What is wanted now, beside the user's lasting taste, meets the output table."""
    settings, k = sizes.settings, sizes.settings.factors
    with_user = settings.use_user
    nodes = [
        Node("z", "vector", "z", 6.2, 3.6 if with_user else 6, 3.4, str(k), JOINED, k, help="What is wanted now."),
        Node("V", "layer", "vᵢ · [z ; pᵤ] + bᵢ" if with_user else "vᵢ · z + bᵢ", 7.3, 6, 9,
             f"{sizes.items} × {k * (1 + with_user)}", ITEM,
             help="The output table V, apart from E: a row for each item, and a bias."),
        _score(8.2, "s(u, t, i)", "The score of item i after this window."),
    ]  # fmt: skip
    if with_user:
        words = "What the user always liked; an unknown user gets the mean of all."
        size = f"{k}, of {sizes.users} users"
        nodes.append(Node("user", "vector", "pᵤ", 6.2, 8.6, 3.4, size, USER, k, help=words))
    return nodes


ARCHITECTURES: dict[str, Callable[[Sizes], Diagram]] = {
    "popularity": _popularity,
    "random": _random,
    "mf": _mf,
    "gmf": _gmf,
    "mlp": _mlp,
    "neumf": _neumf,
    "autorec-user": lambda sizes: _autorec(sizes, True),
    "autorec-item": lambda sizes: _autorec(sizes, False),
    "caser": _caser,
}
