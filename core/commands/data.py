"""Read a source and say what is in it: sizes, what was not kept, and what a split of it can hide."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import text
from core.commands.arguments import add_json, add_store
from core.commands.console import Console
from core.errors import SplitError

if TYPE_CHECKING:
    from core.data.rejects import Rejects
    from core.data.summary import Spread, Summary
    from core.splits.finding import Finding
    from core.splits.loaded import Loaded
    from core.splits.split import Split

SPLIT = "leave-last-out"
"""The split that the doctor looks at: the default of `train`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``data``."""
    parser.add_argument("source", metavar="SOURCE", help="file, folder or archive of interactions, or sample")
    parser.add_argument("--format", metavar="F", default="", help="see `rankscope list formats` (found by content)")
    parser.add_argument(
        "--columns", metavar="user=A,item=B,time=C,rating=D", default="", help="which column is what (found by names)"
    )
    parser.add_argument("--items", metavar="FILE|none", default="", help="titles, genres or other columns of the items")
    parser.add_argument("--rejects", metavar="FILE", type=Path, help="write all rows that were not kept as CSV")
    parser.add_argument("--strict", action="store_true", help="a row that cannot be used is an error")
    add_store(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Read and describe."""
    from core.commands.preparing import load_data, read_by, store_of
    from core.data.plan import DataPlan
    from core.data.sample import SAMPLE, sample_terms
    from core.data.summary import summarise
    from core.durable import replacing
    from core.export.outputs import check_output
    from core.params import plain
    from core.runs.workspace import choose_workspace, is_named
    from core.splits.loaded import dropped_rows, rejected_rows

    plan = DataPlan(source=arguments.source, format=arguments.format, columns=arguments.columns, items=arguments.items)
    if arguments.rejects:
        check_output(arguments.rejects, read_by(plan))
    store = store_of(
        choose_workspace(arguments.workspace), is_named(arguments.workspace), wanted=not arguments.no_store
    )
    loaded = load_data(plan, console, arguments.strict, store)
    data, rejects = loaded.cleaned.interactions, loaded.rejects["source"]
    if arguments.rejects:
        with replacing(arguments.rejects) as path:
            rejects.export(path)
    summary = summarise(data)
    split, refusal = divided(loaded)
    findings = examined(split)
    terms = sample_terms() if arguments.source == SAMPLE else ""
    for reject in rejects.first:
        console.emit("reject", dataclasses.asdict(reject))
    for finding in findings:
        console.emit("finding", dataclasses.asdict(finding))
    console.emit(
        "result",
        {
            "source": arguments.source,
            **{name: data.source.get(name) for name in ("name", "format", "sha256", "columns")},
            "users": summary.users,
            "items": summary.items,
            "interactions": summary.interactions,
            "rejected": rejected_rows(loaded),
            "reasons": dict(rejects.counts),
            "dropped": dropped_rows(loaded),
            "noted": {name: report.noted for name, report in loaded.reports.items() if report.noted},
            "notes": list(loaded.notes),
            "summary": summary.plain(),
            "split": sizes(split, refusal),
            "plan": plain(plan),
            "terms": terms,
        },
    )
    tell(console, loaded, summary)
    tell_rejects(console, rejects, arguments.rejects)
    tell_findings(console, split, refusal, findings)
    if terms:
        console.heading("Terms of the sample")
        console.say(terms.strip())
    return 0


def divided(loaded: Loaded) -> tuple[Split | None, str]:
    """The default split of the data, or why there is none."""
    from core.splits import SPLITS
    from core.splits.prepare import divide_loaded

    try:
        return divide_loaded(loaded, SPLIT, SPLITS[SPLIT].settings()), ""
    except SplitError as error:
        return None, error.sentence()


def examined(split: Split | None) -> tuple[Finding, ...]:
    """What the doctor finds."""
    from core.splits.doctor import examine

    return () if split is None else examine(split)


def sizes(split: Split | None, refusal: str) -> dict[str, Any]:
    """The split as plain values."""
    if split is None:
        return {"kind": SPLIT, "refused": refusal}
    parts = {"train": len(split.train), "validation": len(split.validation), "test": len(split.test)}
    return {"kind": split.kind, **parts, "counts": split.counts}


def tell(console: Console, loaded: Loaded, summary: Summary) -> None:
    """What is in the data, for people."""
    from core.splits.loaded import dropped_rows

    data = loaded.cleaned.interactions
    console.heading(str(data.source.get("name", "data")))
    span = (
        f"{summary.first[:10]} to {summary.last[:10]}" if summary.first else "no times: the order of the file is taken"
    )
    console.facts(
        [
            ("Users", f"{summary.users:,}, {spread_in_words(summary.activity)}"),
            ("Items", f"{summary.items:,}, {spread_in_words(summary.popularity)}"),
            ("Interactions", f"{summary.interactions:,}, {text.number(100 * summary.density)} % of all pairs"),
            ("Time", span),
            ("Ratings", ratings_in_words(summary)),
            ("Left out", ", ".join(f"{reason} {amount:,}" for reason, amount in dropped_rows(loaded).items())),
        ]
    )
    console.heading("How it was read")
    for note in loaded.notes:
        for line in text.wrapped(note, "  "):
            console.say(line)


def spread_in_words(spread: Spread) -> str:
    """Least, median and most."""
    return f"{spread.least:,} to {spread.most:,} interactions each, half have {text.short(spread.median)} or fewer"


def ratings_in_words(summary: Summary) -> str:
    """Range of the ratings, or that there are none."""
    if summary.rating_range is None:
        return ""
    least, mean, most = map(text.short, summary.rating_range)
    noun = "" if summary.weights == "rating" else "counts, "
    return f"{noun}{least} to {most}, {mean} on average"


def tell_rejects(console: Console, rejects: Rejects, written: Path | None) -> None:
    """Rows that were not kept, the first of them shown."""
    if not rejects.total:
        return
    console.heading(rejects.summary())
    rows = [(f"{each.line:,}", each.column, each.reason, each.value) for each in rejects.first]
    console.table(("line", "column", "reason", "value"), rows, right=(0,))
    console.say(f"  all of them: {written}" if written else "  --rejects FILE writes all of them")


def tell_findings(console: Console, split: Split | None, refusal: str, findings: tuple[Finding, ...]) -> None:
    """What the default split would hide."""
    from core.commands.preparing import share_in_words, split_in_words

    console.heading(f"Split {split_in_words(split)}" if split is not None else f"Split {SPLIT}: {refusal}")
    for finding in findings:
        mark = "!" if finding.severity == "warning" else "·"
        console.say(f"  {mark} {finding.title}: {share_in_words(finding)}")
        for line in text.wrapped(finding.meaning, "    "):
            console.say(line)
