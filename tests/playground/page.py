"""The playground as a person uses it: keys, clicks, and waits for what it shows."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

LIMIT_S = 60.0
POLL_S = 0.02
Value = TypeVar("Value")


class Page:
    """One visit. Methods that act return at once; `answered` waits for the answer."""

    def __init__(self, driver: Chrome, url: str) -> None:
        self.driver = driver
        self.url = url

    def open(self) -> "Page":
        """The page with the first preset ranked."""
        self.visit()
        self.wait(lambda: self.order())
        self.idle()
        return self

    def visit(self) -> None:
        """Loads the page, whatever it shows."""
        self.driver.get(f"{self.url}/playground")

    def wait(self, condition: Callable[[], Value]) -> Value:
        """The condition's value once it is true. Fails after LIMIT_S."""
        waiting = WebDriverWait(self.driver, LIMIT_S, POLL_S)
        return waiting.until(lambda driver: condition())

    def element(self, name: str) -> WebElement:
        """The element with this id."""
        return self.driver.find_element(By.ID, name)

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self, name: str) -> str:
        """All text of the element with this id, hidden or not."""
        return str(self.script("return document.getElementById(arguments[0]).textContent", name))

    def script(self, source: str, *arguments: object) -> Any:
        return self.driver.execute_script(source, *arguments)

    def module(self, name: str, expression: str, *arguments: object) -> Any:
        """An expression over a module of the page, `m`, and `a`, the arguments."""
        source = (
            f"const [...a] = arguments; const done = a.pop();"
            f"import('/playground/{name}').then((m) => done({{ok: {expression}}}))"
            f".catch((e) => done({{fault: String(e)}}))"
        )
        outcome = self.driver.execute_async_script(source, *arguments)
        assert "fault" not in outcome, outcome["fault"]
        return outcome["ok"]

    def order(self) -> list[int]:
        """The documents' indexes in the order of the list, best first."""
        items = "document.querySelectorAll('#results li[data-index]')"
        indexes = self.script(f"return [...{items}].map(item => item.dataset.index)")
        return [int(index) for index in indexes]

    def idle(self) -> None:
        """Waits until no request is running."""
        self.wait(lambda: self.element("answer").get_attribute("aria-busy") == "false")

    def answered(self, act: Callable[[], object]) -> list[int]:
        """The order after `act` and the answer to it."""
        before = self.element("answer").get_attribute("data-request")
        act()
        self.wait(lambda: self.element("answer").get_attribute("data-request") != before)
        self.idle()
        return self.order()

    def fault(self, act: Callable[[], object]) -> str:
        """The error that the page shows after `act`."""
        act()
        self.wait(lambda: self.text("fault"))
        self.idle()
        return self.element("fault").text

    def type(self, name: str, text: str) -> None:
        """Replaces the text of a text area or an input by typing."""
        element = self.element(name)
        element.send_keys(Keys.CONTROL, "a")
        element.send_keys(Keys.DELETE)
        if text:
            element.send_keys(text)

    def ask(self, query: str, documents: list[Any], profile: str = "plain") -> list[int]:
        """Fills the form and ranks; the order of the answer."""
        self.type("query", query)
        self.element("tab-json").click()
        self.paste("json", json.dumps(documents))
        if self.element("profile").get_property("value") != profile:
            return self.answered(lambda: self.choose("profile", profile))
        return self.answered(self.element("rank").click)

    def paste(self, name: str, text: str) -> None:
        """Puts a long text into a text area as pasting does."""
        self.script(
            "const e = document.getElementById(arguments[0]); e.focus(); e.value = arguments[1];"
            "e.dispatchEvent(new InputEvent('input', {bubbles: true}))",
            name,
            text,
        )

    def choose(self, name: str, value: str) -> None:
        Select(self.element(name)).select_by_value(value)

    def preset(self, name: str) -> list[int]:
        """The order of a preset."""
        button = self.driver.find_element(By.CSS_SELECTOR, f"[data-preset={name}]")
        return self.answered(button.click)

    def slider(self, field: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, f"input[data-field='{field}']")

    def press(self, *keys: str) -> None:
        """Presses the last key while holding the others, wherever the focus is."""
        actions = ActionChains(self.driver)
        for key in keys[:-1]:
            actions.key_down(key)
        actions.send_keys(keys[-1])
        for key in keys[:-1]:
            actions.key_up(key)
        actions.perform()

    def press_all(self, *texts: str) -> None:
        """Types texts and keys one after the other, wherever the focus is."""
        ActionChains(self.driver).send_keys(*texts).perform()

    def sent(self) -> dict[str, Any]:
        """The request that the shown answer belongs to."""
        body: dict[str, Any] = json.loads(self.text("raw-request"))
        return body

    def size(self, width: int, height: int) -> None:
        self._emulate(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def prefer(self, **features: str) -> None:
        """Media features of the system: `color_scheme="dark"`."""
        named = [
            {"name": f"prefers-{name.replace('_', '-')}", "value": value}
            for name, value in features.items()
        ]
        self._emulate("Emulation.setEmulatedMedia", {"features": named})

    def _emulate(self, command: str, values: Mapping[str, object]) -> None:
        self.driver.execute_cdp_cmd(command, dict(values))

    def complaints(self) -> list[str]:
        """The console's messages except refused requests: script errors, policy violations."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if entry["source"] != "network"]
