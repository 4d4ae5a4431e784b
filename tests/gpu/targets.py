"""The targets, met or missed, and the tables, in Markdown. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.gpu import ceilings, install, numerics, serving
from tests.gpu.shapes import SHAPES
from tests.gpu.workloads import EQUAL_160, EQUAL_512, P1

AllFigures = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Step -> key -> figures."""
PAIRS_S = 2_000
P95_MS = 80
MFU = 0.5
INT8 = 1.3


@dataclass(frozen=True)
class Target:
    """A target, and the best figure measured for it; None before any is measured."""

    what: str
    aim: str
    measured: float | None
    met: bool | None
    where: str = ""

    @property
    def verdict(self) -> str:
        return {True: "met", False: "missed", None: "not measured"}[self.met]


def targets(figures: AllFigures) -> list[Target]:
    """Each target with the best that was measured for it."""
    shape = figures.get(serving.SHAPE, {})
    served = figures.get(serving.STEP, {})
    rate = _best(served, "pairs_s", serving.key("HTTP", P1, serving.AT_ONCE, 0), highest=True)
    wait = _best(served, "p95_ms", serving.key("HTTP", EQUAL_160, 1, 0), highest=False)
    share = _best(shape, "mfu", f"fp16 | {EQUAL_512.name} | 0", highest=True)
    return [
        _target("P1 over HTTP, 0.6B shape", f">= {PAIRS_S} pairs/s", rate, PAIRS_S, over=True),
        _target(
            "100 x 160 over HTTP, 0.6B shape, p95", f"<= {P95_MS} ms", wait, P95_MS, over=False
        ),
        _target(
            "100 x 512, 0.6B shape, of the dense fp16 peak", f">= {MFU}", share, MFU, over=True
        ),
        *(_int8_target(name, figures.get(name, {})) for name in SHAPES),
    ]


def _int8_target(name: str, cells: Mapping[str, Mapping[str, Any]]) -> Target:
    """The best int8 graph beside our own best fp16, at the same workload, the best of them."""
    ratios: dict[str, float] = {}
    for workload in (EQUAL_160, EQUAL_512):
        ours = _best(cells, "pairs_s", f"fp16 | {workload.name} | 0", highest=True)
        int8 = _best(cells, "pairs_s", f"int8 | {workload.name} | 0", highest=True)
        if ours and int8:
            ratios[f"{int8[1]} / {ours[1]}"] = int8[0] / ours[0]
    best = max(ratios.items(), key=lambda item: item[1]) if ratios else None
    best_ratio = (round(best[1], 2), best[0]) if best else None
    return _target(f"int8 beside our fp16, {name}", f">= {INT8}", best_ratio, INT8, over=True)


def _target(
    what: str, aim: str, measured: tuple[float, str] | None, limit: float, *, over: bool
) -> Target:
    if measured is None:
        return Target(what, aim, None, None)
    met = measured[0] >= limit if over else measured[0] <= limit
    return Target(what, aim, measured[0], met, measured[1])


def _best(
    cells: Mapping[str, Mapping[str, Any]], figure: str, like: str, *, highest: bool
) -> tuple[float, str] | None:
    """(value, key) of the best cell of `like`'s kind: row begins with its first part, the second
    is the same, any budget. CUDA graphs and prefix sharing are experiments, no graph of ours."""
    row, workload, _ = like.split(" | ")
    candidates = [
        (float(cell[figure]), key)
        for key, cell in cells.items()
        if figure in cell
        and key.split(" | ")[0].startswith(row)
        and "," not in key.split(" | ")[0]
        and key.split(" | ")[1] == workload
    ]
    return (max if highest else min)(candidates, default=None)


def markdown(figures: AllFigures) -> str:
    """All tables of a record."""
    return "\n".join(_lines(figures)) + "\n"


def _lines(figures: AllFigures) -> Iterator[str]:
    yield from ("## Targets", "", "| target | aim | measured | | by |", "|---|---|---|---|---|")
    for target in targets(figures):
        value = "" if target.measured is None else f"{target.measured:,g}"
        by = target.where.replace("|", "·")
        yield f"| {target.what} | {target.aim} | {value} | {target.verdict} | {by} |"
    for step, title in ({name: name for name in SHAPES} | {serving.STEP: "As a service"}).items():
        if cells := figures.get(step):
            yield from ("", f"## {title}", "", *_table(cells))
    for step in (install.STEP, numerics.STEP, ceilings.STEP):
        if cells := figures.get(step):
            yield from ("", f"## {step}", "", "| what | measured |", "|---|---|")
            for key, cell in cells.items():
                shown = {k: v for k, v in cell.items() if k not in ("took_s", "first_ten")}
                shown |= _same_orders(cells, key)
                text = ", ".join(f"{k} {v}" for k, v in shown.items()).replace("|", "·")
                yield f"| {key.replace('|', '·')} | {text} |"


def _same_orders(cells: Mapping[str, Mapping[str, Any]], key: str) -> dict[str, str]:
    """For how many queries a graph's first ten documents are those of int8 on the CPU, in order."""
    reference = cells.get(f"{key.split(' | ')[0]} | {numerics.ON_CPU}", {}).get("first_ten")
    orders = cells[key].get("first_ten")
    if reference is None or orders is None:
        return {}
    same = sum(one == other for one, other in zip(orders, reference, strict=True))
    return {"same first ten": f"{same} of {len(reference)}"}


def _table(cells: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Rows by engine and budget, columns by workload."""
    split = {key: key.split(" | ") for key in cells}
    workloads = list(dict.fromkeys(parts[1] for parts in split.values()))
    rows = list(dict.fromkeys((parts[0], parts[2]) for parts in split.values()))
    yield "pairs/s (p95 ms, share of the peak); budget in padded tokens of a run."
    yield ""
    yield "| | budget | " + " | ".join(workloads) + " |"
    yield "|---|---|" + "---|" * len(workloads)
    for row, budget in rows:
        columns = [cells.get(f"{row} | {workload} | {budget}") for workload in workloads]
        yield f"| {row} | {budget} | " + " | ".join(map(_cell, columns)) + " |"


def _cell(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return ""
    if "error" in cell:
        return "failed"
    share = f", {cell['mfu']:.0%}" if "mfu" in cell else ""
    return f"{cell['pairs_s']:,.0f} ({cell['p95_ms']:.1f}{share})"
