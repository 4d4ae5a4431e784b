"""What came of an experiment, for the terminal."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from sidecar.workshop.experiments.allocation import Allocation
from sidecar.workshop.experiments.analysis import Analysis
from sidecar.workshop.experiments.guardrails import Trouble
from sidecar.workshop.experiments.lift import Lift
from sidecar.workshop.experiments.preference import Preference


def show(analysis: Analysis, console: Console) -> None:
    """Prints everything."""
    log, experiment = analysis.log, analysis.log.experiment
    first, last = log.searches[0].time_s, log.searches[-1].time_s
    units = len({search.unit for search in log.searches})
    console.print(
        f"{experiment.name} ({experiment.method}): {len(log.searches):,} searches of {units:,} "
        f"units, {_day(first)} to {_day(last)}; control: {experiment.control}"
    )
    for arm, stop in experiment.stops.items():
        console.print(f"{arm} was stopped {stop.at:%Y-%m-%d %H:%M}: {stop.reason}")
    for note in log.faults.notes:
        console.print(f"note: {note}", style="dim")
    if analysis.allocation is not None:
        console.print("\nUnits")
        console.print(_allocation(analysis.allocation))
        p_value = analysis.allocation.p_value
        console.print(f"Dealt out by the shares: p = {p_value:.3g}.")
    if analysis.lifts:
        console.print("\nMeans over searches")
        console.print(_lifts(analysis.lifts))
        if any(lift.corrected for lift in analysis.lifts):
            console.print("* corrected by what the units did before (CUPED).")
    if analysis.preferences:
        console.print("\nInterleaved searches")
        console.print(_preferences(analysis.preferences))
    if analysis.troubles:
        console.print("\nGuardrails: units that met a trouble")
        console.print(_troubles(analysis.troubles))
    console.print(
        f"Intervals ({100 * (1 - analysis.alpha):g} %, all arms together) and p hold whenever you "
        "look; p, one look: only at a time that was fixed before."
    )
    for warning in analysis.warnings:
        console.print(f"WARNING: {warning}")
    for found in analysis.deciding:
        console.print(verdict_line(found, experiment.control))


def verdict_line(found: Lift | Preference, control: str) -> str:
    """What follows for one arm, in a line."""
    if found.verdict == "too few":
        return f"{found.arm}: too few units yet"
    if found.verdict == "undecided":
        return f"{found.arm}: cannot be told from {control} yet"
    return f"{found.arm}: {found.verdict} than {control}, {_change(found)}"


def _change(found: Lift | Preference) -> str:
    if isinstance(found, Preference):
        low, high = found.interval
        return f"{found.share:.1%} of the decided searches [{low:.1%}, {high:.1%}]"
    return f"{found.metric} {_relative(found.difference, found)} {_interval(found)}"


def _allocation(found: Allocation) -> Table:
    table = Table()
    _add_columns(table, ("arm",), ("units", "expected"))
    total = sum(found.units.values())
    for arm, units in found.units.items():
        table.add_row(arm, f"{units:,}", f"{total * found.shares[arm]:,.0f}")
    return table


def _lifts(lifts: Sequence[Lift]) -> Table:
    table = Table()
    numbers = ("control", "arm's", "change", "interval", "p", "p, one look")
    _add_columns(table, ("metric", "arm"), numbers, ("",))
    for lift in lifts:
        name = f"{lift.metric} *" if lift.corrected else lift.metric
        table.add_row(
            *(name, lift.arm, _mean(lift.control_mean), _mean(lift.arm_mean)),
            *(_relative(lift.difference, lift), _interval(lift)),
            *(f"{lift.p_value:.3g}", f"{lift.fixed_p_value:.3g}", lift.verdict),
        )
    return table


def _preferences(preferences: Sequence[Preference]) -> Table:
    table = Table()
    numbers = ("won", "lost", "tied", "share won", "interval", "p", "p, one look", "units")
    _add_columns(table, ("arm",), numbers, ("",))
    for found in preferences:
        low, high = found.interval
        table.add_row(
            *(found.arm, f"{found.wins:,}", f"{found.losses:,}", f"{found.ties:,}"),
            *(f"{found.share:.1%}", f"[{low:.1%}, {high:.1%}]"),
            *(f"{found.p_value:.3g}", f"{found.fixed_p_value:.3g}"),
            *(f"{found.units_for:,} : {found.units_against:,}", found.verdict),
        )
    return table


def _troubles(troubles: Sequence[Trouble]) -> Table:
    table = Table()
    _add_columns(table, ("trouble", "arm"), ("arm's", "control's", "p"), ("",))
    for found in troubles:
        table.add_row(
            *(found.name, found.arm, f"{found.share:.2%}", f"{found.control_share:.2%}"),
            *(f"{found.p_value:.3g}", "stop" if found.stop else ""),
        )
    return table


def _add_columns(
    table: Table, names: Sequence[str], numbers: Sequence[str], words: Sequence[str] = ()
) -> None:
    for heading in names:
        table.add_column(heading)
    for heading in numbers:
        table.add_column(heading, justify="right")
    for heading in words:
        table.add_column(heading)


def _relative(difference: float, lift: Lift) -> str:
    """As a share of the control's mean, where it has one."""
    if not math.isfinite(difference):
        return "?"
    if lift.control_mean > 0:
        return f"{difference / lift.control_mean:+.1%}"
    return f"{difference:+.4f}"


def _interval(lift: Lift) -> str:
    low, high = lift.interval
    return f"[{_relative(low, lift)}, {_relative(high, lift)}]"


def _mean(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else "?"


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
