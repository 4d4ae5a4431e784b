"""Token buckets on a clock that the test moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.access.api_key import ANONYMOUS, ApiKey, Quota, Unit
from sidecar.access.quotas import Quotas
from sidecar.errors import QuotaExceeded


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def shop(requests: int | None = None, documents: int | None = None) -> ApiKey:
    return ApiKey("shop", b"1", quota=Quota(requests, documents))


def taken(quotas: Quotas, key: ApiKey, unit: Unit, amount: int = 1) -> float:
    """0, or the seconds to wait."""
    try:
        quotas.take(key, unit, amount)
    except QuotaExceeded as fault:
        return fault.retry_after_s or 0.0
    return 0.0


def test_a_minutes_worth_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    quotas = Quotas(clock)
    key = shop(requests=60)
    assert [taken(quotas, key, "requests") for _ in range(60)] == [0.0] * 60
    assert taken(quotas, key, "requests") == pytest.approx(1.0)
    clock.now += 0.5
    assert taken(quotas, key, "requests") == pytest.approx(0.5)
    clock.now += 0.5
    assert taken(quotas, key, "requests") == 0.0
    clock.now += 3600
    assert [taken(quotas, key, "requests") for _ in range(61)][-2:] == [0.0, pytest.approx(1.0)]


def test_a_request_larger_than_the_quota_waits_for_a_full_bucket_and_pays_it_off() -> None:
    clock = Clock()
    quotas = Quotas(clock)
    key = shop(documents=100)
    assert taken(quotas, key, "documents", 1000) == 0.0
    assert taken(quotas, key, "documents", 1) == pytest.approx(901 * 0.6)
    clock.now += 901 * 0.6
    assert taken(quotas, key, "documents", 1) == 0.0
    assert taken(quotas, key, "documents", 1000) == pytest.approx(60.0)


def test_keys_and_units_do_not_share_buckets() -> None:
    quotas = Quotas(Clock())
    one, other = shop(1, 1), ApiKey("jobs", b"2", quota=Quota(1, 1))
    for key in (one, other):
        for unit in ("requests", "documents"):
            assert taken(quotas, key, unit) == 0.0  # type: ignore[arg-type]
            assert taken(quotas, key, unit) > 0.0  # type: ignore[arg-type]


def test_a_refusal_says_of_what_there_were_too_many() -> None:
    quotas = Quotas(Clock())
    quotas.take(shop(requests=1), "requests")
    with pytest.raises(QuotaExceeded, match="shop has used its quota: 1 requests per minute"):
        quotas.take(shop(requests=1), "requests")


def test_no_limit_is_no_limit() -> None:
    quotas = Quotas(Clock())
    for key in (ANONYMOUS, shop(), shop(requests=1)):
        assert [taken(quotas, key, "documents", 10**9) for _ in range(10)] == [0.0] * 10


def test_a_reload_neither_fills_a_bucket_nor_keeps_an_old_limit() -> None:
    quotas = Quotas(Clock())
    assert taken(quotas, shop(requests=1), "requests") == 0.0
    quotas.keep([shop(requests=1)])
    assert taken(quotas, shop(requests=1), "requests") > 0.0
    assert taken(quotas, shop(requests=2), "requests") == 0.0
    quotas.keep([])
    assert taken(quotas, shop(requests=2), "requests") == 0.0


@given(
    st.integers(1, 10_000),
    st.lists(st.tuples(st.floats(0, 120), st.integers(1, 5000)), min_size=1, max_size=40),
)
def test_whoever_waits_as_told_is_served_and_the_rate_holds(
    limit: int, asked: list[tuple[float, int]]
) -> None:
    clock = Clock()
    quotas = Quotas(clock)
    key = shop(documents=limit)
    start, served = clock.now, 0
    for pause, amount in asked:
        clock.now += pause
        wait_s = taken(quotas, key, "documents", amount)
        if wait_s > 0.0:
            clock.now += wait_s
            assert taken(quotas, key, "documents", amount) == 0.0
        served += amount
        # A bucket, what has flowed in, and the debt of the last request.
        flowed = limit * (clock.now - start) / 60
        assert served <= limit + flowed + max(0, amount - limit) + 1e-3
