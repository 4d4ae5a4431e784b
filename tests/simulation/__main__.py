"""Many seeds, or the story of one:

python -m tests.simulation --seeds 10000
python -m tests.simulation --first 4711 --seeds 1 --trace
"""

import argparse
import time
from collections import Counter

import structlog

from tests.simulation.simulation import Failed, simulate

PROGRESS = 500
"""Seeds between lines."""


def say(line: str) -> None:
    """Prints it at once, to a file as well."""
    print(line, flush=True)


def main() -> None:
    """Exits with 1 when a seed failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--trace", action="store_true", help="print what happens")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    outcomes: Counter[str] = Counter()
    failed: list[str] = []
    start, virtual_s, both_s = time.process_time(), 0.0, 0.0
    for seed in range(options.first, options.first + options.seeds):
        try:
            story = simulate(seed, say if options.trace else None)
        except Failed as fault:
            failed.append(str(fault))
            say(str(fault))
        else:
            outcomes += story.outcomes
            virtual_s += story.seconds
            both_s = max(both_s, story.both_waited_s)
        if (seed - options.first) % PROGRESS == PROGRESS - 1:
            say(f"{seed - options.first + 1} seeds, {len(failed)} failed")
    seconds = time.process_time() - start
    say(f"{options.seeds} seeds, {outcomes.total()} requests, {virtual_s:.0f} virtual seconds")
    say(f"{seconds:.0f} s of CPU; by outcome {dict(outcomes.most_common())}")
    say(f"both priorities waited for up to {both_s:.0f} s of work")
    say(f"{len(failed)} seeds failed")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
