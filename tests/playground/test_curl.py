"""Copy as curl: a shell runs the command of every dialect, and the service answers."""

import json
import os
import shutil
import subprocess
from typing import Any

import pytest

from sidecar.contracts.dialects import DIALECTS
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.contracts.shapes import indexed
from tests.playground.chromium import REQUIRE_BROWSER
from tests.playground.conftest import KEY
from tests.playground.page import Page

NAMES = [dialect.name for dialect in DIALECTS if dialect.ranks]
TRICKY = [
    'it\'s "quoted" $HOME `id` \\ and !',
    "JSON",
    "two\nJSON\nlines",
    {"title": "O'Brien", "note": "a\nJSON\nb"},
    "ünïcödé 👩‍🌾",
]


@pytest.fixture(autouse=True)
def shell() -> None:
    if any(shutil.which(program) is None for program in ("bash", "curl")):
        if os.environ.get(REQUIRE_BROWSER) == "1":
            pytest.fail("bash and curl are needed")
        pytest.skip("bash and curl are needed")


def run(command: str, key: str = "") -> tuple[int, Any]:
    """(status, body) of the answer to a command, as it was copied."""
    with_status = command.replace("curl -sS ", "curl -sS -w '%{stderr}%{http_code}' ", 1)
    done = subprocess.run(
        ["bash", "-c", with_status],
        env={"PATH": os.environ["PATH"], "RERANK_API_KEY": key},
        capture_output=True,
        check=True,
        timeout=60,
    )
    return int(done.stderr), json.loads(done.stdout)


def commands(page: Page) -> dict[str, str]:
    """Dialect -> its command for the search that the page shows."""
    page.element("tab-curl").click()
    by_name = {}
    for option in page.all("#dialect option"):
        name = str(option.get_attribute("value"))
        page.choose("dialect", name)
        by_name[name] = page.text("curl")
    page.element("tab-ranked").click()
    return by_name


def test_every_dialect_of_the_service_is_offered(page: Page) -> None:
    assert sorted(commands(page)) == sorted(NAMES)


@pytest.mark.parametrize("preset", ["ecommerce", "legal", "answers"])
def test_each_command_of_a_preset_is_answered(page: Page, preset: str) -> None:
    page.preset(preset)
    count = len(page.sent()["documents"])
    for name, command in commands(page).items():
        status, answer = run(command)
        assert status == 200, (name, answer)
        assert len(list(indexed(answer))) == count, name


def test_nothing_in_a_document_leaves_the_quotes(page: Page) -> None:
    page.ask("it's $HOME `id`", TRICKY)
    shown = [result["index"] for result in json.loads(page.text("raw-answer"))["results"]]
    for name, command in commands(page).items():
        status, answer = run(command)
        assert status == 200, (name, answer)
        if name.startswith("cohere"):
            assert [result["index"] for result in answer["results"]] == shown


def test_weights_and_profile_are_in_every_command(page: Page) -> None:
    page.answered(lambda: page.slider("title").send_keys("\ue011"))  # Home
    for name, command in commands(page).items():
        body = json.loads(command.split("<<'JSON'\n")[1].removesuffix("\nJSON"))
        keys = body["query"] if isinstance(body.get("query"), dict) else body
        assert (keys["profile"], keys["fields"]) == ("ecommerce", {"title": 0}), name


def test_the_key_is_never_in_the_command(visit: Page, locked_server: SidecarProcess) -> None:
    visit.url = locked_server.url
    visit.visit()
    visit.wait(lambda: visit.element("key").is_displayed())
    visit.answered(lambda: visit.element("key").send_keys(KEY, "\ue007"))  # Enter
    for name, command in commands(visit).items():
        assert KEY not in command
        assert '"Authorization: Bearer $RERANK_API_KEY"' in command
        assert run(command, KEY)[0] == 200, name
    assert run(command, "wrong")[0] == 401


def test_copying_gives_the_command(page: Page) -> None:
    page.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": page.url},
    )
    page.element("tab-curl").click()
    page.element("copy").click()
    page.wait(lambda: page.text("copied"))
    assert page.text("copied") == "Copied."
    source = "navigator.clipboard.readText().then(arguments[0])"
    assert page.driver.execute_async_script(source) == page.text("curl")


def test_without_a_clipboard_the_command_is_selected(page: Page) -> None:
    page.script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.element("tab-curl").click()
    page.element("copy").click()
    page.wait(lambda: page.text("copied"))
    assert "Ctrl C" in page.text("copied")
    assert page.script("return getSelection().toString()").strip() == page.text("curl").strip()
