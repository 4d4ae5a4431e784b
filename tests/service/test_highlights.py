"""The highlighter's route on a real service: places in Java's strings, and nothing but those."""

from typing import Any

import pytest

from sidecar.pipeline.threshold import IGNORED
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import post

LEASE = (
    "The tenant paid rent on time. Under section 12 a landlord may end a lease early only with six"
    " months' written notice. Costs follow the event."
)
ANSWER = "Under section 12 a landlord may end a lease early only with six months' written notice."
QUESTION = "may a landlord end the lease early"


def highlighted(server: SidecarProcess, *contexts: str, question: str = QUESTION) -> list[Any]:
    body = {"inputs": [{"question": question, "context": context} for context in contexts]}
    answer = post(server, "/opensearch/highlight", body)
    assert answer.status == 200
    lists = answer.body["highlights"]
    assert len(lists) == len(contexts)
    return [
        [marked(text, each) for each in places]
        for text, places in zip(contexts, lists, strict=True)
    ]


def marked(text: str, place: dict[str, int]) -> str:
    """What Java's text.substring(start, end) is."""
    units = text.encode("utf-16-le")
    return units[2 * place["start"] : 2 * place["end"]].decode("utf-16-le")


@pytest.mark.parametrize(
    "before",
    [
        "",
        "😀👩‍👩‍👧 𝒳 is an odd beginning. ",
        "合同的条款。第十二条 甲方应当付款。",
        'Cafe\u0301 na\u00efve \u0001\u2028 C:\\temp "quoted" ${parameters.x}.\r\n\r\n',
        "<p>All &amp; <b>sundry</b>.</p>\n",
    ],
    ids=["plain", "astral", "chinese", "odd", "html"],
)
def test_places_count_code_units(server: SidecarProcess, before: str) -> None:
    (sentences,) = highlighted(server, before + LEASE)
    assert sentences == [ANSWER]


def test_sentences_of_html_are_whole_and_its_tags_stay_apart(server: SidecarProcess) -> None:
    html = f"<div><p>Keys are handed over.</p><p><b>Under</b>{ANSWER[5:]}</p><p>x</p></div>"
    (sentences,) = highlighted(server, html)
    assert sentences == [f"<b>Under</b>{ANSWER[5:]}"]


def test_a_text_about_something_else_has_no_highlight(server: SidecarProcess) -> None:
    other = "The stock market fell on Monday. Analysts blamed interest rates. Bond yields rose."
    assert highlighted(server, LEASE, "", other, "...") == [[ANSWER], [], [], []]


def test_each_input_may_have_its_own_question(server: SidecarProcess) -> None:
    questions = [QUESTION, "who pays the costs", QUESTION]
    inputs = [{"question": question, "context": LEASE} for question in questions]
    lists = post(server, "/opensearch/legal/highlight", {"inputs": inputs}).body["highlights"]
    found = [[marked(LEASE, place) for place in places] for places in lists]
    assert found == [[ANSWER], ["Costs follow the event."], [ANSWER]]


def test_a_company_changes_nothing(server: SidecarProcess) -> None:
    many = highlighted(server, *[LEASE] * 3, "Short. " * 500 + LEASE)
    assert many == [[ANSWER]] * 4


def test_a_blank_question_marks_nothing(server: SidecarProcess) -> None:
    assert highlighted(server, LEASE, LEASE, question=" ") == [[], []]


def test_a_deadline_that_nothing_can_meet_is_refused(server: SidecarProcess) -> None:
    body = {"inputs": [{"question": QUESTION, "context": LEASE * 50}] * 20}
    late = post(server, "/opensearch/highlight", body, {"X-Request-Deadline-Ms": "1"})
    assert late.status == 504


@pytest.mark.parametrize("questions", [(QUESTION, QUESTION), (QUESTION, "who pays"), (" ", " ")])
def test_min_score_marks_what_it_would_without_it_and_is_said_to(
    server: SidecarProcess, questions: tuple[str, ...]
) -> None:
    body = {"inputs": [{"question": question, "context": LEASE} for question in questions]}
    plain = post(server, "/opensearch/highlight", body).body
    answer = post(server, "/opensearch/highlight", {**body, "min_score": 1}).body
    assert answer["highlights"] == plain["highlights"]
    assert IGNORED in answer["warnings"]
    assert IGNORED not in plain.get("warnings", ())
    assert "below_min_score" not in answer
