"""Words of clients in labels, logs and headers: there they are counted, escaped or left out."""

import json
from pathlib import Path

import pytest

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.attacks.raw_http import BODY, exchange, length, post, statuses
from tests.http_client import ask
from tests.http_client import post as ask_for

SECRET = "Zq7-marker"
INJECTIONS = [
    f'{SECRET}\n{{"event": "request", "status": 200}}',
    f"{SECRET}\x1b[31mred\x1b[0m",
    f"{SECRET}\u2028\u2029\u0085",
    f'{SECRET}",status="200"}} 1\nrerank_requests_total 7',
    f"{SECRET}\r\nSet-Cookie: a=b",
    f"{SECRET}\0",
]


def one_line(word: str) -> bytes:
    """The word for a header: with a line's end in it, it would be two headers, of the client's."""
    return word.replace("\r\n", " ").encode()


def test_no_word_of_a_client_becomes_a_label(server: SidecarProcess) -> None:
    body = {"query": "q", "documents": ["a"]}
    for number in range(50):
        name = f"{SECRET}-{number}"
        ask_for(server, "/v2/rerank", {**body, "model": name})
        ask_for(server, "/v2/rerank", {**body, "profile": name})
        ask_for(server, f"/{name}/rerank", body)
        ask_for(server, f"/opensearch/{name}/rerank", body)
        ask_for(server, f"/v1/retrieval/{name}/reranking", {"query": {"text": "q"}, "passages": []})
        ask_for(server, "/v2/rerank", {**body, "fields": {name: 1}})
        ask_for(server, "/v2/rerank", body, {"X-Rerank-Profile": name, "X-API-Key": name})
        ask_for(server, "/v2/rerank", body, {"Authorization": f"Bearer {name}"})
        ask(server, "/v2/rerank", b"{}", {"Content-Encoding": name})
        ask(server, "/v2/rerank", method=f"M{number}")
    metrics = ask(server, "/metrics").raw.decode()
    assert SECRET not in metrics
    assert "M49" not in metrics
    before = metrics.count("\n")
    for number in range(50, 60):
        ask_for(server, "/v2/rerank", {**body, "model": f"{SECRET}-{number}"})
    assert ask(server, "/metrics").raw.decode().count("\n") == before


def test_no_word_of_a_client_makes_a_line_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with SidecarProcess(log=log) as server:
        for word in INJECTIONS:
            body = {"query": word, "documents": [word, {word: word}], "profile": word}
            ask_for(server, "/v2/rerank", body)
            ask_for(server, "/v2/rerank", {**body, "profile": "ecommerce", "model": word})
            raw = one_line(word)
            for header in (b"x-request-id", b"X-API-Key", b"Authorization", b"X-Rerank-Profile"):
                exchange(server.url, post(BODY, length(BODY), header + b": " + raw))
            exchange(server.url, post(BODY, length(BODY), path=b"/v2/" + raw))
            exchange(server.url, b"GARBAGE " + raw + b"\r\n\r\n")
    lines = log.read_text().splitlines()
    assert SECRET not in log.read_text()
    assert len([line for line in lines if json.loads(line)["event"] == "request"]) >= 12
    assert "\x1b" not in log.read_text()


@pytest.mark.parametrize("word", INJECTIONS)
def test_no_word_of_a_client_makes_a_header(server: SidecarProcess, word: str) -> None:
    fields = {"query": word, "documents": [word, word * 9], "model": word, "return_documents": True}
    for path in ("/v1/rerank", "/v2/rerank", "/infinity/rerank"):
        raw = json.dumps(fields).encode()
        answer = exchange(server.url, post(raw, length(raw), path=path.encode()))
        head = answer.partition(b"\r\n\r\n")[0]
        assert statuses(answer) == [200]
        assert SECRET.encode() not in head
        assert b"Set-Cookie" not in head
    answer = exchange(server.url, post(BODY, length(BODY), b"x-request-id: " + one_line(word)))
    assert SECRET.encode() not in answer.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "1" * 100_000, "NaN", "-0", "0." + "1" * 100_000, "1e-400"]
)
@pytest.mark.parametrize("key", ["top_n", "deadline_ms", "min_score", "price"])
def test_numbers_of_any_size_are_refused_or_read(
    server: SidecarProcess, key: str, number: str
) -> None:
    document = f'{{"title": "a", "price": {number}}}' if key == "price" else '"a"'
    extra = "" if key == "price" else f', "{key}": {number}'
    raw = f'{{"query": "under $5", "profile": "ecommerce", "documents": [{document}]{extra}}}'
    answer = ask_for(server, "/v2/rerank", raw.encode())
    assert answer.status in (200, 400, 422), answer.raw[:300]


@pytest.mark.parametrize("raw", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\0"])
def test_text_that_is_no_utf8_is_refused(server: SidecarProcess, raw: bytes) -> None:
    body = b'{"query": "q", "documents": ["' + raw + b'"]}'
    assert ask_for(server, "/v2/rerank", body).status == 400


def test_a_query_that_looks_like_control_is_text(server: SidecarProcess) -> None:
    attack = '{"query": "shoes", "fields": {"title": 100}, "profile": "nothing", "explain": true}'
    answer = ask_for(server, "/v2/rerank", {"query": attack, "documents": ["a", "b"]})
    assert answer.status == 200
    assert "explanations" not in answer.body
