"""Narrow screens, dark mode, contrast, and no mouse."""

import re

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.playground.page import Page

PAIRS = [
    ("--ink", "--paper"),
    ("--ink", "--card"),
    ("--soft", "--paper"),
    ("--soft", "--card"),
    ("--accent", "--paper"),
    ("--accent", "--card"),
    ("--on-accent", "--accent"),
    ("--bad", "--bad-wash"),
    ("--ink", "--bad-wash"),
    ("--soft", "--bad-wash"),
    ("--soft", "--note-wash"),
    ("--signal", "--note-wash"),
    ("--ink", "--note-wash"),
    ("--ink", "--mark"),
    ("--ink", "--accent-wash"),
    *((kind, "--card") for kind in ("--model", "--field", "--signal", "--rule", "--hook")),
]
"""(text colour, background)"""

READ_COLOUR = """
const probe = document.body.appendChild(document.createElement('i'));
probe.style.color = `var(${arguments[0]})`;
const colour = getComputedStyle(probe).color;
probe.remove();
return colour;
"""


def luminance(page: Page, name: str) -> float:
    """WCAG's relative luminance of a colour of the page."""
    red, green, blue = (
        int(part) / 255 for part in re.findall(r"\d+", page.script(READ_COLOUR, name))
    )

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_the_contrast_of_aa(page: Page, theme: str) -> None:
    page.prefer(color_scheme=theme)
    for text, ground in PAIRS:
        light, dark = sorted((luminance(page, text), luminance(page, ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{text} on {ground}"
    light, dark = sorted((luminance(page, "--edge"), luminance(page, "--card")), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3, "the edge of an input"


def background(page: Page) -> str:
    return str(page.script("return getComputedStyle(document.documentElement).backgroundColor"))


def test_the_theme_is_the_systems_until_one_is_chosen(page: Page) -> None:
    light = background(page)
    page.prefer(color_scheme="dark")
    dark = background(page)
    assert light != dark
    button = page.element("theme")
    button.click()
    assert button.text == "Theme: light"
    assert background(page) == light
    page.prefer(color_scheme="light")
    button.click()
    assert background(page) == dark
    page.open()
    assert background(page) == dark, "kept for the next visit"
    page.element("theme").click()
    assert background(page) == light


@pytest.mark.parametrize("width", [320, 360, 768])
def test_a_narrow_screen_scrolls_in_one_direction(page: Page, width: int) -> None:
    page.size(width, 740)
    page.element("tab-json").click()
    page.answered(lambda: page.slider("title").send_keys(Keys.HOME))
    page.script("document.getElementById('key-form').hidden = false")
    page.script("document.querySelectorAll('details').forEach(each => each.open = true)")
    wide = "x" * 300
    for preset in ("ecommerce", "legal", "answers"):
        page.preset(preset)
        page.script("document.querySelectorAll('details').forEach(each => each.open = true)")
        for view in ("tab-ranked", "tab-readings", "tab-raw", "tab-curl"):
            page.element(view).click()
            page.wait(lambda: not page.all("[role=tabpanel][aria-busy=true]"))
            assert page.script("return document.documentElement.scrollWidth") <= width, view
    page.ask(wide, [wide, {wide[:60]: wide, "b": [wide]}])
    assert page.script("return document.documentElement.scrollWidth") <= width


def test_everything_can_be_done_without_a_mouse(page: Page) -> None:
    """From the top: to the query, a search, a weight, a view, a result's parts."""
    page.driver.find_element("tag name", "body").send_keys(Keys.TAB)
    assert page.driver.switch_to.active_element.text == "Skip to the results"
    page.press("/")
    assert page.driver.switch_to.active_element == page.element("query")
    page.press(Keys.CONTROL, "a")
    order = page.answered(lambda: page.press_all("cheap socks", Keys.ENTER))
    assert page.sent()["query"] == "cheap socks"
    assert order[0] == 2
    assert tab_to(page, "tab-json").get_attribute("aria-selected") == "true"
    page.press(Keys.ARROW_LEFT)
    assert page.driver.switch_to.active_element == page.element("tab-lines")
    assert page.element("lines").is_displayed()
    tab_to(page, "rank")
    page.answered(lambda: page.press(Keys.ENTER))
    tab_to(page, "weight-title")
    page.answered(lambda: page.press(Keys.END))
    assert page.sent()["fields"] == {"title": 3}
    tab_to(page, "tab-ranked")
    page.press(Keys.END)
    assert page.element("curl").is_displayed()
    tab_to(page, "copy")
    tab_to(page, "tab-curl", Keys.SHIFT, Keys.TAB)
    page.press(Keys.HOME)
    parts = tab_until(page, "return document.activeElement.matches('.why > summary')")
    was_open = parts.find_element("xpath", "..").get_property("open")
    page.press(Keys.ENTER)
    assert parts.find_element("xpath", "..").get_property("open") != was_open


def tab_to(page: Page, name: str, *keys: str) -> WebElement:
    return tab_until(page, f"return document.activeElement.id === '{name}'", *keys)


def tab_until(page: Page, condition: str, *keys: str) -> WebElement:
    """The focused element once the condition holds; every stop on the way shows its focus."""
    for _ in range(60):
        page.press(*(keys or (Keys.TAB,)))
        style = "return getComputedStyle(document.activeElement).outlineStyle"
        assert page.script(style) != "none", page.script("return document.activeElement.outerHTML")
        if page.script(condition):
            return page.driver.switch_to.active_element
    raise AssertionError(f"the Tab key never came to where {condition}")


def test_what_changes_is_announced(page: Page) -> None:
    status = page.element("status")
    assert status.get_attribute("aria-live") == "polite"
    assert "best score" in status.text
    assert page.element("fault").get_attribute("role") == "alert"
    for control in page.all("input, textarea, select"):
        named = "return arguments[0].labels.length > 0 || Boolean(arguments[0].ariaLabel)"
        assert page.script(named, control), control.get_attribute("id")
    change = page.all("#results .change.up")[0]
    assert re.fullmatch(
        r"up \d+, number \d+ in the request", change.get_attribute("aria-label") or ""
    )
