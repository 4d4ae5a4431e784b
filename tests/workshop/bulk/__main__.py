"""python -m tests.workshop.bulk --kills 100: kills `rerank-file` over and over, and compares."""

import argparse
import tempfile
from pathlib import Path

from tests.workshop.bulk.killed_runs import Files, make_rows, run_with_kills


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rows = 20 * given.kills
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make_rows(folder / "in.jsonl", rows, given.seed)
        undisturbed = Files(source, folder / "undisturbed.jsonl")
        run_with_kills(undisturbed, 0, rows)
        killed = Files(source, folder / "killed.jsonl")
        moments = run_with_kills(killed, given.kills, rows, given.seed)
        same = killed.target.read_bytes() == undisturbed.target.read_bytes()
        same &= killed.rejects.read_bytes() == undisturbed.rejects.read_bytes()
    print(f"killed after {moments} of {rows} rows; the output is {'the same' if same else 'OTHER'}")
    raise SystemExit(not same)


main()
