"""The report in a real browser: what a reader can do with it, and what it must not do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from streamwer import audio
from streamwer.reports import html
from streamwer.reports.comparison import AudioClip, Comparison
from streamwer.types import Reference, Word
from tests.reports import synthetic
from tests.reports.browser import launch_browser, visit_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(folder: Path) -> str:
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def hostile_address(hostile: Comparison, tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_report(hostile, tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with visit_page(browser, address) as page:
        yield page


def save_report(comparison: Comparison, folder: Path) -> str:
    path = folder / "index.html"
    path.write_text(html.render(comparison), encoding="utf-8", errors="replace")
    return path.as_uri()


def names(page: Page) -> list[str]:
    return page.locator("#calls tbody th").all_inner_texts()


def await_second(page: Page, seconds: float) -> None:
    page.wait_for_selector("#play:has-text('Pause')")
    for _ in range(500):
        if float(page.input_value("#at")) > seconds:
            return
        page.wait_for_timeout(20)
    pytest.fail("the replay stands still")


CALLS = [f"call_{number:02}" for number in range(1, 37)]


def test_calls_are_sorted(page: Page) -> None:
    assert names(page) == CALLS
    by_name = page.locator("#calls thead button").first
    by_name.click()
    by_name.click()
    assert names(page) == CALLS[::-1]
    page.get_by_role("button", name="length").click()
    assert sorted(names(page)) == CALLS
    assert names(page) != CALLS
    assert page.locator("[aria-sort=ascending]").inner_text().startswith("length")


def test_calls_are_searched_and_filtered(page: Page) -> None:
    page.fill("#filter", "CALL_07")
    assert names(page) == ["call_07"]
    assert page.inner_text("#shown") == "1 of 36"
    page.fill("#filter", "")
    page.select_option("#condition", "telephone")
    assert names(page) == CALLS[2::4]
    page.select_option("#which", "failed")
    assert names(page) == []
    assert page.inner_text("#shown") == "0 of 36"


def test_a_call_opens_and_closes_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="call_03").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] .spoken")
    assert page.inner_text("#call-name") == "call_03"
    assert page.evaluate("location.hash") == "#call=call_03"
    page.click("#next")
    page.wait_for_function("document.getElementById('call-name').textContent !== 'call_03'")
    page.focus("#track")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator(".spoken .chosen").get_attribute("data-at") == "2"
    assert "final" in page.inner_text("#word")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_a_call_has_an_address_of_its_own(browser: Browser, address: str) -> None:
    with visit_page(browser, f"{address}#call=call_11") as page:
        page.wait_for_selector("dialog[open] .spoken")
        assert page.inner_text("#call-name") == "call_11"


def test_a_call_opens_where_there_is_text(page: Page) -> None:
    page.get_by_role("button", name="call_03").click()
    page.wait_for_selector("dialog[open] .spoken")
    offline, *streaming = page.locator(".card .settled").all_inner_texts()
    assert not offline
    assert all(streaming)


def test_figures_are_folded_and_open_by_keyboard_and_in_print(page: Page) -> None:
    first = page.locator("#figures details").first
    assert not first.locator("table").is_visible()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.locator("table").is_visible()
    page.pdf(format="A4")
    assert page.locator("#figures table").last.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_has_every_system_and_the_plot(
    browser: Browser, address: str, scheme: str
) -> None:
    size = {"width": 1280, "height": 800}
    with visit_page(browser, address, viewport=size, color_scheme=scheme) as page:
        for part in (".verdict li:last-child", "svg[aria-labelledby^=scatter-wide]"):
            box = page.locator(part).first.bounding_box()
            assert box
            assert box["y"] + box["height"] < 800
    with visit_page(browser, address, viewport={"width": 400, "height": 800}) as page:
        box = page.locator(".verdict li").last.bounding_box()
        assert box
        assert box["y"] + box["height"] < 800


def test_a_replay_without_audio_runs_on_a_timer(page: Page) -> None:
    page.get_by_role("button", name="call_03").click()
    page.select_option("#speed", "2")
    page.wait_for_selector("dialog[open] .spoken")
    page.click("#play")
    await_second(page, float(page.input_value("#at")) + 0.5)
    assert page.inner_text("#sound") == "No audio beside this page: the replay runs on a timer."
    page.click("#play")
    assert page.inner_text("#play") == "Play"
    at_pause = page.input_value("#at")
    page.wait_for_timeout(100)
    assert page.input_value("#at") == at_pause


def test_a_replay_ends_with_the_text_that_was_scored(page: Page, measured: Comparison) -> None:
    page.get_by_role("button", name="call_03").click()
    page.wait_for_selector("dialog[open] .spoken")
    page.focus("#at")
    page.keyboard.press("End")
    texts = [text.strip() for text in page.locator(".card .settled").all_inner_texts()]
    rows = [system.scores.recordings.iloc[2] for system in measured.systems]
    assert texts == [row["hypothesis"] for row in rows]
    assert page.locator(".card .tentative").all_inner_texts() == ["", "", ""]
    page.keyboard.press("Home")
    assert set(page.locator(".card .settled").all_inner_texts()) == {""}


def test_a_replay_follows_the_audio_beside_the_page(
    browser: Browser, measured: Comparison, tmp_path: Path
) -> None:
    audio.write_flac(tmp_path / "a tone.flac", np.zeros(3 * audio.SAMPLE_RATE, np.float32))
    sounds = {**measured.audio_clips, "call_03": AudioClip("a%20tone.flac", "0z")}
    with visit_page(browser, save_report(replace(measured, audio_clips=sounds), tmp_path)) as page:
        page.get_by_role("button", name="call_03").click()
        page.wait_for_selector("dialog[open] .spoken")
        page.focus("#at")
        page.keyboard.press("Home")
        page.click("#play")
        await_second(page, 0.3)
        assert page.inner_text("#sound") == ""


def test_only_errors_are_shown_on_request(page: Page) -> None:
    page.get_by_role("button", name="call_03").click()
    page.wait_for_selector("dialog[open] .spoken")
    whole = page.locator("#diffs .transcript").all_inner_texts()
    wrong = page.locator("#diffs del, #diffs ins").all_inner_texts()
    page.get_by_label("errors only").check()
    short = page.locator("#diffs .transcript").all_inner_texts()
    assert all(len(after) < len(before) for before, after in zip(whole, short, strict=True))
    assert page.locator("#diffs del, #diffs ins").all_inner_texts() == wrong


def test_every_time_is_in_a_table_as_well(page: Page) -> None:
    page.get_by_role("button", name="call_03").click()
    page.click("#times summary")
    page.wait_for_selector("#word-table tbody tr")
    assert page.locator("#word-table tbody tr").count() == page.locator(".spoken g").count() == 42


def test_hostile_text_is_text(browser: Browser, hostile_address: str) -> None:
    with visit_page(browser, hostile_address) as page:
        for number, text in enumerate(synthetic.HOSTILE):
            page.get_by_role("button", name=f"call <{number}> | x").click()
            page.wait_for_selector("dialog[open] .spoken")
            assert text in page.inner_text("#call-facts")
            page.click("#close")
        assert page.locator("#calls img, #calls script, #call img, #call script").count() == 0
        said = page.evaluate("document.getElementById('diffs').textContent")
        assert all(text in said for text in synthetic.HOSTILE)


def test_a_smuggled_script_does_not_run(browser: Browser, folder: Path, tmp_path: Path) -> None:
    source = (folder / "index.html").read_text(encoding="utf-8")
    attacked = tmp_path / "attacked.html"
    smuggled = "<script>document.body.dataset.owned = 1</script></body>"
    attacked.write_text(source.replace("</body>", smuggled), encoding="utf-8")
    with pytest.raises(AssertionError, match="Content Security Policy"):  # noqa: SIM117
        with visit_page(browser, attacked.as_uri()) as page:
            assert page.locator("[data-owned]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, hostile_address: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    with visit_page(browser, hostile_address, viewport=size, color_scheme=scheme) as page:
        page.get_by_role("button", name="call <2> | x").click()
        page.wait_for_selector("dialog[open] .spoken")
        for element in ("document.documentElement", "document.getElementById('call')"):
            assert page.evaluate(f"{element}.scrollWidth - {element}.clientWidth") <= 0


def test_it_prints(page: Page) -> None:
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    assert page.locator("#calls tbody tr").count() == 36
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_scripts_are_laid_out_as_they_are_written(browser: Browser, tmp_path: Path) -> None:
    """By their own direction, and without spaces where they have none."""
    texts = {"今 天 天 气": "今天天气", "ส วั ส ดี": "สวัสดี", "שלום עולם": "שלום עולם"}
    calls = []
    for name, said in enumerate(texts):
        words = tuple(Word(text, at + 0.5, at + 0.9) for at, text in enumerate(said.split()))
        calls.append(Reference(str(name), "x.flac", 16.0, said, str(name), "clean", words))
    calls += [replace(calls[0], recording=f"more {i}", speaker=f"{i}") for i in range(8)]
    with visit_page(browser, save_report(synthetic.compare(spoken=calls), tmp_path)) as page:
        for name, text in enumerate(texts.values()):
            page.get_by_role("button", name=str(name), exact=True).click()
            page.wait_for_selector("dialog[open] .spoken")
            page.evaluate(
                "document.getElementById('at').value = 16;"
                "document.getElementById('at').dispatchEvent(new Event('input'))"
            )
            assert text in "".join(page.locator("dialog[open] .card").all_inner_texts())
            assert page.locator("#diffs p[dir=auto]").count() > 0
            page.click("#close")


def test_scripts_are_written_as_their_readers_write_them(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    texts = {"ja": "今日 は 天気 が いい です", "he": "שלום מה שלומך היום", "en": "how are you"}
    spoken = [
        Reference(
            f"call_{code}", "x.flac", 8.0, text, code, "clean", make_words(text), language=code
        )
        for code, text in texts.items()
    ]
    heard = synthetic.compare(spoken=spoken, rule="multilingual")
    with visit_page(browser, save_report(heard, tmp_path_factory.mktemp("scripts"))) as page:
        page.fill("#filter", "天気が")  # as it is written, not as it is counted
        assert names(page) == ["call_ja"]
        page.click("#calls tbody button")
        page.fill("#at", page.get_attribute("#at", "max") or "")
        shown = page.locator("#diffs .transcript, #replay .card").all_inner_texts()
        assert sum("天気がいい" in text for text in shown) > 1
        assert not any("天 気" in text for text in shown)
        page.click("#close")
        page.fill("#filter", "שלומך")
        page.click("#calls tbody button")
        starts = page.locator("#diffs .transcript").evaluate_all(
            "all => all.map((each) => getComputedStyle(each).unicodeBidi + each.dir)"
        )
        assert set(starts) == {"plaintextauto"}


def make_words(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, at + 0.5, at + 0.9) for at, word in enumerate(text.split()))
