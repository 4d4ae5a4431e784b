"""Hooks on a real server: their effect on an answer, and the warnings when they fail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import ask, assert_error, post
from tests.service.explanations import explained, order, part

EXAMPLES = Path(__file__).parents[2] / "examples" / "hooks"
PATIENT = {"hook_budget_ms": 5000}
"""A loaded machine is no failure here."""
SHOES = [
    {"title": "Road running shoe", "brand": "Asics"},
    {"title": "Road running shoe", "brand": "Nike"},
    {"title": "Paper bag", "brand": "Nike"},
]
RAISES = """
def document_hook(query, documents, context):
    if query == "fine":
        return [__import__("sidecar.hooks").hooks.HookResult() for _ in documents]
    raise LookupError("what the user wrote: " + query)
"""


@pytest.fixture(scope="module")
def examples() -> Iterator[SidecarProcess]:
    files = ",".join(str(path) for path in sorted(EXAMPLES.glob("*.py")))
    with SidecarProcess({"hooks": files, **PATIENT}) as process:
        yield process


@pytest.fixture
def raising(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.py"
    path.write_text(RAISES)
    return path


def body(context: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return {
        "query": "running shoes",
        "documents": SHOES,
        "profile": "ecommerce",
        "context": context or {},
        **keys,
    }


@pytest.mark.parametrize("path", ["/v2/rerank", "/opensearch/rerank", "/elasticsearch/rerank"])
def test_a_shoppers_brand_moves_its_products(examples: SidecarProcess, path: str) -> None:
    for liked, first in (("Asics", 0), ("Nike", 1)):
        ranked = order(post(examples, path, body({"user": {"brands": {liked: 1.0}}})))
        assert ranked == [first, 1 - first, 2], "and a bag stays a bag"


def test_the_hooks_part_is_explained(examples: SidecarProcess) -> None:
    context = {"user": {"brands": {"Nike": 0.5}}}
    entries = explained(examples, "running shoes", SHOES, profile="ecommerce", context=context)
    name = "ecommerce_brand_affinity.brand"
    assert [part(entry, "hook", name) for entry in entries] == pytest.approx([0, 0.4, 0.4])
    for entry in entries:
        total = sum(one["value"] for one in entry["parts"])
        assert total == pytest.approx(entry["logit"], abs=1e-6)
    other_brand = explained(examples, "nike shoes", SHOES, profile="ecommerce", context=context)
    assert [part(entry, "hook") for entry in other_brand] == [0, 0, 0]


def test_plain_words_find_the_law(examples: SidecarProcess) -> None:
    cases = [
        {"title": "Repairs", "text": "The landlord keeps the roof in repair."},
        {"title": "Summary possession", "text": "An action in ejectment lies at once."},
    ]
    query = "can my landlord kick me out"
    _, lifted = explained(examples, query, cases, profile="legal")
    assert part(lifted, "hook", "legal_term_lexicon.terms") == pytest.approx(1.0)


def test_hooks_read_rows_as_fields_and_plain_text_as_text(examples: SidecarProcess) -> None:
    context = {"user": {"brands": ["Nike"]}}
    rows = ['{"title": "Shoe", "brand": "Nike"}', "---\ntitle: Shoe\nbrand: Nike\n", "A Nike shoe"]
    entries = explained(examples, "running shoes", rows, profile="ecommerce", context=context)
    assert [part(entry, "hook") for entry in entries] == pytest.approx([0.8, 0.8, 0])


def test_info_and_metrics_know_the_hooks(examples: SidecarProcess) -> None:
    post(examples, "/v2/rerank", body())
    states = ask(examples, "/info").body["hooks"]
    assert [state["hook"] for state in states] == [
        "hook ecommerce_brand_affinity (document)",
        "hook legal_term_lexicon (document)",
        "hook legal_term_lexicon (query)",
    ]
    assert all(state["disabled"] is None and state["calls"]["ok"] for state in states)
    text = ask(examples, "/metrics").raw.decode()
    assert 'rerank_hook_calls_total{hook="legal_term_lexicon",outcome="ok"}' in text


def test_a_hook_that_raises_is_left_out_with_a_warning(raising: Path) -> None:
    with (
        SidecarProcess() as without,
        SidecarProcess({"hooks": raising, **PATIENT}) as process,
    ):
        first = post(process, "/v2/rerank", body())
        again = post(process, "/v2/rerank", body({"more": 1}))
        opensearch = post(process, "/opensearch/rerank", body())
        texts = post(process, "/rerank", {"query": "running", "texts": ["a shoe"]})
        assert first.body["results"] == post(without, "/v2/rerank", body()).body["results"]
        info = ask(process, "/info").body
        metrics = ask(process, "/metrics").raw.decode()
    warning = "hook faulty (document) is disabled: it raised LookupError"
    assert first.body["meta"]["warnings"] == again.body["meta"]["warnings"] == [warning]
    assert opensearch.body["warnings"] == [warning]
    assert texts.headers["x-rerank-warnings"] == warning
    assert all("running" not in str(answer.headers) for answer in (first, texts))
    assert info["hooks"] == [
        {
            "hook": "hook faulty (document)",
            "calls": {"raised": 1},
            "disabled": "it raised LookupError",
        }
    ]
    assert 'rerank_hook_calls_total{hook="faulty",outcome="raised"} 1.0' in metrics


def test_who_wants_an_error_gets_503(raising: Path) -> None:
    settings = {"hooks": raising, "on_hook_failure": "error", **PATIENT}
    with SidecarProcess(settings) as process:
        for _ in range(2):
            for path in ("/v2/rerank", "/opensearch/rerank"):
                message = assert_error(post(process, path, body()), 503, "hook")
                assert message == "hook faulty (document) failed: it raised LookupError"
        fine = post(process, "/v2/rerank", {"query": "fine", "documents": ["a"]})
        assert fine.status == 200, "the next request asks the hook again"
        (state,) = ask(process, "/info").body["hooks"]
        assert state["calls"] == {"raised": 4, "ok": 1}
        assert state["disabled"] is None


def test_a_hook_that_is_late_is_not_waited_for(tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ndef query_hook(query, context):\n    time.sleep(30)\n")
    with SidecarProcess({"hooks": slow, "hook_budget_ms": 20}) as process:
        warnings = [post(process, "/v2/rerank", body()).body["meta"]["warnings"] for _ in range(4)]
    assert warnings[:2] == [["hook slow (query) is ignored: it was late"]] * 2
    assert warnings[2:] == [["hook slow (query) is disabled: it was late 3 times in a row"]] * 2
