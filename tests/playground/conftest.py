"""A browser for all tests, a page for each test, and servers with settings of their own."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from selenium.webdriver import Chrome

from sidecar.http.service import Service
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http.serving import GatedSession, serving
from tests.playground.chromium import REQUIRE_BROWSER, chromium, why_unavailable
from tests.playground.page import Page

KEY = "key-of-the-test"


@pytest.fixture(scope="session")
def driver() -> Iterator[Chrome]:
    reason = why_unavailable()
    if reason is not None:
        if os.environ.get(REQUIRE_BROWSER) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(driver: Chrome) -> Iterator[Page]:
    """A page that nobody has opened yet; its console must stay quiet."""
    page = Page(driver, "")
    page.size(1280, 900)
    page.prefer(color_scheme="light", reduced_motion="reduce")
    page.complaints()  # those of the test before
    yield page
    complaints = page.complaints()
    page.script("try { localStorage.clear() } catch {}")
    driver.get("about:blank")
    assert complaints == []


@pytest.fixture
def page(visit: Page, server: SidecarProcess) -> Page:
    """The playground of the common server, with the first preset ranked."""
    visit.url = server.url
    return visit.open()


@pytest.fixture(scope="session")
def locked_server() -> Iterator[SidecarProcess]:
    """Keys are on, and few documents are taken."""
    with SidecarProcess({"api_key": KEY, "max_documents": 10}) as process:
        yield process


@asynccontextmanager
async def opened(
    visit: Page, session: GatedSession
) -> AsyncIterator[tuple[Service, aiohttp.ClientSession]]:
    """`serving` over the session, and the page open on it."""
    async with serving(session) as (service, client):
        await service.start()
        visit.url = str(client._base_url).rstrip("/")
        await asyncio.to_thread(visit.open)
        yield service, client
