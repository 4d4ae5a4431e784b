"""The stage times that the sidecar reports."""

import pytest

from sidecar.workshop.server_timing import stage_seconds


def test_server_timing_becomes_seconds_by_stage() -> None:
    header = 'parse;dur=0.12, infer;desc="x";dur=500.00, hit, fuse;dur=1e-1'
    assert stage_seconds(header) == pytest.approx({"parse": 0.00012, "infer": 0.5, "fuse": 0.0001})
    assert stage_seconds("") == {}
