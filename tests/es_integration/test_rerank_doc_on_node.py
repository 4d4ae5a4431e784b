"""`rerank_doc` as the real ingest pipeline writes it, for documents that are hard to write as JSON.

Each is parsed by json.loads, compared with the document, and read by the sidecar.
"""

import json
import random
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch

import mappings
from es_integration import LocalOpenSearch, OpenSearchInstall, Route, flat_search
from es_integration.cluster.change import apply
from es_integration.cluster.procedure import run
from es_integration.opensearch import install, uninstall
from es_integration.templates import plan_templates
from sidecar.profiles import Profiles
from sidecar.request import Document
from sidecar.text.read import read

pytestmark = pytest.mark.node

PROFILES = Profiles.open()
INDEX = "rerank-ecommerce-doc-000001"
TEMPLATES = mappings.load("opensearch", "ecommerce", dimension=None)
PARAMS = TEMPLATES.pipelines[0].body["processors"][2]["script"]["params"]

NASTY = {
    "quotes": 'He said "no", \\ and \\" and \'yes\'',
    "control": "".join(map(chr, range(1, 32))) + "\x7f\u0080\u009f",
    "emoji": "😀 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \U0010ffff",
    "separators": "a\u2028b\u2029c\ufeffd\u00a0e",
    "placeholder": "costs ${price} or $${x} or ${ or ${parameters.query} $ { } $",
    "json": '{"title": "not this"}',
    "yaml": "---\ntitle: no",
    "html": "<b>&amp;</b>\r\n\t",
    "right to left": "שלום \u202eabc\u202c",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
}
SHAPES: dict[str, Any] = {
    "nested": {"a": [[1, [2, [None, []]]], {"b": {}}], "c": {"d": [{"e": None}]}, "${k}": "v"},
    "pairs": [{"name": "Color", "value": "Red"}, {"name": 'Size "x"', "value": 12.5}],
    "mixed": [True, False, 0, -1, 1.5, 1e-7, 1e20, 9223372036854775807, "x", None, "", "  "],
}


@pytest.fixture(scope="module")
def node(opensearch_node: LocalOpenSearch) -> Iterator[OpenSearch]:
    with closing(OpenSearch(opensearch_node.url, timeout=60)) as client:
        run(client, apply(run(client, plan_templates(TEMPLATES))))
        yield client
        client.indices.delete(index=INDEX, ignore_unavailable=True)
        run(client, apply(run(client, plan_templates(TEMPLATES, remove=True))))


def simulated(
    node: OpenSearch, documents: list[dict[str, Any]], limit: int | None = None
) -> list[str | None]:
    """What the pipeline makes of each, with another limit for every field if one is given."""
    pipeline = json.loads(json.dumps(TEMPLATES.pipelines[0].body))
    if limit is not None:
        for field in pipeline["processors"][2]["script"]["params"]["fields"]:
            field["limit"] = limit
    body = {"pipeline": pipeline, "docs": [{"_source": document} for document in documents]}
    answer = node.ingest.simulate(body=body)
    return [result["doc"]["_source"].get("rerank_doc") for result in answer["docs"]]


def present(value: Any, depth: int = PARAMS["depth"]) -> Any:
    """The value without what has no reading, None when nothing is left."""
    if depth == 0 or value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, dict):
        pairs = {key: present(inner, depth - 1) for key, inner in value.items()}
        return {key: inner for key, inner in pairs.items() if inner is not None} or None
    if isinstance(value, list):
        return [item for inner in value if (item := present(inner, depth - 1)) is not None] or None
    return value


def expected(document: dict[str, Any]) -> dict[str, Any]:
    fields = {}
    for field in PARAMS["fields"]:
        values = (present(document.get(name)) for name in field["names"])
        value = next((candidate for candidate in values if candidate is not None), None)
        if value is not None:
            fields[field["names"][0]] = value
    return fields


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_any_text_comes_back_as_it_was(node: OpenSearch, text: str) -> None:
    document = {"title": text, "brand": [text], "attributes": {text: {"x": text}}}
    (written,) = simulated(node, [document])
    assert written is not None
    assert json.loads(written) == document
    assert "${" not in written
    assert written == written.encode().decode()
    profile = PROFILES.get("ecommerce")
    assert read(Document(text=written), profile) == read(Document(fields=document), profile)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_any_shape_comes_back_without_what_is_empty(node: OpenSearch, shape: Any) -> None:
    document = {"title": "x", "attributes": shape, "size": shape, "price": None, "color": " "}
    (written,) = simulated(node, [document])
    assert written is not None
    assert json.loads(written) == expected(document)
    profile = PROFILES.get("ecommerce")
    assert read(Document(text=written), profile) == read(Document(fields=document), profile)


