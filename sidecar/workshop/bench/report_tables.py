"""A report on the screen."""

from rich.console import Console
from rich.table import Table

from sidecar.workshop.bench.report import Report, Spread
from sidecar.workshop.bench.tokenizing_cost import TokenizingCost


def show(report: Report, console: Console | None = None) -> None:
    """Prints the report; every target stands beside its figure."""
    console = console or Console()
    _show_setting(report, console)
    console.print(_rates(report))
    _show_ratio(report, console)
    _show_times(report, console)
    _show_costs(report, console)


def _show_setting(report: Report, console: Console) -> None:
    machine, model, load = report.machine, report.model, report.workload
    tokens = load.document_tokens
    console.print(
        f"{report.date}: {machine.cpu}, {machine.cores} cores ({machine.extensions}), "
        f"{machine.onnxruntime}"
    )
    console.print(
        f"Model {model.name}, graph {model.graph}, {model.engine} {model.precision}, "
        f"{model.workers} workers"
    )
    console.print(
        f"{load.source}: {load.rounds} rounds, {load.requests} requests, {load.pairs} pairs, "
        f"{load.concurrency} at a time"
    )
    console.print(
        f"Tokens of a document: median {tokens['median']:.0f}, mean {tokens['mean']:.0f}, "
        f"at most {tokens['max']:.0f}"
    )
    if machine.warning:
        console.print(f"[yellow]{machine.warning}[/]")


def _rates(report: Report) -> Table:
    notes = ["bare: padded tokens of a run at most, workers x intra-op threads"]
    if report.model.engine != "onnxruntime":
        notes.append("bare loops run the graph in onnxruntime, the sidecar runs another engine")
    if any(loop.company for loop in report.bare):
        notes.append("* padded, which changes this graph's scores: only the speed is of use")
    caption = "\n".join(notes)
    table = Table(title="Pairs/s over rounds", caption=caption, caption_justify="left")
    table.add_column("")
    for heading in ("median", "lowest", "highest", "HTTP / it"):
        table.add_column(heading, justify="right")
    table.add_row("[bold]sidecar over HTTP[/]", *_spread(report.http.pairs_per_second), "")
    for loop in report.bare:
        name = f"bare: {loop.name}{' *' if loop.company else ''}"
        shown = f"[bold]{name}[/]" if loop.name == report.best_bare else name
        table.add_row(shown, *_spread(loop.pairs_per_second), f"{loop.ratio.median:.2f}")
    return table


def _spread(values: Spread) -> tuple[str, str, str]:
    return f"{values.median:.1f}", f"{values.low:.1f}", f"{values.high:.1f}"


def _show_ratio(report: Report, console: Console) -> None:
    best = report.best
    if best is None:
        console.print("No bare loops: they are for cross-encoders on a CPU.")
        return
    console.print(
        f"HTTP / best bare loop: {best.ratio.median:.3f}, median over rounds "
        f"({best.ratio.low:.3f} to {best.ratio.high:.3f}); {best.ratio_of_medians:.3f} of the "
        f"medians; target {report.ratio_target} {_verdict(best.ratio.median, report.ratio_target)}"
    )


def _show_times(report: Report, console: Console) -> None:
    times = report.http.request_ms.items()
    shown = ", ".join(f"{name} {milliseconds:.0f} ms" for name, milliseconds in times)
    console.print(f"A request over HTTP: {shown}")
    table = Table(title="Where its time goes")
    for heading in report.http.share:
        table.add_column(heading, justify="right")
    table.add_row(*(f"{share:.2%}" for share in report.http.share.values()))
    console.print(table)


def _show_costs(report: Report, console: Console) -> None:
    if (spent := report.overhead_ms) is not None:
        console.print(
            f"CPU time beside the model, per 100 documents: parse {spent.parse:.2f} + schedule "
            f"{spent.schedule:.2f} + encode {spent.encode:.2f} = {spent.total:.2f} ms; target "
            f"{spent.target:.0f} {_verdict(spent.target, spent.total)}"
        )
        _show_tokenizing(spent.tokenizing, console)
    fields = report.structured_ms
    console.print(
        f"CPU time of the ecommerce profile, per 100 documents of 1 KB: {fields.median:.2f} ms, "
        f"dearest query {fields.most:.2f}; target {fields.target:.0f} "
        f"{_verdict(fields.target, fields.median)}"
    )
    if (memory := report.memory_mb) is None:
        console.print("Memory of the server: not known (not started here, or no /proc).")
    else:
        console.print(
            f"Memory of the server: {memory.resident:.0f} MB resident, {memory.peak:.0f} MB at "
            f"most; target {memory.target:.0f} {_verdict(memory.target, memory.peak)}"
        )


def _show_tokenizing(found: TokenizingCost | None, console: Console) -> None:
    if found is None:
        console.print("Tokenizing has nothing to be compared with: the model is no cross-encoder.")
        return
    console.print(
        f"Tokenizing / a bare encode_batch of the same pairs: {found.wall:.2f}, of CPU time "
        f"{found.cpu:.2f} ({found.cpu_ms:.1f} ms per 100 documents); target {found.target} "
        f"{_verdict(found.target, found.wall)}"
    )


def _verdict(more: float, less: float) -> str:
    """Whether the target is met, which is so when `more` is not below `less`."""
    return "[green]met[/]" if more >= less else "[red]missed[/]"
