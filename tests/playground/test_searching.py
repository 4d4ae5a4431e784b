"""Type, submit, move a slider, see the order change: in a real browser, on the real service."""

import asyncio

import pytest
from selenium.webdriver import Keys

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from tests.http.serving import GatedSession, metric, until
from tests.playground.conftest import opened
from tests.playground.page import Page

# Each field of one is the other's, so that the heavier field alone decides.
SHOE = {"title": "red running shoe", "description": "blue wool sock"}
SOCK = {"title": "blue wool sock", "description": "red running shoe"}


def test_it_opens_with_a_ranked_example(page: Page) -> None:
    order = page.order()
    assert sorted(order) == list(range(len(order)))
    assert page.all("#results > li .why[open]"), "the first result shows its parts"
    assert page.text("model").startswith(f"{Manifest.read(shipped_model()).name} · ")


def test_typed_and_submitted(page: Page) -> None:
    page.element("tab-lines").click()
    page.type("lines", "The harbour opens at six.\nA cat sat on the mat.\nCats like warm mats.")
    page.type("query", "where did the cat sit")
    assert page.text("count") == "3"
    assert page.element("stale").is_displayed(), "the results are of the search before"
    page.choose("profile", "plain")
    order = page.answered(lambda: page.press(Keys.CONTROL, Keys.ENTER))
    assert order[0] == 1
    assert page.sent()["query"] == "where did the cat sit"
    assert not page.element("stale").is_displayed()
    assert page.text("status").startswith("3 documents, ")


def test_enter_in_the_query_submits(page: Page) -> None:
    order = page.answered(lambda: page.element("query").send_keys(" size 42", Keys.ENTER))
    assert page.sent()["query"] == "red running shoes under $80 size 42"
    assert len(order) == 7


def test_moving_a_slider_changes_the_order(page: Page) -> None:
    order = page.ask("red running shoe", [SOCK, SHOE], "ecommerce")
    assert order == [0, 1], "by the model: the fields' own weights decide between equals alone"
    assert "fields" not in page.sent()
    order = page.answered(lambda: page.slider("title").send_keys(Keys.END))
    assert order == [1, 0]
    assert page.sent()["fields"] == {"title": float(page.slider("title").get_attribute("max"))}
    assert [each.text for each in page.all("#results .change")] == ["▲ 1", "▼ 1"]
    order = page.answered(page.element("reset").click)
    assert order == [0, 1]
    assert [each.text for each in page.all("#results .change")] == ["=", "="]
    assert "fields" not in page.sent()


def test_a_plain_search_weighs_the_documents_own_fields(page: Page) -> None:
    page.ask("red running shoe", [SOCK, SHOE])
    names = [each.get_attribute("data-field") for each in page.all("#weights input")]
    assert names == ["title", "description"]
    assert [each.text for each in page.all("#weights output")] == ["unset", "unset"]
    order = page.answered(lambda: page.slider("title").send_keys(Keys.HOME))
    assert order == [0, 1]
    page.element("tab-lines").click()
    page.type("lines", "a text has no fields")
    assert page.all("#weights input") == []


async def test_the_last_of_many_moves_is_the_one_that_is_shown(visit: Page) -> None:
    """Requests under way are ended, and the work of those that wait is dropped."""
    session = GatedSession()
    async with opened(visit, session) as (service, _):
        session.gate.clear()
        slider = visit.slider("title")
        for moves in range(1, 4):
            await asyncio.to_thread(slider.send_keys, Keys.ARROW_RIGHT)
            await until(
                lambda moves=moves: metric(service, "rerank_cancelled_total") == moves - 1, 60
            )
            await until(lambda: metric(service, "rerank_inflight_requests") == 1, 60)
        before = visit.sent()
        await asyncio.to_thread(visit.answered, session.gate.set)
        assert "fields" not in before
        assert visit.sent()["fields"] == {"title": pytest.approx(0.35)}


