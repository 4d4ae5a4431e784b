"""Which layouts are tried on a machine, and how they are named."""

from sidecar.runtime.options import Device
from sidecar.runtime.runs import Layout
from sidecar.workshop.tune.candidates import as_flags, budgets, layout_name, shapes

DEFAULT = Layout(workers=2, intra_op_threads=1, token_budget=0)


def tried(default: Layout, device: Device, cores: int, physical: int) -> set[tuple[int, int]]:
    """(workers, threads) of the layouts that are tried beside the default."""
    layouts = shapes(default, device=device, cores=cores, physical=physical)
    assert len(set(layouts)) == len(layouts)
    assert default not in layouts
    assert all(layout.token_budget == default.token_budget for layout in layouts)
    return {(layout.workers, layout.intra_op_threads) for layout in layouts}


def test_two_cores() -> None:
    assert tried(DEFAULT, "cpu", 2, 2) == {(3, 1), (1, 2)}


def test_a_worker_per_core_and_not_per_hardware_thread_is_tried() -> None:
    default = Layout(workers=12, intra_op_threads=1, token_budget=0)
    counts = tried(default, "cpu", 12, 6)
    assert {(6, 1), (13, 1), (6, 2), (3, 2), (1, 12), (1, 6)} <= counts
    assert max(workers * threads for workers, threads in counts) == 13


def test_one_core() -> None:
    assert tried(Layout(workers=1, intra_op_threads=1, token_budget=0), "cpu", 1, 1) == {(2, 1)}


def test_a_device_gets_a_second_worker() -> None:
    default = Layout(workers=1, intra_op_threads=1, token_budget=16_384)
    assert tried(default, "cuda", 16, 8) == {(2, 1)}


def test_only_graphs_whose_pairs_may_share_a_run_have_budgets() -> None:
    assert budgets(DEFAULT, runs="single", device="cpu") == []
    assert budgets(DEFAULT, runs="single", device="cuda") == []
    layouts = budgets(DEFAULT, runs="padded", device="cpu")
    assert [layout.token_budget for layout in layouts] == [512, 1024]
    assert {(layout.workers, layout.intra_op_threads) for layout in layouts} == {(2, 1)}
    device = Layout(workers=2, intra_op_threads=1, token_budget=16_384)
    layouts = budgets(device, runs="padded", device="cuda")
    assert [layout.token_budget for layout in layouts] == [4_096, 8_192, 32_768, 65_536]


def test_a_layout_has_a_name_and_flags() -> None:
    layout = Layout(workers=1, intra_op_threads=2, token_budget=512)
    assert layout_name(layout) == "1 worker x 2 threads, 512 tokens"
    assert as_flags(layout) == "--workers 1 --threads 2 --token-budget 512"
