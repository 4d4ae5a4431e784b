"""The processors of ingest pipelines: scripts that read numbers, and write texts and features."""

from collections.abc import Sequence

from mappings.data import DOMAINS, VERSION, Body, json_of, text_of

MAX_DEPTH = 15
"""How deep a field's value is written; the sidecar reads 16 levels, the document's own included."""


def prose(domain: str) -> tuple[tuple[str, ...], ...]:
    """The names of each field of a domain whose text is prose, its own first. Raises KeyError."""
    if domain not in DOMAINS:
        raise KeyError(domain)
    return _prose(json_of(f"{domain}/rerank_doc.json"))


def doc_pipeline_name(domain: str) -> str:
    """The name of the domain's ingest pipeline."""
    return f"rerank-{domain}-doc"


def plain_text_processor(fields: Sequence[Sequence[str]], target: str) -> Body:
    """The ingest processor that writes the texts of fields into one, a line for each.

    Of each field's names the first that has a text is taken. Without any text there is no `target`.
    """
    return _script("rerank_text", {"fields": [list(names) for names in fields], "target": target})


def ingest_pipeline(domain: str, rerank_doc: Body, plain_text: bool) -> Body:
    """The ingest pipeline that reads numbers and writes the rank features, `rerank_doc` and, with
    `plain_text`, `rerank_text`."""
    scripts = [
        _script("numbers", {**json_of("numbers.json"), **_numbers_of(rerank_doc)}),
        _script("rank", {"features": rerank_doc["features"]}),
        _script("rerank_doc", {"fields": rerank_doc["fields"], "depth": MAX_DEPTH}),
    ]
    if plain_text:
        scripts.append(plain_text_processor(_prose(rerank_doc), "rerank_text"))
    return {
        "description": f"Writes rerank_doc, the {domain} profile's fields as one string of JSON",
        "version": VERSION,  # Not in `_meta`: OpenSearch's pipelines refuse it.
        "processors": scripts,
    }


def _prose(rerank_doc: Body) -> tuple[tuple[str, ...], ...]:
    names = {field["names"][0]: tuple(field["names"]) for field in rerank_doc["fields"]}
    return tuple(names[name] for name in rerank_doc["prose"])


def _numbers_of(rerank_doc: Body) -> Body:
    """The domain's part of the parameters of the script `numbers`."""
    return {"fields": rerank_doc["numbers"], "dates": rerank_doc["dates"]}


def _script(name: str, params: Body) -> Body:
    source = text_of(f"scripts/{name}.painless")
    return {"script": {"tag": name, "lang": "painless", "source": source, "params": params}}