@pytest.mark.every_version
def test_fields_come_under_the_profiles_names_and_others_do_not(node: OpenSearch) -> None:
    document = {
        "product_name": "Lamp", "title": "", "colour": "red", "availability": "in stock",
        "price": {"amount": 5}, "secret": "x", "rerank_doc": "old", "vector": [1.0],
    }  # fmt: skip
    empty = {"secret": "x", "rerank_doc": "old"}
    first, second = simulated(node, [document, empty])
    assert first is not None
    assert json.loads(first) == {
        "title": "Lamp", "color": "red", "price": {"amount": 5}, "in_stock": "in stock"
    }  # fmt: skip
    assert second is None


def test_it_is_compact(node: OpenSearch) -> None:
    (written,) = simulated(node, [{"title": "Lamp", "attributes": {"a": [1, 2]}, "price": 5}])
    assert written == '{"title":"Lamp","attributes":{"a":[1,2]},"price":5}'


def test_a_megabyte_is_cut_to_the_limit(node: OpenSearch) -> None:
    document = {
        "title": "t" * 1_000_000,
        "sku": "S" * 1_000_000,
        "description": "😀" * 500_000,
        "attributes": {f"key{i}": "v" * 50 for i in range(20_000)},
        "price": 5,
    }
    (written,) = simulated(node, [document])
    assert written is not None
    fields = json.loads(written)
    limits = {field["names"][0]: field["limit"] for field in PARAMS["fields"]}
    assert fields["title"] == "t" * (limits["title"] - 2)
    assert fields["description"] == "😀" * ((limits["description"] - 2) // 2)
    assert "sku" not in fields  # half a code is another
    assert fields["price"] == 5
    assert 50 < len(fields["attributes"]) < limits["attributes"] / 50


@pytest.mark.parametrize(
    "huge",
    [" " * 2_000_000, [0] * 1_500_000, {str(i): "" for i in range(300_000)}, [" "] * 400_000],
    ids=["blank", "numbers", "keys", "blanks"],
)
def test_huge_and_empty_values_are_no_reason_to_refuse_a_document(
    node: OpenSearch, huge: Any
) -> None:
    """Painless ends a script after a million rounds of a loop."""
    (written,) = simulated(node, [{"title": "x", "attributes": huge, "brand": huge}])
    assert written is not None
    assert json.loads(written)["title"] == "x"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def part_of(value: Any, whole: Any) -> bool:
    """Texts are beginnings, lists and objects are their elements in order, some left out."""
    if isinstance(whole, dict):
        return isinstance(value, dict) and all(
            key in whole and part_of(inner, whole[key]) for key, inner in value.items()
        )
    if isinstance(whole, list):
        rest = iter(whole)
        return isinstance(value, list) and all(
            any(part_of(inner, candidate) for candidate in rest) for inner in value
        )
    if isinstance(whole, str):
        return isinstance(value, str) and whole.startswith(value) and bool(value)
    return type(value) is type(whole) and bool(value == whole)


def random_value(draw: random.Random, depth: int) -> Any:
    kind = draw.randrange(8 if depth else 5)
    if kind == 0:
        return draw.choice([None, True, False, 0, -7, 3.25, 10**15, 1e-9])
    if kind < 5:
        alphabet = 'ab "\\\n\x01${}😀é\u2028字'
        return "".join(draw.choice(alphabet) for _ in range(draw.randrange(40)))
    if kind < 7:
        return [random_value(draw, depth - 1) for _ in range(draw.randrange(5))]
    return {f"k{i}${{": random_value(draw, depth - 1) for i in range(draw.randrange(5))}


@pytest.mark.parametrize("limit", [2, 3, 8, 20, 60, 10_000])
def test_random_documents_stay_json_within_every_limit(node: OpenSearch, limit: int) -> None:
    draw = random.Random(limit)
    names = ("title", "sku", "attributes", "description")
    documents = [{name: random_value(draw, 3) for name in names} for _ in range(200)]
    for document, written in zip(documents, simulated(node, documents, limit), strict=True):
        whole = expected(document)
        if written is None:
            assert limit < 10_000 or not whole
            continue
        fields = json.loads(written)
        assert "${" not in written
        assert part_of(fields, whole), (fields, whole)
        if limit == 10_000:
            assert fields == whole
        assert units(written) <= 2 + sum(units(f'"{name}":,') + limit for name in fields)


@pytest.mark.every_version
@pytest.mark.parametrize(
    ("value", "feature"),
    [
        *[(12, 12.0), ("12", 12.0), (" 4.5 ", 4.5)],
        *[(value, None) for value in ("0", -1, "many", "", "NaN", "1e99", [3], None, True)],
    ],
)
def test_a_rank_feature_is_a_number_above_0_also_in_quotes(
    node: OpenSearch, value: Any, feature: float | None
) -> None:
    document = {"title": "Lamp", "popularity": value}
    body = {"pipeline": TEMPLATES.pipelines[0].body, "docs": [{"_source": document}]}
    (written,) = node.ingest.simulate(body=body)["docs"]
    source = written["doc"]["_source"]
    assert source.get("rank") == (None if feature is None else {"popularity": feature})
    assert source["popularity"] == value


@pytest.mark.every_version
def test_indexed_documents_hold_it_and_updates_in_part_need_care(node: OpenSearch) -> None:
    """A bulk update runs the pipeline on the part that it sends, or not at all; the whole document
    indexed again is right again."""
    node.index(index=INDEX, id="1", body={"title": NASTY["emoji"], "price": 5, "popularity": 0})
    assert doc(node) == {"title": NASTY["emoji"], "price": 5, "popularity": 0}
    assert "rank" not in node.get(index=INDEX, id="1")["_source"]

    action = {"update": {"_index": INDEX, "_id": "1"}}
    node.bulk(body=[action, {"doc": {"price": 6}}])
    assert doc(node)["price"] == 5
    node.bulk(body=[action, {"doc": {"price": 7}, "doc_as_upsert": True}], refresh=True)
    assert doc(node) == {"price": 7}
    node.index(index=INDEX, id="1", body=node.get(index=INDEX, id="1")["_source"])
    assert doc(node) == {"title": NASTY["emoji"], "price": 7, "popularity": 0}
    node.index(index=INDEX, id="1", body={"title": "x"}, params={"pipeline": "_none"})
    assert doc(node) == {"title": "x"}


@pytest.mark.every_version
def test_update_by_query_and_reindex_write_it_anew(
    node: OpenSearch, opensearch_version: str
) -> None:
    if opensearch_version.startswith("2."):
        pytest.skip("the module reindex of OpenSearch 2 is not on Maven Central")
    for name in ("1", "2"):
        node.index(index=INDEX, id=name, body={"title": f"lamp {name}"})
        bulk = [{"update": {"_index": INDEX, "_id": name}}, {"doc": {"price": 6}}]
        node.bulk(body=bulk, refresh=True)
    assert doc(node) == {"title": "lamp 1"}
    lamps = {"match": {"title": "lamp"}}
    node.update_by_query(index=INDEX, body={"query": lamps}, params={"refresh": "true"})
    assert doc(node) == {"title": "lamp 1", "price": 6}
    copy = INDEX.replace("000001", "000002")
    target = {"source": {"index": INDEX, "query": lamps}, "dest": {"index": copy}}
    bare = {"script": {"source": "ctx._source.remove('rerank_doc')"}}
    node.reindex(body=target | bare, params={"refresh": "true"})
    try:
        written = node.get(index=copy, id="2")["_source"]["rerank_doc"]
        assert json.loads(written) == {"title": "lamp 2", "price": 6}
    finally:
        node.indices.delete(index=copy)


def doc(node: OpenSearch) -> Any:
    return json.loads(node.get(index=INDEX, id="1")["_source"]["rerank_doc"])


@pytest.mark.every_version
def test_placeholders_pass_the_cluster_unharmed(node: OpenSearch, recording_server: Any) -> None:
    """ml-commons substitutes ${parameters.x} in what it sends, and fails where x is not there."""

    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        scores = [{"index": i, "relevance_score": 0.5} for i in range(len(body["documents"]))]
        return 200, {"results": scores}

    titles = ["${parameters.query}", "${parameters.none}", "${credential.key}", NASTY["quotes"]]
    index = f"{INDEX}-placeholders"
    for title in titles:
        node.index(index=index, body={"title": title}, refresh=True)
    server = recording_server(answer)
    spec = OpenSearchInstall(
        server.url, name="doc-test", routes=(Route.FLAT,), ignore_failure=False
    )
    install(node, spec)
    try:
        search = flat_search({"match_all": {}}, "red shoes", size=10)
        pipeline = {"search_pipeline": spec.pipeline(Route.FLAT)}
        node.search(index=index, body=search, params=pipeline)
    finally:
        uninstall(node, spec)
        node.indices.delete(index=index)
    (sent,) = [body for _, _, body in server.requests if body and "documents" in body]
    profile = PROFILES.get("ecommerce")
    assert {json.loads(text)["title"] for text in sent["documents"]} == set(titles)
    read_back = [read(Document(text=text), profile) for text in sent["documents"]]
    assert sorted(fields["title"] for fields in read_back if fields) == sorted(titles)
