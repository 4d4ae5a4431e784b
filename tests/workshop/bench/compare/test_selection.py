"""What the command's options select, and what they refuse."""

import pytest

from sidecar.errors import StartupError
from sidecar.workshop.bench.compare import selection
from sidecar.workshop.bench.compare.contender_specs import PEERS


def test_the_sidecar_is_always_compared_and_unknown_names_are_refused() -> None:
    assert [spec.key for spec in selection.contenders("bare")] == ["http", "in-process", "bare"]
    assert len(selection.contenders(None)) == 2 + len(PEERS)
    with pytest.raises(StartupError, match=r"--peers torch: it must be one of .*bare"):
        selection.contenders("bare,torch")


def test_workloads_are_scaled() -> None:
    selected = selection.workloads("single,short", 10)
    assert [(workload.key, workload.documents) for workload in selected] == [
        ("short", 10),
        ("single", 1),
    ]


def test_settings_are_named_as_in_the_settings_table() -> None:
    assert selection.settings(["workers=2", "engine=openvino"]) == {
        "workers": 2,
        "engine": "openvino",
    }
    with pytest.raises(StartupError, match="--sidecar workers: it must be NAME=VALUE"):
        selection.settings(["workers"])