def test_each_result_shows_what_its_score_is_made_of(page: Page) -> None:
    first = page.all("#results > li")[0]
    for summary in page.all("#results > li:not(:first-child) .why > summary"):
        page.script("arguments[0].click()", summary)
    for result in page.all("#results > li"):
        rows = result.find_elements("css selector", ".parts tbody tr")
        values = [row.find_element("class name", "number").text for row in rows]
        logit = result.find_element("class name", "logit").text.removeprefix("logit ")
        total = sum(float(value.replace("−", "-")) for value in values)
        assert total == pytest.approx(float(logit.replace("−", "-")), abs=0.005 * (len(rows) + 1))
    kinds = {each.text for each in first.find_elements("class name", "kind")}
    assert {"model", "field", "signal"} <= kinds
    assert any(each.text == "rule" for each in page.all("#results .kind")), "one is out of stock"


def test_colour_and_bar_follow_the_score(page: Page) -> None:
    page.ask("the cat sat on the mat", ["The cat sat on the mat.", "Rates of interest rose."])
    read = "return [...document.querySelectorAll('.meter i')].map(e => getComputedStyle(e)%s)"
    best, worst = page.script(read % ".backgroundColor")
    assert best != worst
    long, short = page.script(read % ".width")
    assert float(long.removesuffix("px")) > float(short.removesuffix("px"))


def test_tokens_and_timings_are_those_of_the_answer(page: Page) -> None:
    answer = page.text("raw-answer")
    assert '"relevance_score": 0.' in answer
    tokens = int(answer.split('"total_tokens": ')[1].split("\n")[0].rstrip(","))
    assert f" {tokens:,} tokens, " in page.text("status")
    stages = [item.text.split(" ")[0] for item in page.all("#timings .legend li")]
    assert stages[:6] == ["parse", "tokenize", "queue", "infer", "fuse", "encode"]


def test_raw_json_is_what_went_over_the_wire(page: Page) -> None:
    text = '{"a":[1.0,{"b":"x, \\"y\\": [z]"}],"c":[],"d":{},"e":1e-5}'
    assert page.module("raw.js", "m.indent(...a)", text) == (
        '{\n  "a": [\n    1.0,\n    {\n      "b": "x, \\"y\\": [z]"\n    }\n  ],\n'
        '  "c": [],\n  "d": {},\n  "e": 1e-5\n}'
    )


def test_the_presets_have_a_long_document_with_evidence(page: Page) -> None:
    for name, words in (("legal", "may not defeat a motion"), ("answers", "Keep cars off")):
        page.preset(name)
        marks = [each.text for each in page.all("#results mark") if each.is_displayed()]
        assert len(marks) == 1
        assert words in marks[0]


def test_evidence_is_counted_in_code_points(page: Page) -> None:
    filler = "The garden 🌱 was quiet, and nobody 👩‍🌾 came by. " * 90
    answer = "The quarterly fee for the northern pier is forty crowns."
    page.ask("what is the fee for the northern pier", [filler + answer + " " + filler])
    page.element("tab-raw").click()
    evidence = page.script(
        "return JSON.parse(document.getElementById('raw-answer').textContent)"
        ".explanations[0].evidence"
    )
    page.element("tab-ranked").click()
    whole = filler + answer + " " + filler
    shown = page.all("#results mark")[0].text
    assert answer in shown
    assert shown.split() == whole[evidence["start"] : evidence["end"]].split()
    assert whole.strip() not in page.element("results").text
    page.driver.find_element("css selector", "#results .document button").click()
    assert page.all("#results mark")[-1].text.split() == shown.split()
    assert whole.split() == page.all("#results .document p > span")[1].text.split()


def test_a_text_that_holds_fields_is_shown_as_they_are(page: Page) -> None:
    document = '{"name": "Red shoe", "warehouse": "B7"}'
    page.ask("red shoe", [document], "ecommerce")
    assert [each.text for each in page.all("#results dt")] == ["name", "warehouse"]
    assert [each.text for each in page.all("#results .unread dt")] == ["warehouse"]
    page.ask("red shoe", [document])
    assert page.all("#results .document p")[0].text == document


def test_more_results_than_are_shown_at_first(page: Page) -> None:
    page.ask("number seven", [f"number {each}" for each in range(130)])
    assert len(page.all("#results > li[data-index]")) == 100
    page.driver.find_element("css selector", "#results .more button").click()
    assert sorted(page.order()) == list(range(130))
