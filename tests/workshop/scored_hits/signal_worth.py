"""What one signal of a profile is worth on judged hits, at weights that other queries choose.

    python -m tests.workshop.scored_hits.signal_worth PROFILE JUDGEMENTS SIGNAL

Prints nDCG@10 without the signal and at each weight (whatever its cap), and at the weight that the
other folds' queries choose, with the paired 95 % interval over queries; the folds are drawn ten
times. The hits are those that `rerank-sidecar fit` reads, scored once (`--parts` keeps them).
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from sidecar.profile import Profile
from sidecar.signals import AnySignal
from sidecar.workshop.evaluation.inference import interval
from sidecar.workshop.model.progress import no_progress
from sidecar.workshop.scored_hits.assembling import assemble
from sidecar.workshop.scored_hits.folds import draw_folds
from sidecar.workshop.scored_hits.inputs import read_inputs
from sidecar.workshop.scored_hits.ndcg import Ranking
from sidecar.workshop.scored_hits.profile_source import ProfileSource
from sidecar.workshop.scored_hits.scoring import opened, score_hits
from sidecar.workshop.scored_hits.weighted import Weights, logits

DEPTH, DRAWS = 10, 10
WEIGHTS = (0.0, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0)


def main() -> None:
    """Reads the arguments, and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("profile")
    parser.add_argument("judgements", type=Path)
    parser.add_argument("signal")
    parser.add_argument("--parts", type=Path)
    given = parser.parse_args()
    profile = ProfileSource.open(given.profile).profile
    judgements, hits = read_inputs(given.judgements, None)
    with tempfile.TemporaryDirectory() as scratch, opened(None, profile) as model:
        file = given.parts or Path(scratch) / "parts.jsonl"
        scored = score_hits(hits, profile, model, file, no_progress)
    parts = assemble(scored, judgements, profile, DEPTH).parts
    strengths = parts.strengths[:, list(profile.signals).index(given.signal)]
    without = profile.model_copy(
        update={"signals": {**profile.signals, given.signal: _silent(profile, given.signal)}}
    )
    base, ranking = logits(parts, Weights.of(without)), Ranking(parts, DEPTH)
    table = np.stack([ranking.ndcg(base + weight * strengths) for weight in WEIGHTS])
    print(f"{parts.queries} queries, {parts.pairs} judged hits")
    for weight, row in zip(WEIGHTS, table, strict=True):
        low, high = interval(row - table[0], 0, 4000)
        change = f"{(row - table[0]).mean():+.4f} [{low:+.4f}, {high:+.4f}]"
        print(f"weight {weight:4g}: {row.mean():.4f}, {change}")
    held_out = np.zeros(parts.queries)
    chosen = []
    for draw in range(DRAWS):
        for fold in draw_folds(parts.queries, draw):
            others = np.setdiff1d(np.arange(parts.queries), fold)
            best = int(table[:, others].mean(axis=1).argmax())
            chosen.append(WEIGHTS[best])
            held_out[fold] += table[best, fold] / DRAWS
    low, high = interval(held_out - table[0], 0, 4000)
    print(
        f"held out: {held_out.mean():.4f}, {(held_out - table[0]).mean():+.4f} "
        f"[{low:+.4f}, {high:+.4f}]; weights chosen: {sorted(set(chosen))}"
    )


def _silent(profile: Profile, signal: str) -> AnySignal:
    return profile.signals[signal].model_copy(update={"weight": 0.0})


if __name__ == "__main__":
    main()
