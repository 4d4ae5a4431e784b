"""No document can run, whatever it holds, and nothing comes from elsewhere."""

import pytest
from selenium.common.exceptions import JavascriptException

from tests.playground.page import Page

RUN = "window.hacked = (window.hacked || 0) + 1"
HOSTILE = [
    f"<script>{RUN}</script>",
    f'<img src="x" onerror="{RUN}">',
    f'"><svg onload="{RUN}">',
    f"<a href='javascript:{RUN}'>press</a><style>*{{display:none}}</style>",
    "</textarea></pre><h1 id=taken>heading</h1>",
]


def test_documents_are_texts(page: Page) -> None:
    fields = {text: text for text in HOSTILE}
    page.ask(HOSTILE[1], [*HOSTILE, fields, {"title": HOSTILE[0], "tags": HOSTILE}])
    for view in ("tab-raw", "tab-curl", "tab-ranked"):
        page.element(view).click()
    made = "#answer script, #answer img, #answer svg, #answer a, #answer style, #taken"
    assert page.all(made) == []
    assert page.script("return window.hacked") is None
    shown = page.element("results").text
    for text in HOSTILE:
        assert text in shown


def test_a_long_hostile_document_is_marked_as_text(page: Page) -> None:
    filler = "Nothing here is about it. " * 120
    page.ask("when does the ferry leave", [f"{filler}{HOSTILE[1]} The ferry leaves at nine."])
    assert HOSTILE[1] in page.all("#results mark")[0].text
    assert page.all("#answer img") == []
    assert page.script("return window.hacked") is None


def test_a_fault_and_a_field_name_are_texts(page: Page) -> None:
    page.element("tab-json").click()
    page.paste("json", "[]")
    page.fault(page.element("rank").click)
    page.ask("a", [{HOSTILE[1]: "a"}])
    assert page.all("#weights label")[0].text == HOSTILE[1]
    assert page.all("#weights img") == []
    assert page.script("return window.hacked") is None


def test_the_policy_refuses_what_a_fault_of_the_page_would_let_in(page: Page) -> None:
    with pytest.raises(JavascriptException, match="TrustedHTML"):
        page.script("document.body.innerHTML = arguments[0]", HOSTILE[1])
    with pytest.raises(JavascriptException, match="TrustedScript"):
        page.script(
            "const s = document.createElement('script'); s.textContent = arguments[0];"
            "document.body.append(s)",
            RUN,
        )
    assert page.script("return window.hacked") is None
    complaints = page.complaints()  # the two refusals, and nothing else
    assert all("trusted" in complaint.lower() for complaint in complaints)


def test_every_request_goes_to_the_service(page: Page) -> None:
    page.preset("legal")
    urls = page.script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert f"{page.url}/v2/rerank" in urls
    assert all(url.startswith(f"{page.url}/") for url in urls)
