"""Spare slashes, a proxy's prefix, and what a 404 says."""

import aiohttp
import pytest
from yarl import URL

from sidecar.errors import StartupError
from sidecar.settings import load
from tests.http.serving import BODY, GatedSession, metric, serving

TEXTS = {"query": "q", "texts": ["a", "b c"]}


async def post_raw(client: aiohttp.ClientSession, target: str, body: object) -> tuple[int, str]:
    """(status, body) of a request whose target is sent byte for byte."""
    assert client._base_url is not None
    url = URL.build(
        scheme="http",
        host=client._base_url.host or "",
        port=client._base_url.port,
        path=target.partition("?")[0],
        query_string=target.partition("?")[2],
        encoded=True,
    )
    async with client.post(url, json=body) as response:
        return response.status, await response.text()


@pytest.mark.parametrize(
    "target",
    [
        "/v2/rerank/",
        "//v2/rerank",
        "/v2//rerank",
        "///v2///rerank///",
        "/opensearch/rerank/",
        "/opensearch//legal/rerank/",
    ],
)
async def test_spare_slashes_do_no_harm(target: str) -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        assert (await post_raw(client, target, BODY))[0] == 200
        dialect = "opensearch" if "opensearch" in target else "cohere-v2"
        assert metric(service, "rerank_requests_total", dialect=dialect, status="200") == 1


@pytest.mark.parametrize("name", ["counted", "vendor/counted"])
@pytest.mark.parametrize("end", ["", "/", "//"])
async def test_a_slash_behind_a_models_name_is_none_of_it(name: str, end: str) -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        async with client.get(f"/v1/models/{name}{end}") as response:
            assert (await response.json())["id"] == name
        body = {"queries": ["q"], "documents": ["a"]}
        assert (await post_raw(client, f"/v1/inference/{name}{end}", body))[0] == 200
        passages = {"query": {"text": "q"}, "passages": [{"text": "a"}]}
        status, _ = await post_raw(client, f"/v1/retrieval/{name}/reranking{end}", passages)
        assert status == 200


async def test_the_query_of_the_address_is_kept() -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        body = {**BODY, "query": '{"query": "q", "profile": "none"}'}
        status, text = await post_raw(client, "/opensearch/rerank/?query=json", body)
        assert status == 422
        assert "`none`" in text


async def test_a_key_is_checked_on_every_form_of_a_path() -> None:
    async with serving(GatedSession(), api_key="one", path_prefix="/search") as (service, client):
        await service.start()
        for target in ("/v2/rerank/", "//v2/rerank", "/search/v2/rerank", "/search//v2/rerank/"):
            assert (await post_raw(client, target, BODY))[0] == 401


async def test_a_wrong_method_is_405_with_the_right_ones() -> None:
    async with serving(GatedSession(), path_prefix="/search") as (service, client):
        await service.start()
        for path in ("/v2/rerank/", "/search/v2/rerank"):
            async with client.get(path) as response:
                assert response.status == 405
                assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("prefix", ["/search", "search/", "/a/b", "/rerank"])
async def test_routes_answer_below_a_prefix_and_at_the_root(prefix: str) -> None:
    async with serving(GatedSession(), path_prefix=prefix) as (service, client):
        await service.start()
        below = f"/{prefix.strip('/')}"
        for path in ("/rerank", f"{below}/rerank", f"/{below}//rerank/"):
            assert (await post_raw(client, path, TEXTS))[0] == 200
        for path in ("/health", f"{below}/health", f"{below}/info/", f"{below}/playground"):
            async with client.get(path) as response:
                assert response.status == 200
        assert (await post_raw(client, f"{below}ing/v1/rank", TEXTS))[0] == 404


async def test_a_prefix_is_taken_off_once() -> None:
    async with serving(GatedSession(), path_prefix="/x") as (service, client):
        await service.start()
        assert (await post_raw(client, "/x/x/rerank", TEXTS))[0] == 404
        assert (await post_raw(client, "/x" * 4000, TEXTS))[0] == 404


@pytest.mark.parametrize("prefix", ["/a b", "/a?b", "/a#", "/a//b", "/{profile}", "http://x"])
def test_a_prefix_that_is_no_path_does_not_start(prefix: str) -> None:
    with pytest.raises(StartupError, match="path_prefix"):
        load({"path_prefix": prefix})


async def test_a_page_with_a_slash_is_redirected_to_where_its_files_are() -> None:
    async with serving(GatedSession(), path_prefix="/x") as (_, client):
        for path in ("/playground/", "/x/playground/"):
            async with client.get(path, allow_redirects=False) as response:
                assert response.status == 308
            async with client.get(path) as response:
                assert response.url.path == path.rstrip("/")
                assert response.status == 200


@pytest.mark.parametrize(
    ("method", "path", "near"),
    [
        ("POST", "/v1/reranks", "/v1/rerank"),
        ("POST", "/x/v1/rerank", "/v1/rerank"),
        ("POST", "/a-proxy/with/a/long/prefix/v1/rerank", "/v1/rerank"),
        ("POST", "/v1/rernak", "/v1/rerank"),
        ("POST", "/openserch/rerank", "/opensearch/rerank"),
        ("GET", "/healthz", "/health"),
        ("GET", "/v1/model", "/v1/models"),
    ],
)
async def test_a_404_names_the_nearest_route_first(method: str, path: str, near: str) -> None:
    async with serving(GatedSession()) as (_, client):
        async with client.request(method, path) as response:
            assert response.status == 404
            message = (await response.json())["error"]
        assert message.startswith(f"no such route; near: {near}")
        assert ("path_prefix" in message) == (path.endswith("/v1/rerank"))


async def test_a_404_with_nothing_near_says_where_the_routes_are() -> None:
    async with serving(GatedSession()) as (_, client):
        for path in ("/favicon.ico", "/%FF%00%0A", "/" + "z" * 7000):
            async with client.get(path) as response:
                assert response.status == 404
                body = await response.json()
            assert body["message"] == "no such route; /openapi.json lists all"
            assert body["error_type"] == "not_found"


async def test_a_missing_file_of_a_route_is_no_missing_route() -> None:
    async with (
        serving(GatedSession()) as (_, client),
        client.get("/playground/none.js") as response,
    ):
        assert (await response.json())["error"] == "Not Found"
