"""How long a million UBI events take to become judgements, and how much memory.

    python -m tests.workshop.clicks.speed [--events 1000000] [--form hits|impressions] [--model pbm]

Simulated users search a shop of 2,000 queries with 40 documents each; ten are shown. In the form
`hits` the queries name what was shown and the events are clicks alone, so that a million events
need more searches than in the form `impressions`. --keep keeps the log. Times are CPU times of the
process that runs `judgements from-clicks`, and memory is its peak.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.workshop.clicks.simulated_users import Shop, position_based_clicks, ubi_records

SHOWN = 10
EXAMINATION = 1 / np.arange(1, SHOWN + 1) ** 0.7
SEARCHES_AT_A_TIME = 20_000


def write_log(path: Path, events: int, form: str) -> tuple[int, int]:
    """Writes the log; returns how many events and queries it has."""
    rng = np.random.default_rng(1)
    shop = Shop.make(rng, queries=2000, documents=40)
    written = queries = 0
    with path.open("w", encoding="utf8") as file:
        while written < events:
            pairs = shop.lists(rng, SEARCHES_AT_A_TIME, SHOWN)
            clicked = position_based_clicks(rng, shop, pairs, EXAMINATION)
            for record in ubi_records(
                pairs, clicked, shop, impression_events=form == "impressions", first_search=queries
            ):
                is_event = "action_name" in record
                if written == events and is_event:
                    return written, queries
                written += is_event
                queries += not is_event
                file.write(json.dumps(record) + "\n")
    return written, queries


def main() -> None:
    """Writes a log, judges it in a process of its own, and prints what that took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--form", choices=("hits", "impressions"), default="impressions")
    parser.add_argument("--model", choices=("pbm", "dbn"), default="pbm")
    parser.add_argument("--keep", type=Path, help="where the log is written, and stays")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = chosen.keep or Path(folder, "ubi.jsonl")
        events, queries = write_log(log, chosen.events, chosen.form)
        out = Path(folder, "judgements.jsonl")
        command = [sys.executable, "-m", "sidecar", "judgements", "from-clicks", str(log)]
        subprocess.run([*command, "--out", str(out), "--model", chosen.model], check=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{events:,} events and {queries:,} queries ({log.stat().st_size / 1e6:,.0f} MB): "
            f"{used.ru_utime + used.ru_stime:.1f} s of CPU time, "
            f"{used.ru_maxrss / 1024:,.0f} MiB at the peak"
        )


if __name__ == "__main__":
    main()
