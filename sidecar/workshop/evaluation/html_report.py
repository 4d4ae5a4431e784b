"""An Evaluation as one HTML file, which loads nothing and runs nothing.

Every text that comes from files or clusters is escaped in `html_table` or `html_text`; what is not
escaped is this module's own markup and the plots, whose texts are shapes.
"""

from collections.abc import Iterable, Sequence
from html import escape

from sidecar.workshop.evaluation.changes import QueryChange, ShownHit
from sidecar.workshop.evaluation.depth import enough
from sidecar.workshop.evaluation.outcome import Evaluation, Ranking
from sidecar.workshop.evaluation.plots import change_plot, cost_plot, depth_plot, query_plot
from sidecar.workshop.evaluation.summary_tables import grade, p_value, tests_used
from sidecar.workshop.html_page import html_page, html_table, html_text


def html_report(evaluation: Evaluation) -> str:
    """The page."""
    judged = sum(map(len, evaluation.grades))
    head = (
        f"{len(evaluation.queries)} queries, {judged:,} judgements. First stage: "
        f"{evaluation.source}. Relevant is a grade of {evaluation.grading.threshold:g} or more; "
        f"the gain of nDCG is {evaluation.grading.gain}."
    )
    configurations = [ranking for ranking in evaluation.rankings if ranking.curve]
    body = [
        "<h1>Reranking, evaluated</h1>",
        html_text(head),
        "<h2>Quality</h2>",
        _quality(evaluation),
        html_text(
            f"The same hits in the best possible order would have {evaluation.metric.name} "
            f"{evaluation.perfect:.3f}. Unjudged documents count as not relevant; worst and best "
            "say what they could change at most."
        ),
        f"<h2>Compared with: {escape(evaluation.baseline)}</h2>",
        _comparisons(evaluation),
        change_plot(evaluation),
        html_text(
            f"Intervals: paired bootstrap over the queries. {tests_used(evaluation)}. Detectable: "
            "the change that as many queries would show with a probability of 80 %."
        ),
        *_depth(evaluation, configurations),
        *(part for ranking in evaluation.rankings for part in _changes(evaluation, ranking)),
        *(_notes(evaluation.notes)),
    ]
    return html_page("Reranking, evaluated", body)


def _quality(evaluation: Evaluation) -> str:
    names = [metric.name for metric in evaluation.metrics]
    heads = ["order", *names, f"judged@{evaluation.cutoff}", "worst to best"]
    rows = []
    for ranking in evaluation.rankings:
        cells = [ranking.name]
        for name in names:
            low, high = ranking.intervals[name]
            cells.append(f"{ranking.mean(name):.3f} ({low:.3f} to {high:.3f})")
        cells.append(f"{100 * ranking.judged:.1f} %")
        cells.append("-" if ranking.bounds is None else "{:.3f} to {:.3f}".format(*ranking.bounds))
        rows.append(cells)
    return html_table(heads, rows)


def _comparisons(evaluation: Evaluation) -> str:
    heads = ["order", evaluation.metric.name, "95 % interval", "p", "won", "tied", "lost"]
    heads += ["detectable", ""]
    rows = []
    for ranking in evaluation.rankings:
        found = ranking.comparison
        if found is not None:
            queries = found.queries
            cells = [ranking.name, f"{found.change:+.3f}", f"{found.low:+.3f} to {found.high:+.3f}"]
            cells += [p_value(found.p), *map(str, (queries.won, queries.tied, queries.lost))]
            rows.append([*cells, f"{found.detectable:.3f}", found.verdict])
    return html_table(heads, rows)


def _depth(evaluation: Evaluation, configurations: Sequence[Ranking]) -> Iterable[str]:
    if not configurations:
        return
    yield "<h2>How many hits are worth reranking?</h2>"
    yield depth_plot(evaluation)
    heads = ["order", "95 % of the gain", "median ms", "p95 ms", "pairs/s"]
    priced = evaluation.price_per_hour is not None
    rows = []
    for ranking in configurations:
        point, cost = enough(ranking.curve), ranking.cost
        cells = [ranking.name, "no gain" if point is None else f"at {point.depth} hits"]
        figures = (
            ["-"] * 3
            if cost is None
            else [f"{cost.median_ms:.0f}", f"{cost.p95_ms:.0f}", f"{cost.pairs_per_second:.0f}"]
        )
        price = None if cost is None else cost.per_1000_queries
        rows.append([*cells, *figures, *(["-" if price is None else f"{price:.4g}"] * priced)])
    yield html_table([*heads, *(["1,000 queries cost"] * priced)], rows)
    if (plot := cost_plot(evaluation)) is not None:
        yield plot


def _changes(evaluation: Evaluation, ranking: Ranking) -> Iterable[str]:
    found = ranking.comparison
    if found is None or not ranking.curve:
        return
    yield f"<h2>{escape(ranking.name)}: query by query</h2>"
    yield query_plot(evaluation, ranking)
    for title, changes in (("gained", found.queries.wins), ("lost", found.queries.losses)):
        if changes:
            yield f"<p>The queries that {title} most:</p>"
            yield from (_change(evaluation, ranking.name, change) for change in changes)


def _change(evaluation: Evaluation, name: str, change: QueryChange) -> str:
    title = f"{change.query}: {change.before:.3f} → {change.after:.3f}"
    orders = (
        f"<div><p>{escape(label)}</p>{_hits(hits)}</div>"
        for label, hits in ((evaluation.baseline, change.baseline_hits), (name, change.hits))
    )
    return (
        f"<details><summary>{escape(title)}</summary>"
        f'<div class="orders">{"".join(orders)}</div></details>'
    )


def _hits(hits: Sequence[ShownHit]) -> str:
    rows = [[hit.title or hit.id, grade(hit), f"was {hit.first_stage_rank}"] for hit in hits]
    return html_table(["document", "grade", "first stage"], rows)


def _notes(notes: Sequence[str]) -> Iterable[str]:
    if notes:
        yield "<h2>Notes</h2>"
        yield from (f'<p class="note">{escape(note)}</p>' for note in notes)
