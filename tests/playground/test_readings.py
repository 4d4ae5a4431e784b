"""The tab that shows what a profile reads of one search."""

import asyncio

import pytest
from selenium.webdriver import Keys

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http.serving import GatedSession
from tests.playground.conftest import KEY, opened
from tests.playground.page import Page
from tests.playground.test_safety import HOSTILE

PRODUCTS = [
    {"title": "Red shoe", "price": "49 USD", "warehouse": "B7"},
    {"name": "Blue shoe", "sale_price": 40, "price": 60},
    {"name": "Green shoe", "price": "ask us"},
    "a text",
]


def look(page: Page) -> str:
    """The pane's text once it shows the readings of the newest answer."""
    page.element("tab-readings").click()
    page.wait(lambda: page.element("pane-readings").get_attribute("aria-busy") == "false")
    return page.element("readings").text


def rows(page: Page, table: str) -> list[list[str]]:
    script = (
        "return [...document.querySelectorAll(arguments[0] + ' tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.textContent))"
    )
    found: list[list[str]] = page.script(script, f"#readings .{table}")
    return found


def test_fields_readings_and_ignored_keys_of_the_search(page: Page) -> None:
    page.ask("shoe under $50", PRODUCTS, "ecommerce")
    text = look(page)
    fields = rows(page, "fields")
    (price,) = [row for row in fields if row[0] == "price"]
    assert price[1:3] == ["3 of 4", "price (2), sale_price (1)"]
    assert price[3:] == ["price", "49 (1), 40 (1)", "1: “ask us”"]
    assert [row[1:3] for row in fields if row[0] == "title"] == [["3 of 4", "name (2), title (1)"]]
    assert "Read as plain text, without fields: 1 of 4." in text
    assert "In no document: brand, " in text
    assert "Keys that the profile does not know: warehouse (1)." in text


def test_what_the_query_wants_and_excludes(page: Page) -> None:
    page.ask("blue shoe under $50 not red", PRODUCTS, "ecommerce")
    look(page)
    demands = {row[0]: row[1:] for row in rows(page, "constraints")}
    assert demands["price"] == ["dollar, to 50", ""]
    assert demands["color"] == ["blue", "red"]
    page.ask("shoe", PRODUCTS, "ecommerce")
    assert "no constraint" in look(page)
    assert rows(page, "constraints") == []


def test_a_plain_search_has_the_documents_own_fields(page: Page) -> None:
    page.ask("shoe", PRODUCTS)
    look(page)
    assert ["title", "1 of 4", "title", ""] in rows(page, "fields")
    page.ask("shoe", ["a text", "another"])
    assert "Read as plain text, without fields: 2 of 2." in look(page)
    assert rows(page, "fields") == []


def test_the_readings_follow_the_profile_and_the_documents(page: Page) -> None:
    page.ask("shoe", PRODUCTS, "ecommerce")
    assert "What ecommerce reads" in look(page)
    page.answered(lambda: page.choose("profile", "legal"))
    assert "What legal reads" in look(page)
    page.paste("json", '[{"case_name": "Roe v. Wade", "date_filed": "January 22, 1973"}]')
    page.answered(page.element("rank").click)
    look(page)
    dates = [row for row in rows(page, "fields") if "1973-01-22" in row]
    assert len(dates) == 1


def test_they_are_asked_for_in_sight_alone_and_once(page: Page) -> None:
    count = (
        "return performance.getEntriesByType('resource')"
        ".filter(entry => entry.name.endsWith('/playground/readings')).length"
    )
    page.preset("legal")
    assert page.script(count) == 0
    look(page)
    page.element("tab-ranked").click()
    look(page)
    assert page.script(count) == 1


def test_names_and_values_are_texts(page: Page) -> None:
    fields = {text: text for text in HOSTILE}
    for profile in ("plain", "ecommerce"):
        page.ask(HOSTILE[1], [fields | {"title": "a", "price": HOSTILE[1][:30]}], profile)
        text = look(page)
        assert all(each in text for each in HOSTILE)
    assert HOSTILE[1][:30] in page.all("#readings .bad")[0].text
    assert page.all("#answer script, #answer img, #answer svg, #answer a, #taken") == []
    assert page.script("return window.hacked") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_narrow_screen_scrolls_the_table_alone(page: Page, theme: str) -> None:
    page.prefer(color_scheme=theme)
    page.size(320, 740)
    page.ask("shoe not red", [{"title": "x" * 300, "y" * 300: 1, "price": "z" * 300}], "ecommerce")
    look(page)
    assert page.script("return document.documentElement.scrollWidth") <= 320
    box = page.all("#readings .scrolls")[-1]
    assert page.script("return arguments[0].scrollWidth > arguments[0].clientWidth", box)
    box.send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: page.script("return arguments[0].scrollLeft > 0", box))


async def test_a_refusal_is_shown_and_the_next_look_asks_again(visit: Page) -> None:
    async with opened(visit, GatedSession()) as (service, _):
        whole = service.settings
        service.settings = whole.model_copy(update={"max_documents": 1})
        text = await asyncio.to_thread(look, visit)
        assert "7 documents, at most 1" in text
        service.settings = whole
        await asyncio.to_thread(visit.element("tab-ranked").click)
        assert "What ecommerce reads" in await asyncio.to_thread(look, visit)


def test_they_need_the_key(visit: Page, locked_server: SidecarProcess) -> None:
    visit.url = locked_server.url
    visit.visit()
    visit.wait(lambda: visit.element("key").is_displayed())
    visit.element("key").send_keys(KEY)
    visit.answered(visit.element("key").submit)
    assert "What ecommerce reads" in look(visit)
