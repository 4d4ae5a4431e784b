"""An Evaluation on the screen."""

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sidecar.workshop.evaluation.candidates import shortened
from sidecar.workshop.evaluation.changes import QueryChange, ShownHit
from sidecar.workshop.evaluation.depth import enough
from sidecar.workshop.evaluation.outcome import Evaluation, Ranking
from sidecar.workshop.figure_table import figure_table

SHOWN_CHANGES = 2
SHOWN_HITS = 3
TITLE_WIDTH = 58


def print_summary(evaluation: Evaluation, console: Console) -> None:
    """Quality, comparison, depth and cost, and some of the queries that changed."""
    for part in _parts(evaluation):
        console.print(part)


def _parts(evaluation: Evaluation) -> Iterator[RenderableType]:
    judged = sum(map(len, evaluation.grades))
    head = f"{len(evaluation.queries)} queries, {judged:,} judgements; first stage: "
    yield Text(head + evaluation.source)
    yield from _quality(evaluation)
    yield from _comparisons(evaluation)
    reranked = [ranking for ranking in evaluation.rankings if ranking.curve]
    if reranked:
        yield from _depth(evaluation, reranked)
        yield from _cost(evaluation, reranked)
    yield from _changes(evaluation)
    yield from (Text(note, style="dim") for note in evaluation.notes)


def _quality(evaluation: Evaluation) -> Iterator[RenderableType]:
    names = [metric.name for metric in evaluation.metrics]
    columns = [*names, f"judged@{evaluation.cutoff}"]
    if evaluation.rankings[0].bounds is not None:
        columns += ["worst", "best"]
    table = figure_table("", columns, names="order")
    for ranking in evaluation.rankings:
        cells = [f"{ranking.mean(name):.3f}" for name in names]
        cells.append(f"{100 * ranking.judged:.0f} %")
        if ranking.bounds is not None:
            cells += [f"{bound:.3f}" for bound in ranking.bounds]
        table.add_row(escape(ranking.name), *cells)
    yield _title("Quality")
    yield table
    metric = evaluation.metric.name
    perfect = f"{metric} of the same hits in the best order: {evaluation.perfect:.3f}."
    if evaluation.rankings[0].bounds is not None:
        perfect += f" Worst, best: {metric} by what the unjudged documents may be."
    yield _remark(perfect)


def _comparisons(evaluation: Evaluation) -> Iterator[RenderableType]:
    metric = evaluation.metric.name
    columns = (metric, "95 % interval", "p", "won", "tied", "lost", "")
    table = figure_table("", columns, names="order")
    for ranking in evaluation.rankings:
        found = ranking.comparison
        if found is not None:
            table.add_row(
                escape(ranking.name),
                f"{found.change:+.3f}",
                f"{found.low:+.3f} to {found.high:+.3f}",
                p_value(found.p),
                str(found.queries.won),
                str(found.queries.tied),
                str(found.queries.lost),
                found.verdict,
            )
    yield _title(f"Compared with: {evaluation.baseline}")
    yield table
    remark = tests_used(evaluation)
    least = max(
        ranking.comparison.detectable for ranking in evaluation.rankings if ranking.comparison
    )
    if least:
        remark += f". {len(evaluation.queries)} queries show a change of {least:.3f} with a "
        remark += "probability of 80 %"
    yield _remark(f"{remark}.")


def _depth(evaluation: Evaluation, rankings: Sequence[Ranking]) -> Iterator[RenderableType]:
    columns = [escape(ranking.name) for ranking in rankings]
    table = figure_table("", columns, names="hits")
    ends = [enough(ranking.curve) for ranking in rankings]
    by_depth = [{point.depth: point for point in ranking.curve} for ranking in rankings]
    for depth in sorted({depth for points in by_depth for depth in points}):
        cells = []
        for points, end in zip(by_depth, ends, strict=True):
            point = points.get(depth)
            mark = " *" if point is not None and point is end else "  "
            cells.append("" if point is None else f"{point.mean:.3f}{mark}")
        table.add_row(str(depth), *cells)
    yield _title(f"{evaluation.metric.name} by the number of hits that are reranked")
    yield table
    if any(ends):
        yield _remark("* from here on 95 % of the gain or more.")


def _cost(evaluation: Evaluation, rankings: Sequence[Ranking]) -> Iterator[RenderableType]:
    columns = ["median ms", "p95 ms", "pairs/s"]
    priced = evaluation.price_per_hour is not None
    columns += ["1,000 queries cost"] if priced else []
    table = figure_table("", columns, names="order")
    for ranking in rankings:
        cost = ranking.cost
        if cost is not None:
            cells = [f"{cost.median_ms:.0f}", f"{cost.p95_ms:.0f}", f"{cost.pairs_per_second:.0f}"]
            cells += [f"{cost.per_1000_queries:.4g}"] if cost.per_1000_queries is not None else []
            table.add_row(escape(ranking.name), *cells)
    if table.row_count:
        yield _title("Time of reranking, one query at a time")
        yield table


def _changes(evaluation: Evaluation) -> Iterator[RenderableType]:
    for ranking in evaluation.rankings:
        if not ranking.curve or ranking.comparison is None:
            continue
        queries = ranking.comparison.queries
        for word, changes in (("won", queries.wins), ("lost", queries.losses)):
            for change in changes[:SHOWN_CHANGES]:
                yield from _change(evaluation, f"{ranking.name}, {word}", change)


def _change(evaluation: Evaluation, head: str, change: QueryChange) -> Iterator[RenderableType]:
    table = Table(show_header=False)
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column()
    for hit in change.hits[:SHOWN_HITS]:
        title = shortened(hit.title, TITLE_WIDTH) or hit.id
        table.add_row(f"was {hit.first_stage_rank}", grade(hit), escape(title))
    values = f"{evaluation.metric.name} {change.before:.3f} → {change.after:.3f}"
    yield _title(f"{head}: {change.query}, {values}")
    yield table


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _remark(text: str) -> Text:
    return Text(text, style="dim")


def grade(hit: ShownHit) -> str:
    """The hit's grade, or that it has none."""
    return "not judged" if hit.grade is None else f"grade {hit.grade:g}"


def tests_used(evaluation: Evaluation) -> str:
    """What p is, and whether it is adjusted."""
    count = len(evaluation.tested)
    adjusted = f", adjusted by Holm for {count} comparisons" if count > 1 else ""
    return f"p: randomisation test{adjusted}"


def p_value(p: float) -> str:
    """To three decimals, as far as resampling can tell."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"
