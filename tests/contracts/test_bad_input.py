"""Everything that a client can send wrong, over a real port; and odd input that is not wrong."""

import gzip
import json
import socket
import time

import pytest

from sidecar.contracts.routes import ROUTES
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import SHAPES, body_of, dialect_of, url_of
from tests.http_client import ask, assert_error, post, scores

BOTH = [("/v2/rerank", "documents"), ("/rerank", "texts"), ("/opensearch/rerank", "documents")]


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("raw", [b"", b"{", b'{"query": NaN}', b"\xff\xfe"])
def test_malformed_json_is_400(server: SidecarProcess, path: str, raw: bytes) -> None:
    assert_error(post(server, url_of(path), raw), 400, "malformed")


@pytest.mark.parametrize(("path", "key"), BOTH)
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "$.query: "),
        ({"query": None}, "$.query: "),
        ({"query": 7}, "$.query: "),
        ({"query": ["q"]}, "$.query: "),
        ({"query": {"text": "q"}}, "$.query: "),
        ({"query": "q", "deadline_ms": 0}, "$.deadline_ms: "),
        ({"query": "q", "model": 3}, "$.model: "),
    ],
)
def test_wrong_types_are_422_with_the_path(
    server: SidecarProcess, path: str, key: str, body: dict[str, object], where: str
) -> None:
    message = assert_error(post(server, path, {**body, key: ["a"]}), 422, "validation")
    assert message.startswith(where)


@pytest.mark.parametrize(("path", "key"), BOTH)
@pytest.mark.parametrize(
    ("documents", "where"),
    [
        ("one string", "$.{}: "),
        (None, "$.{}: "),
        (["a", 3], "$.{}[1]: "),
        (["a", "b", True], "$.{}[2]: "),
        ([["a"]], "$.{}[0]: "),
    ],
)
def test_a_wrong_document_is_named(
    server: SidecarProcess, path: str, key: str, documents: object, where: str
) -> None:
    message = assert_error(post(server, path, {"query": "q", key: documents}), 422, "validation")
    assert message.startswith(where.format(key))


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"top_n": -1}, "$.top_n: "),
        ({"top_n": "2.5"}, "$.top_n: "),
        ({"top_n": 1.5}, "$.top_n: "),
        ({"return_documents": "maybe"}, "$.return_documents: "),
        ({"order": "sideways"}, "$.order: "),
    ],
)
def test_wrong_options_are_422(server: SidecarProcess, body: dict[str, object], where: str) -> None:
    answer = post(server, "/v2/rerank", {"query": "q", "documents": ["a"], **body})
    assert assert_error(answer, 422, "validation").startswith(where)


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"3", b"null"])
def test_a_body_that_is_no_object_is_422(server: SidecarProcess, raw: bytes) -> None:
    assert assert_error(post(server, "/rerank", raw), 422, "validation").startswith("$: ")


@pytest.mark.parametrize("path", ["/v2/rerank", "/opensearch/rerank"])
def test_objects_in_objects_in_objects(server: SidecarProcess, path: str) -> None:
    for depth, status in ((10, 200), (200, 200), (600, 422), (5000, 400)):
        deep = '{"a":' * depth + "1" + "}" * depth
        body = f'{{"query": "q", "return_documents": true, "documents": ["x", {deep}]}}'
        assert post(server, path, body.encode()).status == status, depth


def test_neither_or_both_of_texts_and_documents(server: SidecarProcess) -> None:
    assert_error(post(server, "/rerank", {"query": "q"}), 422, "validation")
    assert_error(post(server, "/rerank", {"query": "q", "texts": None}), 422, "validation")
    null = {"query": "q", "texts": None, "documents": ["a"]}
    assert len(scores(post(server, "/rerank", null))) == 1
    both = {"query": "q", "texts": ["a"], "documents": ["a"]}
    assert_error(post(server, "/rerank", both), 422, "validation")


