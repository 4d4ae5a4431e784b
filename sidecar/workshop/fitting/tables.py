"""A fit on the screen."""

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markup import escape

from sidecar.workshop.calibrating.tables import print_reliability, say
from sidecar.workshop.counted import counted
from sidecar.workshop.figure_table import figure_table
from sidecar.workshop.fitting.cross_validation import GIVEN
from sidecar.workshop.fitting.fit import FitOutcome, FitSpec
from sidecar.workshop.scored_hits.proof import Proof


def print_fit(spec: FitSpec, outcome: FitOutcome, console: Console) -> None:
    """What was fitted and what it is worth."""
    for note in outcome.judged.notes:
        say(console, f"note: {note}")
    _print_weights(spec, outcome, console)
    _print_lift(spec, outcome, console)
    if outcome.calibrated is not None:
        console.print()
        print_reliability(outcome.calibrated, console)
    elif outcome.calibration_fault is not None:
        say(console, f"no calibration: {outcome.calibration_fault}")


def _print_weights(spec: FitSpec, outcome: FitOutcome, console: Console) -> None:
    """A row for each part that differs between the judged hits of some query, and a line with the
    names of the others."""
    parts, given, fitted = outcome.judged.parts, outcome.parameters.given, outcome.weights
    name = spec.source.profile.name
    table = figure_table(
        f"{name}: {parts.queries} queries, {counted(parts.pairs, 'judged hit')}",
        ("queries", "weight", "fitted", "cap", "fitted"),
        names="part",
        caption="queries: in how many the part is not the same for all judged hits",
    )
    still = []
    numbers = zip(parts.varying(parts.matches), given.fields, fitted.fields, strict=True)
    for name, (count, old, new) in zip(outcome.parameters.fields, numbers, strict=True):
        if count:
            table.add_row(escape(f"field {name}"), str(count), *_pair(old, new), "", "")
        else:
            still.append(f"field {name}")
    if outcome.parameters.fields:
        table.add_row("all field matches", "", "", "", *_pair(given.match_cap, fitted.match_cap))
    of_signals = (given.signals, fitted.signals, given.caps, fitted.caps)
    rows = zip(parts.varying(parts.strengths), *of_signals, strict=True)
    for name, (count, old, new, old_cap, new_cap) in zip(
        outcome.parameters.signals, rows, strict=True
    ):
        if count:
            pairs = (*_pair(old, new), *_pair(old_cap, new_cap))
            table.add_row(escape(f"signal {name}"), str(count), *pairs)
        else:
            still.append(f"signal {name}")
    console.print(table)
    if still:
        say(console, f"never differ, so they stay: {', '.join(still)}")


def _print_lift(spec: FitSpec, outcome: FitOutcome, console: Console) -> None:
    found, (low, high) = outcome.validated, outcome.interval
    lift = found.lift
    chosen = sum(each != GIVEN for each in found.chosen)
    lines = (
        f"nDCG@{spec.depth}, held out: {found.before.mean():.3f} -> {found.after.mean():.3f}, "
        f"{lift.mean():+.4f} [{low:+.4f}, {high:+.4f}]",
        f"better in {int((lift > 1e-9).sum())} queries, worse in {int((lift < -1e-9).sum())}; "
        f"{chosen} of {len(found.chosen)} folds chose to change weights",
        f"all queries chose: {found.setting}",
    )
    for line in lines:
        say(console, line)


def _pair(old: float, new: float) -> tuple[str, str]:
    """The given number, and the fitted one where it is another."""
    return f"{old:g}", "" if np.isclose(old, new, atol=1e-12) else f"{new:g}"


def print_written(file: Path, text: str, proof: Proof, depth: int, console: Console) -> None:
    """What was written, and that the service ranks by it as was predicted."""
    say(console, f"\n{file}:\n{text}")
    say(
        console,
        f"read back and asked for {proof.queries} of the queries, {counted(proof.pairs, 'pair')}: "
        f"nDCG@{depth} {proof.ndcg:.4f} as predicted, logits within {proof.difference:.1g}",
    )
