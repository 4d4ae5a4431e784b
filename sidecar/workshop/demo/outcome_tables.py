"""What the demo prints: per query both orders, and at the end what reranking did to all of them.

Side by side where the terminal is wide, the first stage above the new order where it is not.
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

SHOWN = 5
WIDE = 130
"""Columns from which two tables stand side by side with readable titles."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs in the tables; the plain ones for a terminal or a file that is not UTF-8."""

    right: str = "✓"
    up: str = "▲"
    down: str = "▼"
    to: str = "→"
    dot: str = "·"


PLAIN = Marks("*", "+", "-", "->", "-")


def marks(console: Console) -> Marks:
    """The signs that `console` can show."""
    return PLAIN if console.options.ascii_only else Marks()


def outcome_view(outcome: Outcome, console: Console) -> RenderableType:
    """One query: its words, both orders, where the right answers went, the times, the note."""
    signs = marks(console)
    query = outcome.query
    heading = Text(f"{query.collection}: {query.text}", style="bold cyan")
    if not outcome.hits:
        return Group(heading, Text("No document shares a word with the query.\n", style="yellow"))
    tables = (_first_table(outcome, signs), _new_table(outcome, signs))
    if console.width >= WIDE:
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


def _first_table(outcome: Outcome, signs: Marks) -> Table:
    table = _table("BM25's order")
    table.add_column("#", justify="right")
    table.add_column("BM25", justify="right")
    _add_title_columns(table)
    for hit in outcome.first_stage[:SHOWN]:
        row = (str(hit.first_rank), f"{hit.first_score:.2f}")
        table.add_row(*row, *_title_cells(outcome, hit, signs))
    return table


def _new_table(outcome: Outcome, signs: Marks) -> Table:
    table = _table("Reranked")
    for heading in ("#", "was", "", "score", "BM25"):
        table.add_column(heading, justify="right")
    _add_title_columns(table)
    for hit in outcome.hits[:SHOWN]:
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


def _title_cells(outcome: Outcome, hit: Hit, signs: Marks) -> tuple[Text, Text]:
    right = hit.document.id in outcome.query.relevant
    mark = Text(signs.right if right else "", style="bold green")
    body = hit.document.source.get("description") or hit.document.source.get("text") or ""
    title = Text(hit.document.title, style="bold green" if right else "")
    return mark, title.append(f" {signs.dot} {body}", style="not bold dim default")


def _move(hit: Hit, signs: Marks) -> Text:
    if hit.climbed == 0:
        return Text("=", style="dim")
    if hit.climbed > 0:
        return Text(f"{signs.up}{hit.climbed}", style="green")
    return Text(f"{signs.down}{-hit.climbed}", style="red")


def score_text(score: float) -> str:
    """Three decimals; a score that would then read as 0 or 1 is shown as beyond the last one."""
    if 0 < score < 0.0005:
        return "<.001"
    if 0.9995 <= score < 1:
        return ">.999"
    return f"{score:.3f}"


def _answers_line(outcome: Outcome, signs: Marks) -> Text:
    relevant = outcome.query.relevant
    places = [
        f"{hit.first_rank} {signs.to} {hit.rank}"
        for hit in outcome.first_stage
        if hit.document.id in relevant
    ]
    line = Text()
    if not relevant:
        return line
    line.append(f"{signs.right} right answers: ", style="green")
    line.append(", ".join(places) or "none")
    missed = len(relevant) - len(places)
    if missed:
        line.append(f"; not among the {len(outcome.hits)} hits: {missed}")
    return line


def _times_line(outcome: Outcome, signs: Marks) -> Text:
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
    """Over all judged queries: the quality of both orders, and how fast pairs were scored."""
    arrow = marks(console).to
    table = Table(title=f"BM25 {arrow} reranked", title_justify="left", title_style="bold")
    table.add_column("queries")
    for heading in ("nDCG@10", "MRR@10", "first hit is right"):
        table.add_column(heading, justify="right")
    names = list(dict.fromkeys(outcome.query.collection for outcome in outcomes))
    for name in names:
        part = [outcome for outcome in outcomes if outcome.query.collection is name]
        table.add_row(f"{name} ({len(part)})", *_change(part, arrow))
    if len(names) > 1:
        table.add_section()
        table.add_row(f"all ({len(outcomes)})", *_change(outcomes, arrow), style="bold")
    pairs = sum(len(outcome.hits) for outcome in outcomes)
    seconds = sum(outcome.rerank_s for outcome in outcomes)
    speed = (
        f"{pairs} pairs scored in {seconds:.1f} s: {pairs / seconds:.0f} pairs/s,"
        " one request after the other."
    )
    remark = (
        "The collections were written for this demo, with queries where words mislead:"
        " this shows the effect, it is no benchmark."
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
