"""Under a profile too a document's score is the same alone and in any company."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.service.explanations import explained

TOLERANCE = 1e-4
"""After the sigmoid: the manifest's promise."""
_WORDS = st.lists(
    st.sampled_from(
        "red blue running shoe 16gb laptop nike acme waterproof 42 jacket men's".split()
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
_PRODUCT = st.fixed_dictionaries(
    {"title": _WORDS},
    optional={
        "brand": st.sampled_from(["Nike", "Acme", "Asics"]),
        "color": st.sampled_from(["red", "navy", None]),
        "price": st.floats(1, 500),
        "in_stock": st.booleans(),
        "rating": st.floats(0, 5),
        "popularity": st.integers(0, 10**6),
        "description": _WORDS,
        "date": st.sampled_from(["2020-01-01", "2026-05-01"]),
    },
)
_QUERY = st.tuples(_WORDS, st.sampled_from(["", " under $80", " nike", " in red"])).map("".join)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=_QUERY, document=_PRODUCT, company=st.lists(_PRODUCT, min_size=1, max_size=6))
def test_alone_and_in_company(
    server: SidecarProcess, query: str, document: dict[str, Any], company: list[dict[str, Any]]
) -> None:
    (alone,) = explained(server, query, [document], profile="ecommerce")
    first, *_ = explained(server, query, [document, *company], profile="ecommerce")
    *_, last = explained(server, query, [*company, document], profile="ecommerce")
    for entry in (first, last):
        assert abs(entry["score"] - alone["score"]) <= TOLERANCE
        names = [(one["kind"], one["name"]) for one in entry["parts"]]
        assert names == [(one["kind"], one["name"]) for one in alone["parts"]]
