"""The named workloads: their rounds and their titles."""

from sidecar.workshop.bench.compare.workloads import WORKLOADS


def test_heavy_workloads_run_fewer_rounds_but_at_least_one() -> None:
    assert [WORKLOADS[key].rounds(10) for key in ("lognormal", "clients")] == [10, 2]
    assert WORKLOADS["clients"].rounds(1) == 1


def test_titles_follow_the_number_of_documents() -> None:
    assert WORKLOADS["thousand"].title == "1,000 documents, lognormal"
    assert WORKLOADS["clients"].scaled(10).title == "32 clients x 10 documents, lognormal"
    assert WORKLOADS["single"].scaled(10).title == "single pairs, lognormal"
