"""How often a request is sent, and the error messages."""

import socket
import time
from typing import Any

import pytest

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError, bad_argument
from tests.es_integration.fake_elasticsearch.requests import Outbound
from tests.es_integration.fake_elasticsearch.sender import Sender

OTHERS = (400, 401, 404, 413, 422, 500, 504)


def request(url: str) -> Outbound:
    return Outbound("e", url, {"Content-Type": "application/json"}, b"{}")


@pytest.mark.parametrize(
    ("service", "status", "attempts"),
    [
        *(("hugging_face", status, 3) for status in (429, 502, 503)),
        *(("custom", status, 3) for status in (429,)),
        *(("custom", status, 1) for status in (502, 503)),
        *((service, status, 1) for service in ("hugging_face", "custom") for status in OTHERS),
    ],
)
def test_which_statuses_are_tried_again(
    recording_server: Any, service: str, status: int, attempts: int
) -> None:
    server = recording_server(lambda method, path, body: (status, {"error": "no"}))
    sender = Sender((0.0, 0.0))
    with pytest.raises(ElasticsearchError) as failed:
        sender.send(service, request(server.url), bytes)
    assert len(server.requests) == len(sender.sent) == attempts
    assert failed.value.status == (status if status < 500 else 400)
    assert f"from inference entity id [e] status [{status}]" in failed.value.reason


def test_the_second_attempt_may_do(recording_server: Any) -> None:
    answers = [(503, {"error": "busy"}), (200, [1])]
    server = recording_server(lambda method, path, body: answers.pop(0))
    assert Sender((0.0, 0.0)).send("hugging_face", request(server.url), bytes) == b"[1]"


def test_pauses_are_kept(recording_server: Any) -> None:
    server = recording_server(lambda method, path, body: (429, {}))
    start = time.monotonic()
    with pytest.raises(ElasticsearchError):
        Sender((0.05, 0.1)).send("custom", request(server.url), bytes)
    assert time.monotonic() - start >= 0.15
    assert Sender().delays == (1.0, 2.0)


def test_a_connection_that_is_refused_is_tried_again() -> None:
    sender = Sender((0.0, 0.0))
    with pytest.raises(ElasticsearchError) as failed:
        sender.send("custom", request("http://127.0.0.1:9"), bytes)
    assert len(sender.sent) == 3
    assert failed.value.cause is not None
    assert "refused" in failed.value.cause.reason


def test_a_service_that_hangs_costs_the_calls_own_limit_once() -> None:
    """All attempts together have the time that one has."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sender = Sender((0.0, 0.0), limit_s=0.3)
        start = time.monotonic()
        with pytest.raises(ElasticsearchError) as failed:
            sender.send(
                "hugging_face", request(f"http://127.0.0.1:{silent.getsockname()[1]}"), bytes
            )
        assert time.monotonic() - start >= 0.25
    assert (failed.value.status, len(sender.sent)) == (408, 1)
    assert failed.value.reason == "Request timed out after [0.3s]"


def test_an_unknown_host_is_not() -> None:
    sender = Sender((0.0, 0.0))
    with pytest.raises(ElasticsearchError) as failed:
        sender.send("custom", request("http://no-such-host.invalid/rerank"), bytes)
    assert (len(sender.sent), failed.value.status) == (1, 400)
    assert "Invalid host" in failed.value.reason


@pytest.mark.parametrize(("service", "attempts"), [("hugging_face", 3), ("custom", 1)])
def test_an_answer_that_cannot_be_read_is_tried_again_but_by_custom(
    recording_server: Any, service: str, attempts: int
) -> None:
    server = recording_server(lambda method, path, body: (200, {}))

    def unreadable(answer: bytes) -> None:
        raise bad_argument("unreadable")

    with pytest.raises(ElasticsearchError):
        Sender((0.0, 0.0)).send(service, request(server.url), unreadable)
    assert len(server.requests) == attempts


def test_an_empty_answer_is_an_error(recording_server: Any) -> None:
    server = recording_server(lambda method, path, body: (200, b""))
    with pytest.raises(ElasticsearchError) as failed:
        Sender((0.0, 0.0)).send("hugging_face", request(server.url), bytes)
    assert "was empty" in failed.value.reason


@pytest.mark.parametrize(
    ("service", "body", "message"),
    [
        ("hugging_face", {"error": "too long"}, ". Error message: [too long]"),
        ("hugging_face", {"detail": "too long"}, "status [422]"),
        ("hugging_face", {"error": {"message": "too long"}}, "status [422]"),
        ("openshift_ai", {"message": "too long"}, ". Error message: [too long]"),
        ("custom", {"anything": 1}, '. Error message: [{"anything": 1}]'),
    ],
)
def test_what_is_taken_from_an_error_body(
    recording_server: Any, service: str, body: Any, message: str
) -> None:
    server = recording_server(lambda method, path, given: (422, body))
    with pytest.raises(ElasticsearchError) as failed:
        Sender((0.0, 0.0)).send(service, request(server.url), bytes)
    assert failed.value.reason.endswith(message)
