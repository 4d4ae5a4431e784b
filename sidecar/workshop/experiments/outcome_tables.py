"""What came of an experiment, for the terminal."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sidecar.workshop.experiments.analysis import Analysis
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
        console.print(_allocation(analysis))
    if analysis.lifts:
        console.print(_lifts(analysis))
    if analysis.preferences:
        console.print(_preferences(analysis))
    if analysis.troubles:
        console.print(_troubles(analysis))
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


def _allocation(analysis: Analysis) -> Table:
    found = analysis.allocation
    assert found is not None
    table = _titled("Units")
    table.caption = f"dealt out by the shares: p = {found.p_value:.3g}"
    _add_columns(table, ("arm",), ("units", "expected"))
    total = sum(found.units.values())
    for arm, units in found.units.items():
        table.add_row(arm, f"{units:,}", f"{total * found.shares[arm]:,.0f}")
    return table


def _lifts(analysis: Analysis) -> Table:
    table = _titled("Means over searches")
    numbers = ("control", "arm's", "change", "interval", "p", "p, one look")
    _add_columns(table, ("metric", "arm"), numbers, ("",))
    for lift in analysis.lifts:
        name = f"{lift.metric} *" if lift.corrected else lift.metric
        table.add_row(
            *(name, lift.arm, _mean(lift.control_mean), _mean(lift.arm_mean)),
            *(_relative(lift.difference, lift), _interval(lift)),
            *(f"{lift.p_value:.3g}", f"{lift.fixed_p_value:.3g}", lift.verdict),
        )
    if any(lift.corrected for lift in analysis.lifts):
        table.caption = "* corrected by what the units did before (CUPED)"
    return table


def _preferences(analysis: Analysis) -> Table:
    table = _titled("Interleaved searches")
    numbers = ("won", "lost", "tied", "share won", "interval", "p", "p, one look", "units")
    _add_columns(table, ("arm",), numbers, ("",))
    for found in analysis.preferences:
        low, high = found.interval
        table.add_row(
            *(found.arm, f"{found.wins:,}", f"{found.losses:,}", f"{found.ties:,}"),
            *(f"{found.share:.1%}", f"[{low:.1%}, {high:.1%}]"),
            *(f"{found.p_value:.3g}", f"{found.fixed_p_value:.3g}"),
            *(f"{found.units_for:,} : {found.units_against:,}", found.verdict),
        )
    return table


def _troubles(analysis: Analysis) -> Table:
    table = _titled("Guardrails: units that met a trouble")
    _add_columns(table, ("trouble", "arm"), ("arm's", "control's", "p"), ("",))
    for found in analysis.troubles:
        table.add_row(
            *(found.name, found.arm, f"{found.share:.2%}", f"{found.control_share:.2%}"),
            *(f"{found.p_value:.3g}", "stop" if found.stop else ""),
        )
    return table


def _titled(title: str) -> Table:
    """A table whose title is not broken where its columns are narrow."""
    return Table(title=Text(title, no_wrap=True), title_justify="left", caption_justify="left")


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
