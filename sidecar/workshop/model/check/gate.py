"""The gate: a quantised graph keeps at least 99 % of the fp32 graph's nDCG@10.

Over several collections their means are compared, and each is told. Without judgements the rank
correlation of the logits on the calibration pairs stands in for it.
"""

from collections.abc import Mapping

from sidecar.runtime.measured import Gate, Parity

MIN_NDCG_SHARE = 0.99
MIN_SPEARMAN = 0.98
"""Without judgements. With all weights in int8 all-MiniLM-L6-v2 with a cosine head has 0.996 on the
default calibration pairs."""


def gate(
    ndcg: Mapping[str, Mapping[str, float]],
    baseline: Mapping[str, float] | None,
    parities: Mapping[str, Parity],
) -> Gate:
    """The verdict on the quantised graphs.

    `ndcg`: graph -> collection -> nDCG@10; `baseline`: the fp32 graph's; `parities`: graph ->
    parity with fp32 on the calibration pairs, empty when there is no fp32.
    """
    if baseline:
        return _by_quality(ndcg, baseline)
    if not parities:
        return Gate(passed=None, reason="no fp32 to compare with: --against SOURCE gives it")
    worst = min(parities, key=lambda name: parities[name].spearman)
    found = parities[worst].spearman
    passed = found >= MIN_SPEARMAN
    reason = (
        f"no judgements were given: graph {worst} has rank correlation {found:.4f} with fp32 on "
        f"the {parities[worst].pairs} calibration pairs, {MIN_SPEARMAN} is the least"
    )
    return Gate(passed=passed, reason=reason)


def _by_quality(ndcg: Mapping[str, Mapping[str, float]], baseline: Mapping[str, float]) -> Gate:
    kept = {
        graph: {
            **{name: round(_share(found[name], base), 4) for name, base in baseline.items()},
            "mean": round(_share(sum(found[n] for n in baseline), sum(baseline.values())), 4),
        }
        for graph, found in ndcg.items()
    }
    if not kept:
        return Gate(passed=None, reason="the folder has no quantised graph")
    worst = min(kept, key=lambda graph: kept[graph]["mean"])
    each = ", ".join(f"{n} {100 * share:.1f} %" for n, share in kept[worst].items() if n != "mean")
    reason = (
        f"graph {worst} keeps {100 * kept[worst]['mean']:.1f} % of the fp32 nDCG@10 ({each}); "
        f"{100 * MIN_NDCG_SHARE:.0f} % is the least"
    )
    return Gate(passed=kept[worst]["mean"] >= MIN_NDCG_SHARE, reason=reason, kept=kept)


def _share(found: float, base: float) -> float:
    return found / base if base else 1.0
