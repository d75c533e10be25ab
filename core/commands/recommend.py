"""Print or write the best items of users, of all users, or for a history given by hand."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import text
from core.commands.arguments import add_json, whole_number
from core.commands.console import Console
from core.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.data.vocabulary import Vocabulary
    from core.models.base import RankingModel
    from core.ranking import TopItems
    from core.runs.opening import Run

REASONS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``recommend``."""
    parser.add_argument("run", metavar="RUN", help="path or id of a run")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="ID", nargs="+", action="extend", help="users of the run")
    who.add_argument("--history", metavar="ID,ID,...", help="items that an unknown user met, oldest first")
    who.add_argument("--all", action="store_true", help="all users of the run")
    parser.add_argument("--k", metavar="N", type=whole_number, default=10, help="items for each user (10)")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="write a .csv, .parquet, .jsonl or .run file, replacing it"
    )
    parser.add_argument("--exclude", metavar="ID", nargs="+", action="extend", default=[], help="items nobody is given")
    parser.add_argument("--why", action="store_true", help="the items of the history that speak for each one")
    parser.add_argument(
        "--raw", action="store_true", help="write CSV texts as they are, even ones a spreadsheet would run"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Rank and print, or write a file."""
    from core.commands.finding import named_run, ready_model

    if arguments.why and arguments.out:
        raise UsageError(
            "usage.why-and-out", "reasons are printed, not written", "--why", remedy="Leave out --why or --out"
        )
    if arguments.out:
        from core.export.exporting import check_folder

        check_folder(arguments.out)
    opened = named_run(arguments, arguments.run)
    if arguments.out:
        from core.export.outputs import check_output, check_outside

        check_output(arguments.out)
        check_outside(arguments.out, opened.folder.path)
    model = ready_model(console, opened)
    if arguments.why:
        _check_reasons(model)
    asked = by_history(opened, arguments) if arguments.history is not None else by_user(opened, arguments)
    if arguments.out:
        return write(console, opened, arguments, asked)
    users = items = 0
    for block in asked.blocks:
        for at in range(len(block.users)):
            users += 1
            items += tell(console, opened, asked, block, at, arguments.why)
    console.emit("result", {"run": opened.name, "users": users, "items": items, "k": arguments.k})
    return 0


def _check_reasons(model: RankingModel) -> None:
    """Before a line is printed: a model without item vectors has no reasons to tell."""
    from core.insight.similar import item_vectors

    try:
        item_vectors(model)
    except UsageError as error:
        raise UsageError(error.code, error.what, "--why", why=error.why, remedy="Leave out --why") from None


class Asked:
    """Who is asked for: blocks of lists, and what the users are called.

    Attributes:
        names: ids of the users by the rows that ``blocks`` have.
        history: item rows of a history given by hand; None for users of the run.
    """

    def __init__(
        self, blocks: Iterator[TopItems], names: Vocabulary, history: npt.NDArray[np.int32] | None = None
    ) -> None:
        self.blocks, self.names, self.history = blocks, names, history


def by_user(run: Run, arguments: argparse.Namespace) -> Asked:
    """Users of the run, named or all."""
    import numpy as np

    from core.commands.finding import rows_of
    from core.models.scorer import scorer_for
    from core.protocols import hidden_when_recommending
    from core.ranking import top_items_in_blocks
    from core.scoring import known_before

    data = run.interactions
    if arguments.all:
        rows = np.arange(len(data.users), dtype=np.int32)
    else:
        rows = rows_of(data.users, arguments.user, "user", "--user")
    blocks = top_items_in_blocks(
        scorer_for(run.model),
        rows,
        known_before(run.split, "next"),
        hidden_when_recommending(run.split),
        arguments.k,
        excluded=rows_of(data.items, arguments.exclude, "item", "--exclude"),
        threads=run.plan.training.threads,
    )
    return Asked(blocks, data.users)


def by_history(run: Run, arguments: argparse.Namespace) -> Asked:
    """An unknown user with a history given by hand."""
    import numpy as np

    from core.commands.finding import rows_of, split_ids
    from core.data.interactions import distinct_pairs
    from core.data.vocabulary import Vocabulary
    from core.insight.unknown import history_scores
    from core.ranking import best_items
    from core.scoring import not_a_number

    items = run.interactions.items
    history = rows_of(items, split_ids(arguments.history), "item", "--history")
    loss = run.plan.loss
    scores = history_scores(
        run.model,
        history,
        l2=run.plan.optimiser.l2,
        temperature=loss.settings.temperature if loss is not None and loss.name == "softmax" else None,
    )
    seen = history if run.split.hide_seen else history[:0]
    hidden = distinct_pairs(np.zeros(len(seen), np.int32), seen, 1, len(items))
    excluded = rows_of(items, arguments.exclude, "item", "--exclude")
    rows = np.zeros(1, np.int32)
    found = best_items(scores[None, :], hidden, rows, min(arguments.k, len(items)), excluded=excluded)
    if found.broken >= 0:
        raise not_a_number("with this history")
    return Asked(iter([found]), Vocabulary(["history"]), history)


def tell(console: Console, run: Run, asked: Asked, block: TopItems, at: int, why: bool) -> int:
    """Print the list of one user; gives its length."""
    data = run.interactions
    user = asked.names.id(int(block.users[at]))
    console.heading(heading(run, asked, int(block.users[at])))
    rows: list[tuple[str, ...]] = []
    told: list[str] = []
    for rank in range(int(block.lengths[at])):
        item, score = int(block.items[at, rank]), float(block.scores[at, rank])
        title, name = data.catalogue.title(item), data.items.id(item)
        speaking = because(run, asked, int(block.users[at]), item) if why else []
        values: dict[str, Any] = {"user": user, "rank": rank + 1, "item": name, "title": title, "score": score}
        console.emit("item", values | ({"why": speaking} if why else {}))
        spoken = ", ".join(f"{each['title'] or each['item']} {percent(each['share'])}" for each in speaking)
        told.append(f"because of {spoken}" if spoken else "nothing in the history speaks for it" if why else "")
        rows.append((f"{rank + 1}", title or name, name if title else "", text.number(score)))
    for line, reasons in zip(text.columns(("",) * 4, rows, right=(0,)), told, strict=True):
        console.say(f"  {line}")
        for reason in text.wrapped(reasons, " " * 8):
            console.say(reason)
    if not rows:
        console.say("  nothing is left to recommend: every item is met or excluded")
    return len(rows)


def percent(share: float) -> str:
    """A share of a whole."""
    return f"{text.short(100 * share)} %"


def heading(run: Run, asked: Asked, row: int) -> str:
    """Whose list it is."""
    if asked.history is not None:
        return f"For a history of {text.count(len(asked.history), 'item')}"
    known = sum(len(part.items_of(row)) for part in (run.split.train, run.split.validation, run.split.test))
    return f"User {text.harmless(asked.names.id(row))}, {text.count(known, 'known interaction')}"


def because(run: Run, asked: Asked, row: int, item: int) -> list[dict[str, Any]]:
    """The items of the history that speak most for one item."""
    import numpy as np

    from core.insight.why import reasons
    from core.scoring import Histories, known_before

    history, user, weights = asked.history, -1, None
    if history is None:
        known = Histories(known_before(run.split, "next"), np.array([row], np.int32))
        history, user, weights = known.items, row, known.weights
    data = run.interactions
    return [
        {"item": data.items.id(each.item), "title": data.catalogue.title(each.item), "share": each.share}
        for each in reasons(run.model, user, item, history, REASONS, weights)
    ]


def write(console: Console, run: Run, arguments: argparse.Namespace, asked: Asked) -> int:
    """Write all lists to a file, a block at a time."""
    from core.commands.progress import WorkProgress
    from core.export.recommendations import Written, writing_recommendations

    data = run.interactions
    total = len(data.users) if arguments.all else len(arguments.user or ["history"])
    written = Written(0, 0)
    with WorkProgress(console, "writing", unit="users", scale=1) as progress:
        for written in writing_recommendations(
            arguments.out, asked.blocks, asked.names, data.items, data.catalogue, raw=arguments.raw
        ):
            progress(written.users, total)
    users, rows = written
    console.emit(
        "result", {"run": run.name, "users": users, "items": rows, "k": arguments.k, "out": str(arguments.out)}
    )
    console.say(f"{text.count(rows, 'item')} for {text.count(users, 'user')} in {arguments.out}")
    return 0
