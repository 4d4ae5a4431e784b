"""The report of a benchmark on the screen."""

from rich.console import Console
from rich.table import Table

from sidecar.workshop.bench.report import Report
from sidecar.workshop.bench.spread import Spread
from sidecar.workshop.bench.tokenizing_cost import TokenizingCost
from sidecar.workshop.figure_table import figure_table


def show(report: Report, console: Console | None = None) -> None:
    """Prints the report, each figure with its target."""
    console = console or Console()
    _show_setup(report, console)
    console.print(_rates(report))
    _show_quality(report, console)
    _show_ratio(report, console)
    _show_times(report, console)
    _show_costs(report, console)


def _show_setup(report: Report, console: Console) -> None:
    machine, model, workload = report.machine, report.model, report.workload
    tokens = workload.document_tokens
    console.print(
        f"{report.date}: {machine.cpu}, {machine.cores} cores ({machine.extensions}), "
        f"{machine.onnxruntime}"
    )
    console.print(
        f"Model {model.name}, graph {model.graph}, {model.engine} {model.precision}, "
        f"{model.workers} workers"
    )
    console.print(
        f"{workload.source}: {workload.rounds} rounds, {workload.requests} requests, "
        f"{workload.pairs} pairs, {workload.concurrency} at a time"
    )
    console.print(
        f"Tokens per document: median {tokens['median']:.0f}, mean {tokens['mean']:.0f}, "
        f"maximum {tokens['max']:.0f}"
    )
    if machine.warning:
        console.print(f"[yellow]{machine.warning}[/]")


def _rates(report: Report) -> Table:
    notes = ["bare: maximum of padded tokens per run, workers x intra-op threads"]
    if report.model.engine != "onnxruntime":
        engine = report.model.engine
        notes.append(f"bare loops run the graph in onnxruntime, the sidecar runs it in {engine}")
    if any(loop.company for loop in report.bare):
        notes.append("* padding changes the scores of this graph: compare only the speed")
    columns = ("median", "lowest", "highest", "HTTP / bare")
    table = figure_table("Pairs/s over rounds", columns, caption="\n".join(notes))
    table.add_row("[bold]sidecar over HTTP[/]", *_spread_cells(report.http.pairs_per_second), "")
    for loop in report.bare:
        name = f"bare: {loop.name}{' *' if loop.company else ''}"
        label = f"[bold]{name}[/]" if loop.name == report.best_bare else name
        table.add_row(label, *_spread_cells(loop.pairs_per_second), f"{loop.ratio.median:.2f}")
    return table


def _spread_cells(values: Spread) -> tuple[str, str, str]:
    return f"{values.median:.1f}", f"{values.low:.1f}", f"{values.high:.1f}"


def _show_quality(report: Report, console: Console) -> None:
    if not report.quality:
        console.print("Quality: not known; --judged FOLDER measures it.")
        return
    stated = report.quality[0].queries is None
    source = "by the model's manifest" if stated else "over HTTP"
    rows = (
        f"{row.collection} {row.ndcg:.3f} / {row.mrr:.3f}"
        + ("" if row.queries is None else f" ({row.queries} queries)")
        for row in report.quality
    )
    console.print(f"nDCG@10 / MRR@10, {source}: {', '.join(rows)}")


def _show_ratio(report: Report, console: Console) -> None:
    best = report.best
    if best is None:
        console.print("No bare loops: they exist only for cross-encoders on a CPU.")
        return
    console.print(
        f"HTTP / best bare loop: {best.ratio.median:.3f}, median over rounds "
        f"({best.ratio.low:.3f} to {best.ratio.high:.3f}); {best.ratio_of_medians:.3f} of the "
        f"medians; target {report.ratio_target} {_verdict(best.ratio.median, report.ratio_target)}"
    )


def _show_times(report: Report, console: Console) -> None:
    times = ", ".join(f"{name} {ms:.0f} ms" for name, ms in report.http.request_ms.items())
    console.print(f"Request over HTTP: {times}")
    if report.repeated is not None:
        console.print(
            f"The last round sent again: {report.repeated:.1f} times the pairs/s (cache of logits)"
        )
    table = figure_table("Share of a request's time", report.http.share, names=None)
    table.add_row(*(f"{share:.2%}" for share in report.http.share.values()))
    console.print(table)


def _show_costs(report: Report, console: Console) -> None:
    if (overhead := report.overhead_ms) is not None:
        console.print(
            f"CPU time without the model, per 100 documents: parse {overhead.parse:.2f} + schedule "
            f"{overhead.schedule:.2f} + encode {overhead.encode:.2f} = {overhead.total:.2f} ms; "
            f"target {overhead.target:.0f} {_verdict(overhead.target, overhead.total)}"
        )
        _show_tokenizing(overhead.tokenizing, console)
    profile = report.structured_ms
    console.print(
        f"CPU time of the ecommerce profile, per 100 documents of 1 KB: {profile.median:.2f} ms, "
        f"most expensive query {profile.most:.2f}; target {profile.target:.0f} "
        f"{_verdict(profile.target, profile.most)}"
    )
    for name, cost in report.feeds_ms.items():
        console.print(f"{name}: {cost.median:.2f} ms, most expensive query {cost.most:.2f}")
    if (memory := report.memory_mb) is None:
        console.print("Memory of the server: unknown (started elsewhere, or there is no /proc).")
    else:
        console.print(
            f"Memory of the server: {memory.resident:.0f} MB resident, {memory.peak:.0f} MB peak; "
            f"target {memory.target:.0f} {_verdict(memory.target, memory.peak)}"
        )


def _show_tokenizing(cost: TokenizingCost | None, console: Console) -> None:
    if cost is None:
        console.print("Tokenizing is not compared: the model is not a cross-encoder.")
        return
    console.print(
        f"Tokenizing / a bare encode_batch of the same pairs: {cost.wall:.2f} of wall time, "
        f"{cost.cpu:.2f} of CPU time ({cost.cpu_ms:.1f} ms per 100 documents); target "
        f"{cost.target} {_verdict(cost.target, cost.wall)}"
    )


def _verdict(larger: float, smaller: float) -> str:
    """The target is met when `larger` is not below `smaller`."""
    return "[green]met[/]" if larger >= smaller else "[red]missed[/]"
