"""A real browser for the report's tests; they are skipped, saying why, where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """The machine's own browser; Playwright's would be a download of its own."""
    driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM:
        pytest.skip("no Chromium or Chrome on this machine: the report is not looked at")
    with driver.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit_page(
    browser: Browser, address: str, ready: str = "#calls tbody tr", **options: Any
) -> Iterator[Page]:
    """The page, open and what `ready` selects made; fails on what the browser complains about.

    Everything that a page asks for must be the page itself, or audio beside it.
    """
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.extend(_outside(request.url)))
    page.goto(address)
    page.wait_for_selector(ready)
    yield page
    context.close()
    if complaints:
        raise AssertionError("\n".join(complaints))


def _outside(address: str) -> list[str]:
    if address.startswith("data:") or Path(address).suffix in {".flac", ".wav"}:
        return []
    inside = address.startswith("file:") and Path(address.partition("#")[0]).suffix == ".html"
    return [] if inside else [f"request: {address}"]
