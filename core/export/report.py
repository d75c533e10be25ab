"""A run as one HTML page to send: what data, what model, curves, metrics beside Popularity and Random, the plan."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from core import durable
from core.export.drawing import Bar, Line, bars, curves
from core.export.metrics import logged
from core.export.private import folders_of, plan_values, without_folders
from core.export.request import Request
from core.losses import LOSSES
from core.metrics import find_metric
from core.metrics.verdict import beside_popularity
from core.models import MODELS
from core.runs.opening import Run
from core.training.events import EpochDone, RunEvent, RunStarted

SHOWN = ("hit", "recall", "ndcg", "precision", "map", "mrr", "auc", "rmse", "mae")
"""Metrics in the order of the table."""
DRAWN = ("hit@10", "ndcg@10", "auc", "mrr")
MOST_CURVES = 2
STYLE = """
:root{color-scheme:light dark;--window:#f7f8fa;--surface:#fff;--text:#1b1f24;--muted:#5b6470;--line:#d9dee5;
--a:#0072b2;--b:#d55e00;--base:#5b6470;--chance:#9aa4b0}
@media(prefers-color-scheme:dark){:root{--window:#16191d;--surface:#1e2227;--text:#e6e9ed;--muted:#9aa4b0;
--line:#2e343b;--a:#56b4e9;--b:#e69f00;--base:#9aa4b0;--chance:#6b747e}}
*{box-sizing:border-box}body{margin:0;background:var(--window);color:var(--text);
font:14px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 24px 48px}h1{font-size:24px;margin:0 0 4px;font-weight:600}
h2{font-size:16px;margin:32px 0 8px;font-weight:600}.muted,.legend,caption{color:var(--muted)}
section>p{margin:4px 0}
.cards{display:flex;flex-wrap:wrap;gap:8px;margin:16px 0}.card{flex:1 1 130px}
.card,.plot{background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:8px 14px}
.card b{display:block;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.plots{display:flex;flex-wrap:wrap;gap:8px}.plot{flex:1 1 420px;max-width:100%}
.plot h3{font-size:13px;margin:0 0 4px;font-weight:600}svg{width:100%;height:auto;display:block}
svg text{fill:var(--muted);font-size:11px}.grid{stroke:var(--line)}
polyline{fill:none;stroke-width:1.8}polyline.a{stroke:var(--a)}polyline.b{stroke:var(--b)}
polyline.base{stroke:var(--base);stroke-dasharray:6 4}polyline.chance{stroke:var(--chance);stroke-dasharray:2 4}
circle.a,rect.a{fill:var(--a)}circle.b,rect.b{fill:var(--b)}circle.base,rect.base{fill:var(--base)}
circle.chance,rect.chance{fill:var(--chance)}.whisker{stroke:var(--text);stroke-width:2}
.legend{margin:4px 0 2px;font-size:12px}.legend span{margin-right:16px;white-space:nowrap}
.legend i{display:inline-block;width:14px;height:4px;border-radius:2px;margin-right:6px;vertical-align:middle}
i.a{background:var(--a)}i.b{background:var(--b)}i.base{background:var(--base)}i.chance{background:var(--chance)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;background:var(--surface);border:1px solid var(--line)}
th,td{padding:5px 12px;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--muted);font-size:12px}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}td{overflow-wrap:anywhere}code{font-size:12px}footer{margin-top:40px;font-size:12px}
@media print{body{background:#fff}main{padding:0}.plot,table,.card{break-inside:avoid}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_report(request: Request) -> tuple[str, ...]:
    """Write the page."""
    request.tell("drawing", 0, 1)
    events, notes = logged(request.run)
    page = report(request.run, events)
    with durable.storing(request.place):
        request.place.write_bytes(page.encode("utf-8", "xmlcharrefreplace"))
    request.tell("writing", 1, 1)
    return notes


def report(run: Run, events: Sequence[RunEvent]) -> str:
    """The page as text: no scripts, nothing from a network, every text of the data escaped."""
    model = MODELS[run.plan.model.name].label
    name = data_name(run)
    loss = f" with {LOSSES[run.plan.loss.name].label}" if run.plan.loss is not None else ""
    title = f"{model}{loss} on {name}"
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY, quote=True)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{text(title)}</title><style>{STYLE}</style></head><body><main>"
    )
    parts = [
        head,
        f"<h1>{text(title)}</h1>",
        f'<p class="muted">{text(_state(run))}</p>',
        figures(run),
        plots(run, events),
        measured(run),
        data_section(run),
        plan_section(run),
        made_with(run),
        "</main></body></html>\n",
    ]
    return "".join(parts)


def text(value: object) -> str:
    """Any text as it may stand in the page; control and direction characters are left out."""
    shown = "".join(
        " " if each in "\n\t" else "" if unicodedata.category(each) in ("Cc", "Cf", "Cs") else each
        for each in str(value)
    )
    return escape(shown if len(shown) <= 400 else shown[:399] + "…", quote=True)


def data_name(run: Run) -> str:
    """What the data is called; no folder of anybody's computer."""
    name = str(run.record.data.get("name") or "data")
    return "MovieLens small" if name == "sample" else name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _state(run: Run) -> str:
    ended = {"completed": "Completed", "stopped": "Stopped by hand"}.get(run.record.state, run.record.state)
    return f"{ended} · begun {run.record.created.replace('T', ' ').split('+')[0]} UTC · {run.record.epoch} epochs"


def figures(run: Run) -> str:
    """The numbers that matter, large."""
    data, result = run.record.data, run.result
    metrics = result.get("metrics", {})
    first = [name for name in DRAWN if name in metrics][:3] or list(metrics)[:3]
    cards = [(label_of(name) + sampled(run), number(metrics[name])) for name in first]
    cards += [(each, f"{int(data.get(each, 0)):,}") for each in ("users", "items")]
    cards.append(("interactions", f"{sum(int(data.get(part, 0)) for part in ('train', 'validation', 'test')):,}"))
    return (
        '<div class="cards">'
        + "".join(
            f'<div class="card"><b>{text(value)}</b><span class="muted">{text(name)}</span></div>'
            for name, value in cards
        )
        + "</div>"
    )


def plots(run: Run, events: Sequence[RunEvent]) -> str:
    """Loss, validation curves beside the baselines, and the test metrics with intervals."""
    epochs = [event for event in events if isinstance(event, EpochDone) and event.phase == "train"]
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    loss = Line("training loss", "b", [(each.epoch, each.loss) for each in epochs])
    drawn = [("Loss", curves("Loss by epoch", [loss]))]
    measured_names = [name for name in DRAWN if any(name in each.metrics for each in epochs)]
    measured_names = measured_names or sorted({name for each in epochs for name in each.metrics})
    for name in measured_names[:MOST_CURVES]:
        points = [(each.epoch, each.metrics[name]) for each in epochs if name in each.metrics]
        lines = [Line(MODELS[run.plan.model.name].label, "a", points)]
        for label, role, levels in (
            ("Popularity", "base", started.baseline if started else {}),
            ("Random", "chance", started.random if started else {}),
        ):
            if name in levels:
                lines.append(Line(label, role, [(points[0][0], levels[name]), (points[-1][0], levels[name])]))
        title = f"{label_of(name)} on the validation part"
        drawn.append((title, curves(title, lines)))
    part = str(run.result.get("part") or "test").capitalize()
    drawn.append((f"{part} part{sampled(run)}, each metric on a scale of its own", final_bars(run)))
    shown = [f'<div class="plot"><h3>{text(name)}</h3>{svg}</div>' for name, svg in drawn if svg]
    return f'<section><h2>Curves</h2><div class="plots">{"".join(shown)}</div></section>' if shown else ""


def sampled(run: Run) -> str:
    """What stands beside each figure that was measured among given candidates only."""
    return " (sampled)" if run.result.get("protocol") == "sampled" else ""


def final_bars(run: Run) -> str:
    """Metrics at the end with intervals, Popularity and Random below each."""
    result = run.result
    metrics, intervals = result.get("metrics", {}), result.get("intervals", {})
    beside = [("base", result.get("baseline", {})), ("chance", result.get("random", {}))]
    found = []
    for name in (name for name in DRAWN if name in metrics):
        low, high = intervals.get(name, (None, None))
        others = [(role, float(values[name])) for role, values in beside if name in values]
        found.append(Bar(label_of(name), float(metrics[name]), low, high, others))
    label = MODELS[run.plan.model.name].label
    part = result.get("part") or "test"
    return bars(
        f"Metrics of the {part} part{sampled(run)}", found, [(label, "a"), ("Popularity", "base"), ("Random", "chance")]
    )


def measured(run: Run) -> str:
    """The table of metrics with intervals beside Popularity and Random, and the paired tests."""
    result = run.result
    metrics = result.get("metrics", {})
    if not metrics:
        return ""
    intervals, tested = result.get("intervals", {}), result.get("against_popularity", {})
    if isinstance(tested, list):
        tested = {each["metric"]: each for each in tested if isinstance(each, Mapping) and "metric" in each}
    share = f"{100 * result.get('confidence', 0.95):.0f} % interval"
    label = MODELS[run.plan.model.name].label
    head = ["", label, share, "Popularity", "Random", "Difference to Popularity"]
    rows = []
    for name in ordered(metrics):
        span, pair = intervals.get(name), tested.get(name)
        difference = ""
        if isinstance(pair, Mapping):
            chance = "< 0.001" if pair["p"] < 0.001 else f"{pair['p']:.3f}"
            found, low, high = (f"{pair[each]:+.3g}".replace("-", "−") for each in ("difference", "low", "high"))
            difference = f"{found} ({low} to {high}), p {chance}"
        baseline, random = result.get("baseline", {}).get(name), result.get("random", {}).get(name)
        interval = f"{number(span[0])} – {number(span[1])}" if span else ""
        rows.append([label_of(name), number(metrics[name]), interval, number(baseline), number(random), difference])
    kind = "every item of the catalogue ranked" if result.get("protocol") == "full" else "only given candidates ranked"
    lines = [f"{int(result.get('users', 0)):,} users of the {result.get('part', 'test')} part, {kind}."]
    lines += [f"Left out: {amount:,} users, {reason}." for reason, amount in result.get("excluded", {}).items()]
    verdict = beside_popularity({**result, "model": run.plan.model.name, "against_popularity": tested})
    lines += [f"{verdict}."] if verdict else []
    remarks = without_folders(result.get("notes", []), folders_of(run))
    lines += [str(note).rstrip(".") + "." for note in remarks]
    told = "".join(f'<p class="muted">{text(line)}</p>' for line in lines)
    return f"<section><h2>Metrics</h2>{told}{table(head, rows, numbers=range(1, 6))}</section>"


def ordered(metrics: Mapping[str, Any]) -> list[str]:
    """Metrics in the order of SHOWN, then by length of list; what else there is comes last.

    With one held-out item a user, recall is Hit, and precision and MAP follow from Hit and MRR: they are left out.
    """
    recalls = [name for name in metrics if name.startswith("recall@")]
    several = any(metrics[name] != metrics.get(name.replace("recall", "hit")) for name in recalls)
    told = [name for name in metrics if several or not name.startswith(("recall@", "precision@", "map@"))]

    def place(name: str) -> tuple[int, int, str]:
        key, _, k = name.partition("@")
        return (SHOWN.index(key) if key in SHOWN else len(SHOWN), int(k or 0), name)

    return sorted(told, key=place)


def data_section(run: Run) -> str:
    """What the run was trained on."""
    data, source = run.record.data, run.interactions.source
    rows = [
        ["Source", data_name(run)],
        ["Format", source.get("format", "")],
        ["Parts", ", ".join(f"{part} {int(data.get(part, 0)):,}" for part in ("train", "validation", "test"))],
        ["Split", run.split.kind],
        ["SHA-256 of the parts", data.get("hash", "")],
        ["SHA-256 of the file", source.get("sha256", "")],
    ]
    return f"<section><h2>Data</h2>{table(None, [row for row in rows if row[1]])}</section>"


def plan_section(run: Run) -> str:
    """Every value of the plan; paths are cut down to names."""
    rows = []
    for section, fields in plan_values(run).items():
        for name, value in fields.items():
            if value not in ("", None):
                shown = ", ".join(map(str, value)) if isinstance(value, list) else value
                rows.append([f"{section}.{name}", shown])
    formula = MODELS[run.plan.model.name].formula
    intro = f'<p class="muted">{text(MODELS[run.plan.model.name].help)} <code>{text(formula)}</code></p>'
    return f"<section><h2>Plan</h2>{intro}{table(['field', 'value'], rows)}</section>"


def made_with(run: Run) -> str:
    """Versions and machine."""
    made = ", ".join(f"{name} {version}" for name, version in run.record.versions.items())
    told = f"Run {run.record.id} on {run.record.device}. Made with {made}."
    return f'<footer class="muted">{text(told)}</footer>'


def table(head: Sequence[str] | None, rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()) -> str:
    """Rows as a table; columns in ``numbers`` are aligned on the right."""
    right = set(numbers)

    def cells(row: Sequence[object], tag: str) -> str:
        return "".join(f"<{tag}{' class=n' if at in right else ''}>{text(cell)}</{tag}>" for at, cell in enumerate(row))

    top = f"<thead><tr>{cells(head, 'th')}</tr></thead>" if head else ""
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f'<div class="wide"><table>{top}<tbody>{body}</tbody></table></div>'


def label_of(name: str) -> str:
    """``ndcg@10`` as ``nDCG@10``."""
    metric, k = find_metric(name)
    return f"{metric.label}@{k}" if k else metric.label


def number(value: object) -> str:
    """Three digits that count; empty where there is none."""
    return f"{value:.3g}".replace("-", "−") if isinstance(value, int | float) else ""
