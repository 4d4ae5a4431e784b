"""The figures of a small comparison."""

from sidecar.workshop.bench.compare.accuracy import Accuracy
from sidecar.workshop.bench.compare.figures import Comparison, ContenderFigures, Row, speed_target
from sidecar.workshop.bench.machine import Machine
from sidecar.workshop.bench.spread import Spread


def row(
    title: str,
    *,
    ours: bool = False,
    rate: float | None = None,
    ratio: float = 1.0,
    failed: str | None = None,
) -> Row:
    """A contender measured on the lognormal mix; without a rate it has no figures."""
    figures = ContenderFigures(
        pairs_per_second=Spread(rate or 0, rate or 0, rate or 0),
        request_ms={"p50": 90.5, "p95": 1500, "p99": 1600},
        requests=10,
        cpu_s_per_1000=12.5,
        ratio=Spread(ratio, ratio, ratio),
        cost_per_million=0.25,
        rates=(rate or 0,),
    )
    return Row(
        key=title,
        title=title,
        ours=ours,
        versions={"lib": "1.2"},
        batch_size=None if ours else 16,
        tried={} if ours else {"8": 50.0, "16": 60.0},
        peak_mb=None if failed else 321.4,
        accuracy=None if failed else Accuracy(200, 0.5, 0.125, 0.25, 0.0625, 0.975, 0),
        failed=failed,
        workloads={} if rate is None else {"lognormal": figures},
    )


ROWS = (
    row("ours", ours=True, rate=120),
    row("strong", rate=80, ratio=1.5),
    row("absent", failed="no such package"),
)
COMPARISON = Comparison(
    date="2026-11-26",
    machine=Machine("a CPU", 2, False, True, True, 0.1, "onnxruntime 1.32.0", "3.11.7"),
    model="shipped",
    sidecar={"workers": 1},
    titles={"lognormal": "100 documents, lognormal"},
    price_per_hour=0.1,
    rows=ROWS,
    target=speed_target(ROWS, "lognormal"),
)
