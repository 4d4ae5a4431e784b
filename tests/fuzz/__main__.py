"""Many random requests, and a report:

python -m tests.fuzz --requests 100000 --seed 1
"""

import argparse
import asyncio

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.fuzz.shooting import Report, shoot
from tests.resident_memory import growth


def main() -> None:
    """Exits with 1 when a request was answered wrongly."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    def progress(done: int, report: Report) -> None:
        print(f"{done} sent, {len(report.faults)} faults, {report.rss_mb[-1]:.0f} MB", flush=True)

    with SidecarProcess() as server:
        report = asyncio.run(
            shoot(server.url, options.requests, options.seed, server.pid, progress)
        )
    for number, wrong, shot in report.faults[:20]:
        print(f"request {number}: {wrong}\n  {shot.method} {shot.path} {dict(shot.headers)}")
        print(f"  {shot.body[:1000]!r}")
    print(f"{report.total} requests, by status {dict(sorted(report.statuses.items()))}")
    print(f"slowest {report.slowest_s:.2f} s, {len(report.faults)} answered wrongly")
    print(f"resident memory {report.rss_mb[0]:.0f} to {report.rss_mb[-1]:.0f} MB, ", end="")
    print(f"{growth(report.rss_mb):+.1%} from the second to the last fifth")
    raise SystemExit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