@pytest.mark.parametrize(("path", "key"), BOTH)
def test_an_empty_list_is_400(server: SidecarProcess, path: str, key: str) -> None:
    assert_error(post(server, path, {"query": "q", key: []}), 400, "empty")


def test_too_many_documents_are_422(server: SidecarProcess) -> None:
    answer = post(server, "/v2/rerank", {"query": "q", "documents": ["a"] * 1001})
    assert "1001 documents, at most 1000" in assert_error(answer, 422, "validation")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "inflated"])
def test_a_body_over_the_limit_is_413(server: SidecarProcess, packed: bool) -> None:
    raw = json.dumps({"query": "q", "documents": ["x" * (5 * 2**20)]}).encode()
    headers = {"Content-Type": "application/json"}
    if packed:
        raw = gzip.compress(raw)
        headers["Content-Encoding"] = "gzip"
        assert len(raw) < 2**20
    assert_error(ask(server, "/v2/rerank", raw, headers), 413, "too_large")


def test_a_packed_body_within_the_limit_is_read(server: SidecarProcess) -> None:
    raw = gzip.compress(json.dumps({"query": "q", "documents": ["a", "b"]}).encode())
    assert len(scores(ask(server, "/v2/rerank", raw, {"Content-Encoding": "gzip"}))) == 2


def test_a_body_that_is_not_what_its_encoding_says_is_400(server: SidecarProcess) -> None:
    answer = ask(server, "/v2/rerank", b"garbage", {"Content-Encoding": "gzip"})
    assert_error(answer, 400, "malformed")


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "nonsense", "gzip, gzip", "br, gzip"])
def test_an_unknown_content_coding_is_415(server: SidecarProcess, coding: str) -> None:
    body = {"query": "q", "documents": ["a", "b"]}
    refused = post(server, "/v2/rerank", body, {"Content-Encoding": coding})
    assert coding in assert_error(refused, 415, "unsupported_coding")
    assert refused.headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize("coding", ["", "identity", "Identity"])
def test_a_body_may_say_that_it_has_no_coding(server: SidecarProcess, coding: str) -> None:
    body = {"query": "q", "documents": ["a", "b"]}
    assert len(scores(post(server, "/v2/rerank", body, {"Content-Encoding": coding}))) == 2


def test_unknown_routes_and_methods(server: SidecarProcess) -> None:
    assert_error(ask(server, "/v4/embed", b"{}"), 404, "not_found")
    assert_error(ask(server, "/v2/rerank"), 405, "method")
    assert_error(ask(server, "/info", b"{}"), 405, "method")


def test_a_pair_that_must_not_be_cut_is_refused(server: SidecarProcess) -> None:
    body = {"query": "q", "texts": ["short", "word " * 2000], "truncate": False}
    assert "document 1" in assert_error(post(server, "/rerank", body), 422, "too_long")
    assert len(scores(post(server, "/rerank", {**body, "truncate": None}))) == 2


ODD = [
    "",
    " ",
    "\u2028 line \u2029 paragraph",
    "emoji \U0001f45f\U0001f1eb\U0001f1f7",
    "${x} ${query} ${parameters.model} ${",
    '{"query": "inner"}',
    "quotes \" ' \\ / \x00 \x1b",
    "[CLS] [SEP] [PAD] [MASK] [UNK]",
    "漢字かな한국어عربى",
    "a" * 30_000,
]


@pytest.mark.parametrize(("path", "key"), SHAPES)
def test_odd_texts_are_answered(server: SidecarProcess, path: str, key: str) -> None:
    for query in ODD[:-1]:
        body = body_of(path, key, query, ODD)
        request = dialect_of(path, key).decode(body)
        by_index = scores(post(server, url_of(path), body))
        assert sorted(by_index) == list(range(len(request.documents)))
        assert request.raw_scores or all(0 <= score <= 1 for score in by_index.values())


