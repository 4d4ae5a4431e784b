"""Takes the screenshots of docs/playground.md anew:

python -m tests.playground.screenshots
"""

import io
from pathlib import Path

from PIL import Image

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.playground.chromium import chromium
from tests.playground.page import Page

DOCS = Path(__file__).parent.parent.parent / "docs"
WIDTH, HEIGHT = 1280, 860
SHOTS = {"light": "ecommerce", "dark": "legal"}
"""Theme -> preset."""


def path(theme: str) -> Path:
    return DOCS / "images" / f"playground-{theme}.png"


def take(page: Page, theme: str, preset: str) -> bytes:
    """The page's PNG as it looks in a theme after a preset."""
    page.size(WIDTH, HEIGHT)
    page.prefer(color_scheme=theme, reduced_motion="reduce")
    page.open()
    page.preset(preset)
    page.script("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.driver.execute_cdp_cmd(
        "Input.dispatchMouseEvent", {"type": "mouseMoved", "x": WIDTH - 2, "y": HEIGHT - 2}
    )
    return page.driver.get_screenshot_as_png()


def compressed(png: bytes) -> bytes:
    """The same picture with a palette, a third as large; no channel moved by more than 5 of 255."""
    out = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    palette = image.quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Writes a file per theme."""
    with SidecarProcess() as server, chromium() as driver:
        page = Page(driver, server.url)
        for theme, preset in SHOTS.items():
            path(theme).write_bytes(compressed(take(page, theme, preset)))


if __name__ == "__main__":
    main()
