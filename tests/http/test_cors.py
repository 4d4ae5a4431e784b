"""What browsers send to a service of another origin, and what they must get to show the answer."""

from collections.abc import Mapping

import pytest

from sidecar.errors import StartupError
from sidecar.settings import Settings, load
from tests.http.serving import BODY, GatedSession, serving

PAGE = "https://search.example.com"
PREFLIGHT = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,x-rerank-profile",
}


def granted(headers: Mapping[str, str]) -> dict[str, str]:
    """The CORS headers of an answer."""
    return {key: headers[key] for key in headers if key.lower().startswith("access-control-")}


def vary(headers: Mapping[str, str]) -> set[str]:
    """The names in all `Vary` headers of an answer."""
    values = [value for key, value in headers.items() if key.lower() == "vary"]
    return {name.strip() for value in values for name in value.split(",")}


@pytest.mark.parametrize(
    ("origins", "origin"), [(PAGE, PAGE), ("*", "*"), (f"http://other, {PAGE}/", PAGE)]
)
async def test_a_preflight_needs_neither_key_nor_model(origins: str, origin: str) -> None:
    async with serving(GatedSession(), api_key="one", cors_origins=origins) as (_, client):
        for path in ("/v2/rerank", "/v2/rerank/", "/opensearch/legal/rerank", "/info", "/none"):
            async with client.options(path, headers=PREFLIGHT) as answer:
                assert answer.status == 204
                assert granted(answer.headers) == {
                    "Access-Control-Allow-Origin": origin,
                    "Access-Control-Allow-Methods": "GET, HEAD, POST",
                    "Access-Control-Allow-Headers": PREFLIGHT["Access-Control-Request-Headers"],
                    "Access-Control-Max-Age": "7200",
                }
                assert ("Origin" in vary(answer.headers)) == (origin != "*")
                assert "Access-Control-Request-Headers" in vary(answer.headers)


async def test_answers_and_errors_can_be_read() -> None:
    async with serving(GatedSession(), api_key="one", cors_origins=PAGE) as (service, client):
        await service.start()
        right = {"Origin": PAGE, "Authorization": "Bearer one"}
        cases = [
            ("/v2/rerank", right, 200),
            ("/v2/rerank", {"Origin": PAGE}, 401),
            ("/v1/completions", right, 404),
            ("/info", right, 405),
        ]
        for path, headers, status in cases:
            async with client.post(path, json=BODY, headers=headers) as answer:
                assert answer.status == status
                assert answer.headers["Access-Control-Allow-Origin"] == PAGE
                exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
                assert {"x-request-id", "Server-Timing", "x-rerank-warnings"} <= set(exposed)
                assert "Origin" in vary(answer.headers)
        async with client.get("/info", headers=right) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == PAGE


@pytest.mark.parametrize("fault", [None, RuntimeError("broken device")])
async def test_every_header_that_an_answer_has_of_its_own_can_be_read(
    fault: Exception | None,
) -> None:
    session, keys = GatedSession(), {"on_deadline": "partial", "on_failure": "order"}
    async with serving(session, cors_origins="*") as (service, client):
        await service.start()
        session.fault = fault
        body = {**BODY, **keys, "min_score": 0.1}
        async with client.post("/v2/rerank", json=body, headers={"Origin": PAGE}) as answer:
            assert ("x-rerank-degraded" in answer.headers) == (fault is not None)
            assert ("x-rerank-coverage" in answer.headers) == (fault is None)
            exposed = answer.headers["Access-Control-Expose-Headers"].lower().split(", ")
            own = {key.lower() for key in answer.headers if key.lower().startswith("x-")}
            assert own <= set(exposed)
        async with client.get("/openapi.json") as document:
            described = (await document.json())["paths"]["/v2/rerank"]["post"]["responses"]["200"]
        assert {key for key in own if key.startswith("x-rerank-")} <= set(described["headers"])


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example.com",
        f"{PAGE}.evil.com",
        f"{PAGE}:8443",
        "http://search.example.com",
        "null",
        "*",
        "",
    ],
)
async def test_no_other_origin_is_let_in(origin: str) -> None:
    async with serving(GatedSession(), cors_origins=PAGE) as (service, client):
        await service.start()
        headers = {**PREFLIGHT, "Origin": origin}
        async with client.options("/v2/rerank", headers=headers) as answer:
            assert (answer.status, granted(answer.headers)) == (405, {})
            assert "Origin" in vary(answer.headers)
        async with client.post("/v2/rerank", json=BODY, headers={"Origin": origin}) as answer:
            assert (answer.status, granted(answer.headers)) == (200, {})


async def test_without_the_setting_nothing_is_granted() -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        async with client.options("/v2/rerank", headers=PREFLIGHT) as answer:
            assert (answer.status, granted(answer.headers)) == (405, {})
        async with client.post("/v2/rerank", json=BODY, headers={"Origin": PAGE}) as answer:
            assert granted(answer.headers) == {}
            assert vary(answer.headers) == set()


async def test_options_that_is_no_preflight_is_refused_as_ever() -> None:
    async with serving(GatedSession(), cors_origins="*") as (_, client):
        for headers in ({}, {"Origin": PAGE}, {"Access-Control-Request-Method": "POST"}):
            async with client.options("/v2/rerank", headers=headers) as answer:
                assert answer.status == 405
                assert answer.headers["Allow"] == "POST"


async def test_credentials_are_never_allowed() -> None:
    for origins in ("*", PAGE):
        async with (
            serving(GatedSession(), cors_origins=origins) as (_, client),
            client.options("/v2/rerank", headers=PREFLIGHT) as answer,
        ):
            assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        (None, ()),
        (" , ", ()),
        (
            "HTTPS://A.example/ , http://localhost:3000",
            ("https://a.example", "http://localhost:3000"),
        ),
        ("https://a.example,*", ("*",)),
        ("null", ("null",)),
        ("chrome-extension://abc", ("chrome-extension://abc",)),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
    ],
)
def test_origins_are_read_as_browsers_send_them(text: str | None, origins: tuple[str, ...]) -> None:
    assert Settings(cors_origins=text).allowed_origins == origins


@pytest.mark.parametrize(
    "text", ["example.com", "https://*.example.com", "https://a/b", "https://"]
)
def test_what_is_no_origin_does_not_start(text: str) -> None:
    with pytest.raises(StartupError, match=r"cors_origins.*is no origin"):
        load({"cors_origins": text})
