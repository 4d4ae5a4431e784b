"""What came of an experiment, as JSON."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sidecar.judgements.files import write_text
from sidecar.workshop.experiments.analysis import Analysis


def report(analysis: Analysis) -> dict[str, Any]:
    """Every figure; what is not known is null."""
    experiment = analysis.log.experiment
    allocation = analysis.allocation
    found: dict[str, Any] = {
        "experiment": experiment.name,
        "method": experiment.method,
        "control": experiment.control,
        "searches": len(analysis.log.searches),
        "units": len({search.unit for search in analysis.log.searches}),
        "alpha": analysis.alpha,
        "notes": analysis.log.faults.notes,
        "warnings": analysis.warnings,
        "allocation": allocation and {**asdict(allocation), "mismatch": allocation.mismatch},
        "lifts": [
            {**asdict(each), "difference": each.difference, "verdict": each.verdict}
            for each in analysis.lifts
        ],
        "preferences": [
            {**asdict(each), "share": each.share, "verdict": each.verdict}
            for each in analysis.preferences
        ],
        "guardrails": [asdict(each) for each in analysis.troubles],
        "verdicts": {each.arm: each.verdict for each in analysis.deciding},
        "stop": analysis.reasons_to_stop(),
    }
    known: dict[str, Any] = _finite(found)
    return known


def write_report(analysis: Analysis, file: Path) -> None:
    """Writes it in one step. Raises JudgementsError where that is not possible."""
    write_text(file, json.dumps(report(analysis), indent=2, ensure_ascii=False) + "\n")


def _finite(value: Any) -> Any:
    """JSON has no infinity: an open end is null."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
