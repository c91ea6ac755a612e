"""The page of a sweep in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from streamwer.reports import sweep as report
from tests.analysis.sweeps import made_up
from tests.reports.browser import launch_browser, visit_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

ROWS = "#points tbody[data-point]"
ORDER = [str(number) for number in range(1, 8)]
FAILED = "7"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("sweep")
    report.write_sweep_report(made_up.sweep(), folder)
    return (folder / "index.html").as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with visit_page(browser, address, ROWS) as page:
        yield page


def rows(page: Page) -> list[str]:
    """The points in the table, from top to bottom."""
    names: list[str] = page.locator(f"{ROWS}:visible").evaluate_all(
        "found => found.map(each => each.dataset.point)"
    )
    return names


def lit(page: Page) -> set[str]:
    names: list[str] = page.locator(".lit").evaluate_all(
        "found => found.map(each => `${each.tagName} ${each.dataset.point}`)"
    )
    return set(names)


def test_points_are_sorted_and_one_that_failed_stays_last(page: Page) -> None:
    assert rows(page) == ORDER
    by_wer = page.get_by_role("button", name="WER, %")
    by_wer.click()
    rising = sorted(made_up.sweep().points[:6], key=lambda point: point.errors)
    assert rows(page) == [*(point.name for point in rising), FAILED]
    assert page.locator("[aria-sort=ascending]").inner_text().startswith("WER")
    by_wer.press("Enter")
    assert rows(page) == [*(point.name for point in reversed(rising)), FAILED]
    assert page.locator("[aria-sort=descending]").count() == 1


def test_a_filter_leaves_its_points_in_the_table_and_in_the_plots(page: Page) -> None:
    page.fill("#filter", "HASTY")
    assert rows(page) == ["4", "5", "6"]
    assert page.inner_text("#shown") == "3 of 7"
    drawn = page.locator("svg [data-point]:visible").evaluate_all(
        "found => found.map(each => each.dataset.point)"
    )
    assert set(drawn) == {"4", "5", "6"}
    page.fill("#filter", "")
    assert rows(page) == ORDER


def test_a_row_that_is_pointed_at_lights_up_in_every_plot(page: Page) -> None:
    page.locator(f"{ROWS} th").nth(2).hover()
    assert lit(page) == {"TBODY 3", "g 3", "path 3"}
    page.locator("h1").hover()
    assert lit(page) == set()


def test_a_row_lights_up_by_keyboard_too(page: Page) -> None:
    page.locator(f"{ROWS} summary").nth(1).focus()
    assert lit(page) == {"TBODY 2", "g 2", "path 2"}
    page.keyboard.press("Enter")
    assert made_up.sweep().points[1].command in page.inner_text("details[open]")


def test_a_budget_leads_to_its_point(page: Page) -> None:
    link = page.locator("#budgets a").last
    link.click()
    assert page.locator(f"{ROWS}:target").get_attribute("data-point") in link.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    with visit_page(browser, address, ROWS, viewport=size, color_scheme=scheme) as page:
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0


def test_it_prints(page: Page) -> None:
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    assert rows(page) == ORDER
    assert page.pdf(format="A4").startswith(b"%PDF")
