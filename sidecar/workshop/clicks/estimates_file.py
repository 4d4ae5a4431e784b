"""Every pair with what the click model says of it, judged or not: JSON lines."""

import json
from collections.abc import Iterator, Sequence

from sidecar.workshop.clicks.actions import LaterAction
from sidecar.workshop.clicks.event_log import EventLog
from sidecar.workshop.clicks.judging import Judged


def estimate_lines(judged: Judged, log: EventLog, later: Sequence[LaterAction]) -> Iterator[str]:
    """One line per pair, in the order of the log."""
    pairs, found = judged.pairs, judged.estimates
    for at in range(len(pairs.text)):
        row = {
            "query": log.texts[pairs.text[at]],
            "document_id": log.documents[pairs.document[at]],
            "grade": int(judged.grades[at]),
            "relevance": round(float(found.relevance[at]), 4),
            "low": round(float(found.low[at]), 4),
            "high": round(float(found.high[at]), 4),
            "effective_size": round(float(found.effective_size[at]), 2),
            "judged": bool(judged.enough[at]),
            "shown": int(pairs.shown[at]),
            "clicked": int(pairs.clicked[at]),
        }
        for column, action in enumerate(later):
            row[action.name] = int(pairs.actions[at, column])
        yield json.dumps(row, ensure_ascii=False) + "\n"
