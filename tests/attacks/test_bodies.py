"""Bodies that are small to send and large to read are refused at once and hold up no other."""

import gzip
import re
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sidecar.contracts.validation import MAX_CONTAINERS, MAX_VALUES
from sidecar.errors import InvalidRequest
from sidecar.lenient_json import MAX_MENDED
from sidecar.schema import MAX_FIELDS
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.attacks.raw_http import exchange, statuses
from tests.attacks.raw_http import post as raw_post
from tests.contracts.shapes import SHAPES, body_of, dialect_of
from tests.http_client import Answer, ask, assert_error, post

MAX_BODY = 16 * 2**20
PATH = "/v2/rerank"


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A gigabyte of spaces, in a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    megabyte = b" " * 2**20
    return b"".join([*(packer.compress(megabyte) for _ in range(2**10)), packer.flush()])


def packed(server: SidecarProcess, raw: bytes, coding: str = "gzip") -> Answer:
    return post(server, PATH, raw, {"Content-Encoding": coding})


def peak_mb(server: SidecarProcess) -> int:
    """The most memory that the process has had."""
    with open(f"/proc/{server.pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))


@pytest.fixture
def others(server: SidecarProcess) -> Iterator[list[float]]:
    """Seconds that the answers to another client take, one after the other, during the test."""
    seconds: list[float] = []
    done = threading.Event()

    def ask_on() -> None:
        while not done.is_set():
            start = time.perf_counter()
            assert ask(server, "/health/live").status == 200
            seconds.append(time.perf_counter() - start)

    asking = threading.Thread(target=ask_on)
    asking.start()
    yield seconds
    done.set()
    asking.join()


def test_ten_bombs_at_once_are_refused_with_little_memory_while_others_are_answered(
    server: SidecarProcess, bomb: bytes, others: list[float]
) -> None:
    before = peak_mb(server)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: packed(server, bomb), range(10)))
    for answer in answers:
        assert_error(answer, 413, "too_large")
    # One body at a time and the ten as they were sent; ten of 16 MiB at once would be 320 MiB.
    assert peak_mb(server) - before < 150
    assert len(others) > 10
    # Each bomb alone was 3.5 s on the event loop.
    assert sorted(others)[len(others) * 9 // 10] < 2.5


def test_a_bomb_in_a_bomb_is_not_unpacked_twice(server: SidecarProcess, bomb: bytes) -> None:
    twice = gzip.compress(bomb)
    assert_error(packed(server, twice, "gzip, gzip"), 415, "unsupported_coding")
    assert_error(packed(server, twice), 400, "malformed")


def test_what_lies_behind_a_packed_body_is_refused(server: SidecarProcess) -> None:
    body = gzip.compress(b'{"query": "q", "documents": ["a"]}')
    assert packed(server, body).status == 200
    assert_error(packed(server, body + b"\0"), 400, "malformed")
    assert_error(packed(server, body * 2), 400, "malformed")
    assert_error(packed(server, body + gzip.compress(b"") * 100_000), 400, "malformed")


def filled(start: bytes, unit: bytes, end: bytes, size: int = MAX_BODY) -> bytes:
    return start + unit * ((size - len(start) - len(end)) // len(unit)) + end


LIST = b'{"query":"q","documents":['


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (filled(LIST, b'"",', b'""]}'), 413),
        (filled(LIST, b"[],", b"1]}"), 413),
        (filled(LIST, b"1,", b"1]}"), 413),
        (filled(LIST, b"1,", b"1]}", size=MAX_VALUES), 422),
        (filled(b"", b"[", b""), 413),
        (filled(b'{"a":', b'{"a":', b""), 413),
        (filled(b"", b"[", b"", size=MAX_CONTAINERS), 400),
        (filled(LIST, b"1e400,", b"1]}", size=8 * MAX_MENDED), 400),
        (filled(LIST + b'"', rb"\ud83d", b'"]}'), 400),
        (filled(LIST + b'"', rb"\\", b""), 400),
    ],
    ids=[
        *("strings", "arrays", "numbers", "wrong documents", "depth", "depth of keys", "depth 2"),
        *("infinities", "half surrogates", "escapes"),
    ],
)
def test_millions_of_values_are_refused_and_hold_up_no_other(
    server: SidecarProcess, others: list[float], body: bytes, status: int
) -> None:
    before = peak_mb(server)
    answer = post(server, PATH, body)
    assert answer.status == status, answer.raw[:200]
    assert peak_mb(server) - before < 200
    assert max(others) < 2.0


@pytest.mark.parametrize(("path", "key"), [*SHAPES, ("/opensearch/highlight", "inputs")])
def test_no_dialect_looks_at_more_documents_than_it_takes(path: str, key: str) -> None:
    """The count comes first: a thousand wrong ones would be a thousand faults."""
    body = body_of(path, key, "q", [1] * 1001)
    with pytest.raises(InvalidRequest) as fault:
        dialect_of(path, key).decode(body, max_documents=1000)
    assert fault.value.message == "$: 1001 documents, at most 1000"


@pytest.mark.parametrize("path", ["/score", "/v1/inference/{model}"])
def test_queries_beside_documents_are_counted_too(path: str) -> None:
    key = "items" if path == "/score" else "documents"
    body = {"queries": [1] * 1001, key: ["a"]}
    with pytest.raises(InvalidRequest, match="1001 documents, at most 1000"):
        dialect_of(path, key).decode(body, max_documents=1000)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/v2/rerank", {"fields": dict.fromkeys(map(str, range(MAX_FIELDS + 1)), "x")}),
        ("/v1/rerank", {"rank_fields": [1] * (MAX_FIELDS + 1)}),
    ],
)
def test_a_request_names_few_fields(path: str, keys: dict[str, object]) -> None:
    body = {"query": "q", "documents": ["a"], **keys}
    (key,) = keys
    with pytest.raises(InvalidRequest) as fault:
        dialect_of(path, "documents").decode(body)
    assert fault.value.message == f"$.{key}: names {MAX_FIELDS + 1} fields, at most {MAX_FIELDS}"


def test_every_limit_of_the_page_is_in_info(server: SidecarProcess) -> None:
    page = (Path(__file__).parents[2] / "docs" / "http-api.md").read_text()
    section = page.partition("## Limits")[2]
    shown = {float(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", section)}
    limits = ask(server, "/info").body["limits"]
    bytes_and_ms = {"max_body_bytes": 2**20, "deadline_ms": 1000}
    assert len(limits) >= 15
    for name, limit in limits.items():
        assert limit / bytes_and_ms.get(name, 1) in shown, name


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(
    server: SidecarProcess,
) -> None:
    answer = exchange(server.url, raw_post(b"", b"Content-Length: 1000000000000"))
    assert statuses(answer) == [413]
    assert b'"error_type":"too_large"' in answer
