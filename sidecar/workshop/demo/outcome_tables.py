"""What the demo prints: both orders of each query, and a summary of all queries.

The orders are side by side on a wide terminal, else the first stage is above the reranked order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sidecar.workshop.demo import quality
from sidecar.workshop.demo.outcome import Hit, Outcome
from sidecar.workshop.figure_table import figure_table

SHOWN_HITS = 5
SIDE_BY_SIDE_WIDTH = 130
"""Columns from which two tables fit side by side with readable titles."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs in the tables."""

    right: str = "✓"
    up: str = "▲"
    down: str = "▼"
    to: str = "→"
    dot: str = "·"


ASCII_SIGNS = Signs("*", "+", "-", "->", "-")
"""For a terminal or a file that is not UTF-8."""


def signs_for(console: Console) -> Signs:
    """The signs that `console` can show."""
    return ASCII_SIGNS if console.options.ascii_only else Signs()


def outcome_view(outcome: Outcome, console: Console) -> RenderableType:
    """One query: its text, both orders, the right answers' ranks, the times, the note."""
    signs = signs_for(console)
    query = outcome.query
    heading = Text(f"{query.collection}: {query.text}", style="bold cyan")
    if not outcome.hits:
        return Group(heading, Text("No document shares a word with the query.\n", style="yellow"))
    tables = (_first_table(outcome, signs), _new_table(outcome, signs))
    if console.width >= SIDE_BY_SIDE_WIDTH:
        grid = Table.grid(expand=True, padding=(0, 2))
        grid.add_column(ratio=4)
        grid.add_column(ratio=6)
        grid.add_row(*tables)
        both: RenderableType = grid
    else:
        both = Group(*tables)
    lines = [_answers_line(outcome, signs), _times_line(outcome, signs)]
    if query.note:
        lines.append(Text(f"Why words mislead: {query.note}", style="italic dim"))
    return Group(heading, both, *[Padding(line, (0, 1)) for line in lines if line], Text())


def _first_table(outcome: Outcome, signs: Signs) -> Table:
    table = _table("BM25's order")
    table.add_column("#", justify="right")
    table.add_column("BM25", justify="right")
    _add_title_columns(table)
    for hit in outcome.first_stage[:SHOWN_HITS]:
        row = (str(hit.first_rank), f"{hit.first_score:.2f}")
        table.add_row(*row, *_title_cells(outcome, hit, signs))
    return table


def _new_table(outcome: Outcome, signs: Signs) -> Table:
    table = _table("Reranked")
    for heading in ("#", "was", "", "score", "BM25"):
        table.add_column(heading, justify="right")
    _add_title_columns(table)
    for hit in outcome.hits[:SHOWN_HITS]:
        row = (str(hit.rank), str(hit.first_rank), _move(hit, signs))
        scores = (score_text(hit.score), f"{hit.first_score:.2f}")
        table.add_row(*row, *scores, *_title_cells(outcome, hit, signs))
    return table


def _table(title: str) -> Table:
    return Table(
        title=title, title_justify="left", title_style="bold", box=None, expand=True, padding=(0, 1)
    )


def _add_title_columns(table: Table) -> None:
    table.add_column("", width=1)
    table.add_column("title", ratio=1, no_wrap=True, overflow="ellipsis")


def _title_cells(outcome: Outcome, hit: Hit, signs: Signs) -> tuple[Text, Text]:
    right = hit.document.id in outcome.query.relevant
    mark = Text(signs.right if right else "", style="bold green")
    body = hit.document.source.get("description") or hit.document.source.get("text") or ""
    title = Text(hit.document.title, style="bold green" if right else "")
    return mark, title.append(f" {signs.dot} {body}", style="not bold dim default")


def _move(hit: Hit, signs: Signs) -> Text:
    if hit.climbed == 0:
        return Text("=", style="dim")
    if hit.climbed > 0:
        return Text(f"{signs.up}{hit.climbed}", style="green")
    return Text(f"{signs.down}{-hit.climbed}", style="red")


def score_text(score: float) -> str:
    """Three decimals; a score that would round to 0 or 1 is shown as `<.001` or `>.999`."""
    if 0 < score < 0.0005:
        return "<.001"
    if 0.9995 <= score < 1:
        return ">.999"
    return f"{score:.3f}"


def _answers_line(outcome: Outcome, signs: Signs) -> Text:
    relevant = outcome.query.relevant
    ranks = [
        f"{hit.first_rank} {signs.to} {hit.rank}"
        for hit in outcome.first_stage
        if hit.document.id in relevant
    ]
    line = Text()
    if not relevant:
        return line
    line.append(f"{signs.right} right answers: ", style="green")
    line.append(", ".join(ranks) or "none")
    missed = len(relevant) - len(ranks)
    if missed:
        line.append(f"; not among the {len(outcome.hits)} hits: {missed}")
    return line


def _times_line(outcome: Outcome, signs: Signs) -> Text:
    hits = len(outcome.hits)
    if outcome.model_s is not None:
        text = (
            f"BM25 {_ms(outcome.first_s)} {signs.dot} reranking {hits} hits over HTTP"
            f" {_ms(outcome.rerank_s)}, of which the model {_ms(outcome.model_s)}"
        )
    else:
        text = (
            f"BM25 search {_ms(outcome.first_s)} {signs.dot} search and reranking of {hits} hits"
            f" {_ms(outcome.rerank_s)}"
        )
    return Text(text, style="dim")


def _ms(seconds: float) -> str:
    ms = seconds * 1000
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:.0f} ms"


def summary_view(outcomes: Sequence[Outcome], console: Console) -> RenderableType:
    """All judged queries: the quality of both orders, and how fast pairs were scored."""
    arrow = signs_for(console).to
    columns = ("nDCG@10", "MRR@10", "first hit is right")
    table = figure_table(f"BM25 {arrow} reranked", columns, names="queries")
    names = list(dict.fromkeys(outcome.query.collection for outcome in outcomes))
    for name in names:
        of_collection = [outcome for outcome in outcomes if outcome.query.collection is name]
        table.add_row(f"{name} ({len(of_collection)})", *_change(of_collection, arrow))
    if len(names) > 1:
        table.add_section()
        table.add_row(f"all ({len(outcomes)})", *_change(outcomes, arrow), style="bold")
    pairs = sum(len(outcome.hits) for outcome in outcomes)
    seconds = sum(outcome.rerank_s for outcome in outcomes)
    speed = (
        f"{pairs} pairs scored in {seconds:.1f} s: {pairs / seconds:.0f} pairs/s,"
        " one request at a time."
    )
    remark = (
        "The collections were written for this demo, with queries in which words mislead:"
        " it shows the effect and is no benchmark."
    )
    return Group(
        Rule("Summary", align="left", style="cyan"), table, Text(speed), Text(remark, style="dim")
    )


def _change(outcomes: Sequence[Outcome], arrow: str) -> tuple[str, str, str]:
    old, new = quality.before(outcomes), quality.after(outcomes)
    return (
        f"{old.ndcg:.2f} {arrow} {new.ndcg:.2f}",
        f"{old.mrr:.2f} {arrow} {new.mrr:.2f}",
        f"{old.first_right} {arrow} {new.first_right}",
    )