def test_null_options_are_absent_options(server: SidecarProcess) -> None:
    nulls = dict.fromkeys(
        ["top_n", "return_documents", "max_tokens_per_doc", "model", "deadline_ms", "order"]
    )
    plain = {"query": "red shoes", "documents": ["red", "shoes"]}
    assert scores(post(server, "/v2/rerank", {**plain, **nulls})) == scores(
        post(server, "/v2/rerank", plain)
    )


def test_a_thousand_documents_and_a_megabyte(server: SidecarProcess) -> None:
    documents = [f"document number {n}" for n in range(1000)]
    assert len(
        scores(post(server, "/v2/rerank", {"query": "number 7", "documents": documents}))
    ) == (1000)
    large = post(server, "/v2/rerank", {"query": "q", "documents": ["a", "long text " * 100_000]})
    assert len(scores(large)) == 2
    assert large.body["meta"]["warnings"] == ["documents that the model did not see whole: 1"]
    assert large.headers["x-truncated-documents"] == "1"


def test_any_authorization_is_welcome_while_no_key_is_set(server: SidecarProcess) -> None:
    for value in ("Bearer anything", "Basic Zm9v", "nonsense"):
        body = {"query": "q", "documents": ["a"]}
        assert post(server, "/v2/rerank", body, {"Authorization": value}).status == 200


def test_a_body_is_read_as_json_whatever_its_type(server: SidecarProcess) -> None:
    raw = json.dumps({"query": "q", "documents": ["a"]}).encode()
    for kind in (
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/json; charset=utf-8",
    ):
        assert ask(server, "/v2/rerank", raw, {"Content-Type": kind}).status == 200


def test_the_request_id_is_kept_when_it_is_clean(server: SidecarProcess) -> None:
    body = {"query": "q", "documents": ["a"]}
    kept = post(server, "/v2/rerank", body, {"x-request-id": "abc.DEF-1_2"})
    assert kept.headers["x-request-id"] == "abc.DEF-1_2"
    assert kept.body["id"] == "abc.DEF-1_2"
    replaced = post(server, "/v2/rerank", body, {"x-request-id": "bad id"})
    assert replaced.headers["x-request-id"] != "bad id"


def test_a_deadline_in_the_header_counts(server: SidecarProcess) -> None:
    body = {"query": "q", "documents": ["some words " * 300] * 400}
    late = post(server, "/v2/rerank", body, {"X-Request-Deadline-Ms": "50"})
    assert_error(late, 504, "deadline")
    inside = {**body, "query": {"query": "q", "deadline_ms": 50}}
    assert_error(post(server, "/v2/rerank", inside), 504, "deadline")
    for value in ("soon", "0", "-5", "9" * 400, "9999999999"):
        wrong = post(server, "/v2/rerank", body, {"X-Request-Deadline-Ms": value})
        assert_error(wrong, 422, "validation")


def test_a_deadline_covers_the_reading_too(server: SidecarProcess) -> None:
    body = {"query": "q", "documents": ["some words " * 1000] * 350, "deadline_ms": 100}
    start = time.monotonic()
    assert_error(post(server, "/v2/rerank", body), 504, "deadline")
    assert time.monotonic() - start < 2, "tokenising it all takes longer"


def test_a_header_that_is_no_text_is_refused_in_the_usual_shape(server: SidecarProcess) -> None:
    body = b'{"query": "q", "documents": ["a"]}'
    head = (
        b"POST /v2/rerank HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"X-Rerank-Profile: \xff\xfe\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 422")
    assert json.loads(answer.split(b"\r\n\r\n")[1])["error_type"] == "validation"


def test_empty_documents_rank_last(server: SidecarProcess) -> None:
    documents = ["", "Toaster with two slots", {"title": None}, "  \n", None, "Red running shoe"]
    body = {"query": "red shoes", "documents": documents}
    by_index = scores(post(server, "/opensearch/rerank", body))
    empty = [by_index[index] for index in (0, 2, 3, 4)]
    assert max(empty) < min(by_index[1], by_index[5])
    assert len(set(empty)) == 1
