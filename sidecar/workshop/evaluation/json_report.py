"""An Evaluation as JSON: every figure of the report, and every query's values."""

from typing import Any

import orjson

from sidecar.workshop.evaluation.depth import enough
from sidecar.workshop.evaluation.outcome import Evaluation, Ranking

VERSION = 1
"""Of the form of the file: keys are added, never renamed, without a new one."""


def json_report(evaluation: Evaluation) -> str:
    """Indented JSON with a final newline."""
    report = {
        "version": VERSION,
        "source": evaluation.source,
        "queries": len(evaluation.queries),
        "judgements": sum(map(len, evaluation.grades)),
        "relevant_from": evaluation.grading.threshold,
        "gain": evaluation.grading.gain,
        "metric": evaluation.metric.name,
        "baseline": evaluation.baseline,
        "perfect_order": evaluation.perfect,
        "price_per_hour": evaluation.price_per_hour,
        "notes": evaluation.notes,
        "rankings": [_ranking(evaluation, ranking) for ranking in evaluation.rankings],
        "per_query": [
            {
                "query_id": each.query_id,
                "query": each.query,
                "hits": len(each.hits),
                "took_ms": each.took_ms,
                "values": {
                    ranking.name: {name: values[place] for name, values in ranking.values.items()}
                    for ranking in evaluation.rankings
                },
            }
            for place, each in enumerate(evaluation.queries)
        ],
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    return orjson.dumps(report, option=options).decode()


def _ranking(evaluation: Evaluation, ranking: Ranking) -> dict[str, Any]:
    point = enough(ranking.curve)
    return {
        "name": ranking.name,
        "metrics": {
            name: {"mean": ranking.mean(name), "low": low, "high": high}
            for name, (low, high) in ranking.intervals.items()
        },
        "judged": {"cutoff": evaluation.cutoff, "share": ranking.judged},
        "bounds": None
        if ranking.bounds is None
        else {"worst": ranking.bounds[0], "best": ranking.bounds[1]},
        "comparison": _comparison(ranking),
        "depth": ranking.curve,
        "depth_enough": None if point is None else point.depth,
        "cost": ranking.cost,
    }


def _comparison(ranking: Ranking) -> dict[str, Any] | None:
    found = ranking.comparison
    if found is None:
        return None
    return {
        "change": found.change,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "p_alone": found.p_alone,
        "detectable": found.detectable,
        "verdict": found.verdict,
        "won": found.queries.won,
        "tied": found.queries.tied,
        "lost": found.queries.lost,
        "wins": found.queries.wins,
        "losses": found.queries.losses,
    }
