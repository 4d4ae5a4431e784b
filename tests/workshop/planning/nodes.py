"""Nodes and traffics that tests make up."""

from typing import Any

from sidecar.workshop.bench.load.node_figures import LengthFigures, NodeFigures
from sidecar.workshop.planning.node_model import NodeModel
from sidecar.workshop.planning.traffic import Traffic

TOKENS = 16


def node_figures(
    *,
    pair_s: float = 0.01,
    workers: int = 1,
    cache_mb: int = 0,
    request_s: float = 0.0,
    cached_s: float = 0.0,
    token_budget: int = 0,
) -> NodeFigures:
    """Of a node with a core for each worker, on which a pair of 16 tokens takes `pair_s`, and one
    of 116 tokens ten times as long."""
    lengths = tuple(
        LengthFigures(tokens, times * pair_s, times * pair_s / workers, cached_s)
        for tokens, times in ((TOKENS, 1), (TOKENS + 100, 10))
    )
    return NodeFigures(
        "made-up",
        "revision",
        "cpu",
        workers,
        workers,
        token_budget,
        cache_mb,
        request_s,
        1.0,
        lengths,
    )


def made_up_node(**options: Any) -> NodeModel:
    """The node of `node_figures`."""
    return NodeModel(node_figures(**options))


def traffic(**sections: Any) -> Traffic:
    """Ten pairs of 16 tokens for each query, 2 queries per second; keys by their section."""
    values: dict[str, Any] = {
        "queries": {"per_second": 2.0},
        "hits": {"per_query": 10},
        "pairs": {"median_tokens": TOKENS, "sigma": 0.0},
        "promise": {"deadline_ms": 2000},
        "node": {"price_per_hour": 0.5},
    }
    for name, section in sections.items():
        values[name] = values.get(name, {}) | section
    return Traffic.model_validate(values)
