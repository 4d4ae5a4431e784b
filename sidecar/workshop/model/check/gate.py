"""The gate: a quantised graph must keep at least 99 % of the fp32 graph's nDCG@10.

Over several collections their means are compared, and each is reported. Without judgements the rank
correlation of the logits on the sample pairs decides instead.
"""

from collections.abc import Mapping

from sidecar.runtime.measured import Gate, Parity

MIN_NDCG_SHARE = 0.99
MIN_SPEARMAN = 0.98
"""Without judgements. With all weights in int8 all-MiniLM-L6-v2 with a cosine head has 0.996 on the
default sample."""


def gate(
    ndcg: Mapping[str, Mapping[str, float]],
    fp32_ndcg: Mapping[str, float] | None,
    parities: Mapping[str, Parity],
) -> Gate:
    """The verdict on the quantised graphs; the worst of them decides.

    `ndcg`: graph -> collection -> nDCG@10; `fp32_ndcg`: the fp32 graph's; `parities`: graph ->
    parity with fp32 on the sample pairs, empty when there is no fp32.
    """
    if fp32_ndcg:
        return _by_quality(ndcg, fp32_ndcg)
    if not parities:
        return Gate(passed=None, reason="no fp32 to compare with: --against SOURCE gives it")
    worst = min(parities, key=lambda name: parities[name].spearman)
    spearman = parities[worst].spearman
    reason = (
        f"no judgements were given: graph {worst} has rank correlation {spearman:.4f} with fp32 on "
        f"the {parities[worst].pairs} calibration pairs, {MIN_SPEARMAN} is the least"
    )
    return Gate(passed=spearman >= MIN_SPEARMAN, reason=reason)


def _by_quality(ndcg: Mapping[str, Mapping[str, float]], fp32_ndcg: Mapping[str, float]) -> Gate:
    kept = {
        graph: {
            **{name: round(_share(values[name], fp32), 4) for name, fp32 in fp32_ndcg.items()},
            "mean": round(_share(sum(values[n] for n in fp32_ndcg), sum(fp32_ndcg.values())), 4),
        }
        for graph, values in ndcg.items()
    }
    if not kept:
        return Gate(passed=None, reason="the folder has no quantised graph")
    worst = min(kept, key=lambda graph: kept[graph]["mean"])
    by_collection = ", ".join(
        f"{name} {100 * share:.1f} %" for name, share in kept[worst].items() if name != "mean"
    )
    reason = (
        f"graph {worst} keeps {100 * kept[worst]['mean']:.1f} % of the fp32 nDCG@10 "
        f"({by_collection}); {100 * MIN_NDCG_SHARE:.0f} % is the least"
    )
    return Gate(passed=kept[worst]["mean"] >= MIN_NDCG_SHARE, reason=reason, kept=kept)


def _share(value: float, fp32: float) -> float:
    return value / fp32 if fp32 else 1.0
