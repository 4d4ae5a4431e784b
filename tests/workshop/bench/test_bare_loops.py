"""The bare loops score the sidecar's pairs, and single pairs have the sidecar's logits."""

from pathlib import Path

import numpy as np
import pytest

from sidecar.runtime.families import logits as read_logits
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.bare_loops import bare_loops, budget_runs
from sidecar.workshop.bench.workload import Request
from tests.pipeline.pairs import pairs

TEXTS = ("a trail shoe", "word " * 900, "", "the tenant shall pay the rent on the first day")


def test_loops_give_the_sidecars_logits(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer, int8: OnnxSession
) -> None:
    request = Request({}, "running shoes", TEXTS)
    ours = np.concatenate(
        [
            read_logits(int8.run(batch([pair], manifest.padding, tokenizer.pad_id)))
            for pair in pairs(tokenizer, request.query, TEXTS)
        ]
    )
    loops = bare_loops(folder, manifest, manifest.graphs["int8"], pad_id=tokenizer.pad_id, cores=2)
    assert len({loop.name for loop in loops}) == len(loops)
    for loop in loops:
        logits = loop.logits(request)
        if loop.batches:  # the graph has no mask: padding counts as words
            assert logits.shape == ours.shape
            assert np.isfinite(logits).all(), loop.name
        else:
            assert logits == pytest.approx(ours, abs=1e-4), loop.name


def test_runs_keep_to_the_budget_and_lose_no_pair() -> None:
    lengths = [100, 20, 300, 90, 700, 95, 20]
    runs = budget_runs(lengths, 300)
    assert runs == [[4], [2], [0, 5, 3], [1, 6]]
    assert sorted(index for run in runs for index in run) == list(range(len(lengths)))


def test_without_a_budget_a_run_is_one_pair_longest_first() -> None:
    assert budget_runs([5, 9, 7], 0) == [[1], [2], [0]]
