"""`/docs`: the OpenAPI document as one page of HTML, made here, without scripts and without
anything from elsewhere."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from aiohttp import web

from sidecar import __version__
from sidecar.contracts import openapi
from sidecar.http.pages import Asset, send, send_page

STYLE = "docs.css"
Operation = Mapping[str, Any]


async def page(request: web.Request) -> web.Response:
    """The page, made off the event loop and once: the document takes a third of a second."""
    return send_page(request, await asyncio.to_thread(_page))


async def style(request: web.Request) -> web.Response:
    """The page's stylesheet."""
    return send(request, _style())


@cache
def _page() -> Asset:
    return Asset.of(html(openapi.document(__version__)).encode(), "text/html")


@cache
def _style() -> Asset:
    return Asset.of((files("sidecar.http") / STYLE).read_bytes(), "text/css")


def html(document: Mapping[str, Any]) -> str:
    """An OpenAPI document as a page. Every text of it is escaped."""
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    operations = [
        (method.upper(), path, item[method])
        for path, item in document["paths"].items()
        for method in ("post", "get", "put", "delete")
        if method in item
    ]
    schemas = document["components"]["schemas"]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{title}: HTTP API</title>",
            f'<link rel="stylesheet" href="docs/{STYLE}">\n</head>\n<body>\n<main>',
            f"<h1>{title}: HTTP API</h1>",
            '<p>The same for machines: <a href="openapi.json">openapi.json</a>.</p>',
            "<h2>Rerank</h2>",
            *(_operation(*each) for each in operations if _ranks(each)),
            "<h2>Everything else</h2>",
            *(_operation(*each) for each in operations if not _ranks(each)),
            "<h2>Schemas</h2>",
            *(_details(name, _json(part)) for name, part in schemas.items()),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _ranks(operation: tuple[str, str, Operation]) -> bool:
    """Rerank operations are the POSTs without a tag."""
    method, _, described = operation
    return method == "POST" and "tags" not in described


def _operation(method: str, path: str, operation: Operation) -> str:
    answer = next(each for code, each in operation["responses"].items() if code.startswith("2"))
    parts = [
        *_examples("Request", operation.get("requestBody", {})),
        *_examples("Answer", answer),
        *_parameters(operation),
        "<h3>Status</h3>",
        _table((status, each["description"]) for status, each in operation["responses"].items()),
    ]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    speaks = ", ".join(content.get("examples", ())) or answer["description"]
    return _details(f"{method} {path}", "\n".join(parts), speaks)


def _examples(title: str, body: Mapping[str, Any]) -> Iterator[str]:
    """Of each dialect on the path, with its name where there are several; then the schema."""
    content = body.get("content", {}).get("application/json", {})
    for example in content.get("examples", {}).values():
        yield f"<h3>{title}: {escape(example['summary'])}</h3>"
        yield _json(example["value"])
    if "schema" in content:
        yield _details(f"{title}: schema", _json(content["schema"]))


def _parameters(operation: Operation) -> Iterator[str]:
    parameters = operation.get("parameters", ())
    if parameters:
        yield "<h3>Parameters</h3>"
        yield _table((f"{each['name']} ({each['in']})", each["description"]) for each in parameters)


def _table(rows: Iterator[tuple[str, str]]) -> str:
    cells = (f"<tr><th>{escape(head)}</th><td>{escape(text)}</td></tr>" for head, text in rows)
    return f"<table>{''.join(cells)}</table>"


def _details(name: str, inner: str, note: str = "") -> str:
    summary = f"<code>{escape(name)}</code> <small>{escape(note)}</small>"
    return f"<details><summary>{summary}</summary>\n{inner}\n</details>"


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
