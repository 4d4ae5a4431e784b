"""/docs: every operation, every text as text, and nothing from elsewhere."""

import json
import re
from html import unescape
from html.parser import HTMLParser

from sidecar import __version__
from sidecar.contracts.openapi import document
from sidecar.http.docs_page import html
from sidecar.http.pages import HEADERS
from tests.http.serving import GatedSession, serving

DOCUMENT = document(__version__)
VOID = {"meta", "link"}


class _Page(HTMLParser):
    """Collects the tags and the addresses; fails on a tag that is not closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


def test_every_operation_and_schema_has_its_place() -> None:
    summaries = re.findall(r"<summary><code>(.*?)</code>", html(DOCUMENT))
    shown = {unescape(summary) for summary in summaries}
    operations = {
        f"{method.upper()} {path}"
        for path, item in DOCUMENT["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert operations | DOCUMENT["components"]["schemas"].keys() <= shown


def test_what_ranks_nothing_is_apart_from_the_rerank_routes() -> None:
    rerank, rest = html(DOCUMENT).split("<h2>Everything else</h2>")
    assert "POST /rerank<" in rerank
    assert "POST /playground/readings<" not in rerank
    assert "POST /playground/readings<" in rest


def test_a_path_says_which_dialects_it_speaks() -> None:
    assert "<code>POST /score</code> <small>vllm-score</small>" in html(DOCUMENT)
    assert "<code>GET /openapi.json</code> <small>This document.</small>" in html(DOCUMENT)


def test_examples_are_shown_as_they_are() -> None:
    shown = [unescape(part) for part in re.findall(r"<pre>(.*?)</pre>", html(DOCUMENT), re.DOTALL)]
    content = DOCUMENT["paths"]["/rerank"]["post"]["requestBody"]["content"]["application/json"]
    values = [example["value"] for example in content["examples"].values()]
    assert values
    assert all(value in map(json.loads, shown) for value in values)


def test_texts_stay_texts() -> None:
    hostile = "</code></pre><script>alert(1)</script>&amp;\"'"
    operation = {
        "parameters": [{"name": hostile, "in": "header", "description": hostile}],
        "responses": {"200": {"description": hostile}},
    }
    page = html(
        {
            "info": {"title": hostile, "version": hostile},
            "paths": {hostile: {"get": operation}},
            "components": {"schemas": {hostile: {"const": hostile}}},
        }
    )
    assert "script" not in read(page).tags
    assert hostile in unescape(page)


async def test_the_page_is_whole_and_its_addresses_are_served() -> None:
    async with serving(GatedSession(), api_key="one", path_prefix="/x") as (_, client):
        for base in ("/", "/x/"):
            async with client.get(f"{base}docs") as answer:
                assert answer.status == 200
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
                assert HEADERS.items() <= dict(answer.headers).items()
                page = read(await answer.text())
            assert not {"script", "style", "img", "iframe", "form"} & page.tags
            assert not {name for name in page.attributes if name.startswith("on")}
            assert "style" not in page.attributes
            assert sorted(page.addresses) == ["docs/docs.css", "openapi.json"]
            for address in page.addresses:
                async with client.get(f"{base}{address}") as answer:
                    assert answer.status == 200


async def test_a_slash_behind_the_page_leads_back_to_it() -> None:
    async with serving(GatedSession(), path_prefix="/x") as (_, client):
        for path in ("/docs/", "/x/docs/"):
            async with client.get(path) as answer:
                assert (answer.status, answer.url.path) == (200, path.rstrip("/"))


async def test_a_browser_keeps_the_page_while_it_is_the_same() -> None:
    async with serving(GatedSession()) as (_, client):
        for path in ("/docs", "/docs/docs.css"):
            async with client.get(path) as answer:
                tag = answer.headers["ETag"]
            async with client.get(path, headers={"If-None-Match": tag}) as answer:
                assert answer.status == 304
