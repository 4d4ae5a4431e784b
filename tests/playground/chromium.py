"""A headless Chromium of the system's, driven by its own chromedriver; nothing is downloaded."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

REQUIRE_BROWSER = "RERANK_REQUIRE_BROWSER"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGE_LIMIT_S = 60
"""For a page to load: the machine may be busy."""


def why_unavailable() -> str | None:
    """Why there is no browser here; None when there is one."""
    if _browser() is None:
        return f"none of {', '.join(BROWSERS)} is installed"
    if shutil.which("chromedriver") is None:
        return "chromedriver is not installed"
    return None


@contextmanager
def chromium() -> Iterator[Chrome]:
    """A browser with an empty profile of its own, gone on exit."""
    options = ChromeOptions()
    options.binary_location = _browser() or ""
    for flag in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(flag)
    if os.geteuid() == 0:  # root has no sandbox
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.set_page_load_timeout(PAGE_LIMIT_S)
        driver.set_script_timeout(PAGE_LIMIT_S)
        yield driver
    finally:
        driver.quit()


def _browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)
