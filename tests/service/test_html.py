"""HTML in documents: the model reads the text, and offsets point into what was sent."""

import html as references
from typing import Any

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import post, scores
from tests.service.explanations import explained, part
from tests.service.test_long_documents import Case

QUERY = "red running shoes"
TEXT = "Red running shoes & socks, sizes 38 < 45. Made for wet trails."
MARKED = (
    "<style>p {color: red}</style><div class='x'><p>Red <b>running</b> shoes &amp; socks, sizes "
    "38 &lt; 45. Made for<br/>wet&nbsp;trails.</p><script>track('red running shoes')</script></div>"
)


def marked(text: str) -> str:
    """A page with the paragraphs of the text."""
    paragraphs = "".join(
        f"<div class='clause'>\n  <p style=\"x: y\">{references.escape(each)}</p>\n</div>"
        for each in text.split("\n\n")
    )
    return (
        f"<!DOCTYPE html><html><head><style>p {{}}</style></head><body>{paragraphs}</body></html>"
    )


@pytest.mark.parametrize("profile", ["plain", "legal"])
@pytest.mark.parametrize("of", ["text", "fields"])
def test_the_model_reads_the_text(server: SidecarProcess, profile: str, of: str) -> None:
    def score(text: str) -> float:
        document: Any = text if of == "text" else {"title": "Shoes", "text": text}
        body = {"query": QUERY, "documents": [document, "x"], "profile": profile}
        return scores(post(server, "/v2/rerank", body))[0]

    plain = TEXT.replace("for wet", "for\nwet")
    assert score(MARKED) == pytest.approx(score(plain), abs=1e-6)


def test_fields_match_without_markup(server: SidecarProcess) -> None:
    documents = [{"title": "R&amp;D <b>shoe</b>s"}, {"title": "R&D shoes"}]
    first, second = explained(server, "r&d shoes", documents, profile="ecommerce")
    assert first["parts"] == second["parts"]
    assert part(first, "field", "title")


def test_a_document_of_markup_alone_is_empty(server: SidecarProcess) -> None:
    body = {"query": QUERY, "documents": ["<br><img src='shoe.png'>", ""]}
    by_index = scores(post(server, "/v2/rerank", body))
    assert by_index[0] == by_index[1]


@pytest.mark.parametrize("of", ["text", "fields"])
def test_evidence_points_into_the_original(server: SidecarProcess, of: str) -> None:
    case = Case.of("lq4")
    plain = case.document("middle")
    page = marked(plain)
    profile = "plain" if of == "text" else "legal"

    def entry(text: str) -> Any:
        document: Any = text if of == "text" else {"title": "Contract", "text": text}
        (found,) = explained(server, case.query, [document], profile=profile)
        return found

    by_page, by_text = entry(page), entry(plain)
    assert by_page["logit"] == pytest.approx(by_text["logit"], abs=1e-4)
    span, expected = by_page["evidence"], by_text["evidence"]
    assert span["field"] == expected["field"]
    shown = page[span["start"] : span["end"]]
    assert references.escape(case.answer) in shown
    assert not shown.startswith("<")
    assert not shown.endswith(">")


def test_spans_point_into_the_original(server: SidecarProcess) -> None:
    spans = {"mode": "enabled", "threshold": 0.0}
    body = {"query": QUERY, "documents": [MARKED], "relevant_spans": spans}
    (result,) = post(server, "/v2/rerank", body).body["results"]
    shown = [MARKED[span["start"] : span["end"]] for span in result["relevant_spans"]]
    assert shown == [
        "Red <b>running</b> shoes &amp; socks, sizes 38 &lt; 45.",
        "Made for<br/>wet&nbsp;trails.",
    ]
