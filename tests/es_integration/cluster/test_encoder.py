"""Which encoder of a sidecar an install takes, and why none fits."""

import socket
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from es_integration.cluster.encoder import Encoder, chosen_encoder, served_encoder
from es_integration.cluster.procedure import run
from es_integration.errors import NoEncoder

URL = "http://sidecar:8080"
RERANKER = {"model": "minilm-l6", "profiles": {}}
SMALL = {"model": "small", "kind": "encoder", "dimensions": 384, "matryoshka": []}
LARGE = {"model": "large", "kind": "encoder", "dimensions": 768, "matryoshka": [256, 128]}


@pytest.mark.parametrize(
    ("served", "name", "dimension", "encoder"),
    [
        ((RERANKER, SMALL), None, None, Encoder("small", 384)),
        ((RERANKER, SMALL), "small", 384, Encoder("small", 384)),
        ((RERANKER, SMALL, LARGE), "large", None, Encoder("large", 768)),
        ((LARGE,), None, 256, Encoder("large", 256)),
    ],
)
def test_the_named_one_or_the_only_one_is_taken(
    served: Any, name: str | None, dimension: int | None, encoder: Encoder
) -> None:
    chosen = chosen_encoder(served, URL, name, dimension)
    assert chosen == encoder
    assert chosen.must_be_named == (len(served) > 2 or dimension == 256)


@pytest.mark.parametrize(
    ("served", "name", "dimension", "reason"),
    [
        ((RERANKER,), None, None, "serves no encoder: start it with one"),
        ((), "small", None, "serves no encoder: start it with one"),
        ((RERANKER, SMALL, LARGE), None, None, "serves the encoders small, large: name one"),
        ((RERANKER, SMALL), "minilm-l6", None, "minilm-l6 is a reranker there; .* encoder small"),
        ((RERANKER, SMALL), "other", None, "other is not served there; .* encoder small"),
        ((SMALL,), None, 128, "small have 384 dimensions, not 128"),
        ((LARGE,), None, 64, "large have 128 or 256 or 768 dimensions, not 64"),
    ],
)
def test_any_other_choice_is_refused_in_words(
    served: Any, name: str | None, dimension: int | None, reason: str
) -> None:
    with pytest.raises(NoEncoder, match=reason):
        chosen_encoder(served, URL, name, dimension)


def test_the_sidecar_is_asked_with_its_key(recording_server: Callable[..., Any]) -> None:
    server = recording_server(lambda *request: (200, {"models": [RERANKER, SMALL]}))
    assert run(None, served_encoder(server.url + "/", key="secret")) == Encoder("small", 384)
    ((_, path, _),) = server.requests
    assert path == "/info"
    assert server.request_headers[0]["Authorization"] == "Bearer secret"


@pytest.mark.parametrize("answer", [(401, {}), (200, b"<html>"), None])
def test_a_sidecar_that_cannot_be_read_needs_a_name_and_a_dimension(
    recording_server: Callable[..., Any], answer: Any
) -> None:
    url = recording_server(lambda *request: answer).url if answer else "http://127.0.0.1:1"
    with pytest.raises(NoEncoder, match=r"cannot be read from this machine \(.+\): name it"):
        run(None, served_encoder(url, "small"))
    assert run(None, served_encoder(url, "small", 384)) == Encoder("small", 384)


def test_what_speaks_no_http_cannot_be_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(4096)  # The request: without it the close would be a reset.
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        thread = Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(NoEncoder, match=r"cannot be read from this machine \(no answer from"):
            run(None, served_encoder(f"http://127.0.0.1:{other.getsockname()[1]}"))
        thread.join()


@pytest.mark.parametrize("answer", [[], {}, {"models": None}, {"models": [{"model": "old"}]}])
def test_what_is_no_sidecar_serves_no_encoder(
    recording_server: Callable[..., Any], answer: Any
) -> None:
    with pytest.raises(NoEncoder, match="serves no encoder"):
        run(None, served_encoder(recording_server(lambda *request: (200, answer)).url))


@pytest.mark.parametrize("wrong", [("", 384), ("small", 0)])
def test_an_encoder_has_a_name_and_a_dimension(wrong: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match="no encoder"):
        Encoder(*wrong)
