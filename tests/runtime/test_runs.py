"""Which pairs share a run."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.errors import StartupError
from sidecar.runtime.manifest import Graph, Padding
from sidecar.runtime.options import Device, RuntimeOptions
from sidecar.runtime.runs import Layout, batch, layout_for, take_run
from sidecar.runtime.session import ModelInput


@dataclass(eq=False)
class Job:
    waiting: list[tuple[int, int]]
    in_order: bool = False


def job(*lengths: int) -> Job:
    return Job(sorted((length, position) for position, length in enumerate(lengths)))


SINGLE = Layout(workers=2, intra_op_threads=1, token_budget=0)


def padded(budget: int, most: int = 1024) -> Layout:
    return Layout(workers=1, intra_op_threads=1, token_budget=budget, max_run_inputs=most)


def test_without_a_budget_a_run_is_the_longest_pair_of_the_job_that_leads() -> None:
    old, new = job(5, 9, 7), job(100)
    taken = [take_run(old, [old, new], SINGLE) for _ in range(3)]
    assert taken == [[(old, 1)], [(old, 2)], [(old, 0)]]
    assert take_run(new, [new], SINGLE) == [(new, 0)]


def test_a_run_is_filled_with_the_longest_that_are_not_longer() -> None:
    old, new = job(50, 10), job(60, 49, 48, 9)
    run = take_run(old, [old, new], padded(200))
    assert run == [(old, 0), (new, 1), (new, 2), (old, 1)]
    assert new.waiting == [(9, 3), (60, 0)]


def test_a_pair_longer_than_the_budget_still_runs() -> None:
    only = job(500)
    assert take_run(only, [], padded(100)) == [(only, 0)]


lengths = st.lists(st.lists(st.integers(1, 512), min_size=1, max_size=30), min_size=1, max_size=5)


@given(lengths, st.sampled_from([0, 64, 1024, 16_384]), st.integers(1, 64))
def test_every_pair_runs_once_within_the_budget(
    jobs: list[list[int]], budget: int, most: int
) -> None:
    queue = [job(*each) for each in jobs]
    layout = padded(budget, most)
    ran = []
    while waiting := [each for each in queue if each.waiting]:
        run = take_run(waiting[-1], queue, layout)
        sizes = [jobs[queue.index(owner)][position] for owner, position in run]
        assert len(run) == 1 or max(sizes) * len(run) <= budget
        assert len(run) <= (most if budget else 1)
        assert sizes[0] == max(sizes)
        ran += [(queue.index(owner), position) for owner, position in run]
    assert sorted(ran) == [(n, p) for n, each in enumerate(jobs) for p in range(len(each))]


@given(lengths)
def test_the_job_that_leads_is_in_every_run_until_it_is_done(jobs: list[list[int]]) -> None:
    queue = [job(*each) for each in jobs]
    while queue[0].waiting:
        assert take_run(queue[0], queue, padded(256))[0][0] is queue[0]


def pair(*ids: int, segments: bool = True) -> ModelInput:
    array = np.array(ids, dtype=np.int64)
    return ModelInput(array, np.ones_like(array) if segments else None)


@pytest.mark.parametrize(
    ("side", "ids", "mask"),
    [
        ("right", [[7, 8, 9], [5, 0, 0]], [[1, 1, 1], [1, 0, 0]]),
        ("left", [[7, 8, 9], [0, 0, 5]], [[1, 1, 1], [0, 0, 1]]),
    ],
)
def test_a_batch_is_padded_on_the_models_side(
    side: str, ids: list[list[int]], mask: list[list[int]]
) -> None:
    padding = Padding.model_validate({"side": side, "token": "[PAD]"})
    arrays = batch([pair(7, 8, 9), pair(5)], padding, pad_id=0)
    assert arrays.input_ids.tolist() == ids
    assert arrays.attention_mask.tolist() == mask
    assert arrays.token_type_ids is not None
    assert arrays.token_type_ids.tolist() == mask  # segment 1 where there is a token


def test_a_model_without_segments_gets_none() -> None:
    assert batch([pair(1, segments=False)], Padding(token="x"), 0).token_type_ids is None


def graph(runs: str) -> Graph:
    return Graph.model_validate(
        {
            "file": "g.onnx",
            "precision": "fp32",
            "devices": ["cpu", "cuda"],
            "runs": runs,
            "tolerance": 1e-4,
            "canonical_tolerance": 1e-3,
        }
    )


def options(device: Device, **fixed: int) -> RuntimeOptions:
    return RuntimeOptions(device=device, **fixed)


def test_a_cpu_gets_a_worker_per_core_and_a_device_one_with_a_budget() -> None:
    cpu = layout_for(options("cpu"), graph("single"), cores=4)
    assert (cpu.workers, cpu.intra_op_threads, cpu.token_budget) == (4, 1, 0)
    device = layout_for(options("cuda"), graph("padded"), cores=4)
    assert device.workers == 1
    assert device.token_budget > 0


def test_what_a_setting_fixes_leaves_the_rest_to_the_cores() -> None:
    def shape(**fixed: int) -> tuple[int, int, str]:
        layout = layout_for(options("cpu", **fixed), graph("single"), cores=8)
        return layout.workers, layout.intra_op_threads, layout.source

    assert shape() == (8, 1, "default")
    assert shape(workers=2) == (2, 4, "setting")
    assert shape(threads=4) == (2, 4, "setting")
    assert shape(threads=16) == (1, 16, "setting")
    assert shape(workers=9, threads=1) == (9, 1, "setting")
    assert shape(token_budget=0) == (8, 1, "setting")
    padded = layout_for(options("cpu", token_budget=512), graph("padded"), cores=8)
    assert (padded.workers, padded.intra_op_threads) == (1, 8)


def test_a_single_graph_never_gets_a_budget() -> None:
    assert layout_for(options("cuda"), graph("single"), cores=4).token_budget == 0
    with pytest.raises(StartupError, match="one pair per run"):
        layout_for(options("cpu", token_budget=512), graph("single"), cores=4)


@pytest.mark.parametrize("layout", [SINGLE, padded(8), padded(64)])
def test_a_job_that_runs_in_order_always_takes_its_next_input(layout: Layout) -> None:
    ordered = job(5, 9, 7, 2, 9)
    ordered.in_order = True
    leads = []
    while ordered.waiting:
        leads.append(take_run(ordered, [], layout)[0][1])
    assert leads == sorted(leads)
    assert leads[0] == 0


def test_a_run_in_order_is_filled_as_any_other() -> None:
    ordered, other = job(5, 9, 3), job(4, 6)
    ordered.in_order = True
    assert take_run(ordered, [other], padded(20)) == [(ordered, 0), (other, 0), (ordered, 2)]
