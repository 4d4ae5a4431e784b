"""The page as the service gives it: its headers, its files, and who may have them."""

import re
from html.parser import HTMLParser

import pytest

from sidecar.contracts.dialects import DIALECTS
from sidecar.http.playground import assets
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http.serving import GatedSession, serving
from tests.http_client import ask, assert_error
from tests.playground.conftest import KEY
from tests.playground.screenshots import DOCS, SHOTS, path

ASSETS = assets()
SCRIPTS = {name: asset.body.decode() for name, asset in ASSETS.items() if name.endswith(".js")}
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b")


def test_the_page_allows_its_own_files_alone(server: SidecarProcess) -> None:
    answer = ask(server, "/playground")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(
        directive.split(" ", 1)
        for directive in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("name", ASSETS)
def test_each_file_has_its_type_and_is_asked_about_by_its_tag(
    server: SidecarProcess, name: str
) -> None:
    first = ask(server, f"/playground/{name}")
    assert first.raw == ASSETS[name].body
    assert first.headers["Content-Type"].startswith(ASSETS[name].content_type)
    assert first.headers["Cache-Control"] == "no-cache"
    tag = first.headers["ETag"]
    again = ask(server, f"/playground/{name}", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status, again.raw) == (304, b"")
    assert again.headers["ETag"] == tag
    changed = ask(server, f"/playground/{name}", headers={"If-None-Match": '"other"'})
    assert changed.status == 200


@pytest.mark.parametrize(
    "path", ["/playground/none.js", "/playground/..%2fsettings.py", "/playground/%2e%2e/app.py"]
)
def test_nothing_else_is_served(server: SidecarProcess, path: str) -> None:
    assert_error(ask(server, path), 404, "not_found")


async def test_it_is_off_by_one_setting() -> None:
    async with serving(GatedSession(), playground=False) as (service, client):
        await service.start()
        for path in ("/playground", "/playground/app.js", "/playground/service"):
            assert (await client.get(path)).status == 404
        assert (await client.get("/info")).status == 200


def test_the_files_need_no_key_and_what_they_ask_for_does(locked_server: SidecarProcess) -> None:
    assert ask(locked_server, "/playground").status == 200
    assert ask(locked_server, "/playground/app.js").status == 200
    refused = ask(locked_server, "/playground/service")
    assert_error(refused, 401, "auth")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    given = ask(locked_server, "/playground/service", headers={"Authorization": f"Bearer {KEY}"})
    assert given.status == 200
    assert KEY.encode() not in given.raw


def test_the_service_describes_its_dialects_and_profiles(server: SidecarProcess) -> None:
    answer = ask(server, "/playground/service")
    assert answer.headers["Cache-Control"] == "no-store"
    assert [each["name"] for each in answer.body["dialects"]] == [
        each.name for each in DIALECTS if each.ranks
    ]
    by_name = {profile["name"]: profile for profile in answer.body["profiles"]}
    assert set(by_name) >= {"plain", "ecommerce", "legal"}
    weights = [field["weight"] for field in by_name["ecommerce"]["fields"]]
    assert weights == sorted(weights, reverse=True)
    assert by_name["plain"]["fields"] == []
    assert by_name["plain"]["every_field"] is True


class _Page(HTMLParser):
    """Collects what a strict policy forbids, and every address."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.forbidden += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.forbidden.append(tag)
        self.addresses += [given[name] or "" for name in ("src", "href") if name in given]


def test_the_page_has_no_inline_code_and_names_its_own_files_alone() -> None:
    page = _Page()
    page.feed(ASSETS["index.html"].body.decode())
    assert page.forbidden == []
    own = {f"playground/{name}" for name in ASSETS}
    assert all(address in own or address.startswith("#") for address in page.addresses)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_make_text_never_markup_and_import_what_is_there(name: str) -> None:
    source = SCRIPTS[name]
    assert not MARKUP.search(source)
    assert "://" not in source
    for target in re.findall(r'from "\./([^"]+)"', source):
        assert target in ASSETS
    assert len(source.splitlines()) <= 300


def test_every_script_is_reached_from_the_page() -> None:
    reached, waiting = set(), ["app.js"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += re.findall(r'from "\./([^"]+)"', SCRIPTS[name])
    assert reached == set(SCRIPTS)


@pytest.mark.parametrize("theme", SHOTS)
def test_the_docs_show_the_page_in_both_themes(theme: str) -> None:
    picture = path(theme)
    assert f"({picture.relative_to(DOCS)})" in (DOCS / "playground.md").read_text()
    raw = picture.read_bytes()
    assert raw.startswith(b"\x89PNG")
    assert len(raw) < 200_000
