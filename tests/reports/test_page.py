from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from streamwer.metrics.word_diff import WordRun, diff_words
from streamwer.reports import html, markdown
from streamwer.reports.comparison import Comparison
from streamwer.types import Reference
from tests.reports import synthetic


class Page(HTMLParser):
    """Tags, ids and texts of a page; fails on tags that are not closed in order."""

    VOID = frozenset("area base br col hr img input link meta wbr".split())

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids.update(value or "" for name, value in attrs if name == "id")
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "index.html").read_text(encoding="utf-8"))


def test_the_page_is_well_formed_and_its_ids_are_unique(page: Page) -> None:
    assert page.tags["h1"] == 1
    assert not {name for name, times in page.ids.items() if times > 1}


def test_the_page_loads_nothing(page: Page) -> None:
    loads = [a for a in page.attributes if a[1] in {"src", "srcset", "action", "data", "poster"}]
    links = [value for tag, name, value in page.attributes if name in {"href", "xlink:href"}]
    assert loads == []
    assert all(link.startswith(("#", "data:")) for link in links)


def test_the_style_sheet_loads_nothing(folder: Path) -> None:
    source = (folder / "index.html").read_text(encoding="utf-8")
    style = source[source.index("<style>") : source.index("</style>")]
    assert not re.search(r"url\(|@import|@font-face", style)


def test_tables_and_plots_can_be_heard(page: Page) -> None:
    assert page.tags["caption"] == page.tags["table"]
    plots = [a for a in page.attributes if a == ("svg", "role", "img")]
    assert page.tags["desc"] == len(plots) == 10  # five plots, each for wide and narrow screens
    named = [value for tag, name, value in page.attributes if name == "aria-labelledby"]
    assert all(set(value.split()) <= set(page.ids) for value in named)


def test_the_page_says_what_matters(page: Page) -> None:
    for text in ("not decided", "Commit p99", "never", "dvc repro", "0.045"):
        assert text in page.text


def test_the_page_is_small(folder: Path) -> None:
    assert (folder / "index.html").stat().st_size < 1_000_000


def test_no_path_of_the_machine_is_shown(folder: Path) -> None:
    for file in folder.iterdir():
        assert b"/home/" not in file.read_bytes(), file.name
    assert "…/made-up" in (folder / "index.html").read_text(encoding="utf-8")


def test_failures_are_listed_with_their_reasons(failing: Comparison) -> None:
    text = Page(html.render(failing)).text
    assert text.count("the worker died twice (exit code 137)") == 2
    assert "2 of 36" in text


def test_too_few_events_are_said_so() -> None:
    few = synthetic.compare(spoken=synthetic.references(count=4, words=10))
    text = Page(html.render(few)).text.replace("\u00a0", " ")
    assert "n too small" in text
    assert "Only 3 speakers" in text


def test_intervals_are_spoken_of_only_where_there_are_any(page: Page) -> None:
    assert "Bars are 95 % intervals" in page.text
    alone = synthetic.compare(spoken=synthetic.references(count=1))
    text = Page(html.render(alone)).text
    assert "Bars are" not in text
    assert "With 95" not in text


def test_hostile_text_stays_text(hostile: Comparison, page: Page) -> None:
    shown = Page(html.render(hostile))
    assert shown.tags["script"] == page.tags["script"] - 2  # 8 calls fit into one pack, not 3
    assert shown.tags["img"] == 0
    assert "call <0> | x" in shown.text
    assert set(shown.tags) <= set(page.tags) | {"b"}


def test_recordings_without_words_or_times() -> None:
    silent = [Reference(f"quiet_{n}", "x.flac", 8.0, "", f"voice_{n}") for n in range(3)]
    untimed = [replace(call, words=()) for call in synthetic.references(count=3)]
    page = Page(html.render(synthetic.compare(spoken=[*silent, *untimed])))
    assert "have no word times" in page.text


def test_a_data_set_without_a_single_word() -> None:
    silent = [Reference(f"quiet_{n}", "x.flac", 8.0, "", f"voice_{n}") for n in range(3)]
    text = Page(html.render(synthetic.compare(spoken=silent))).text
    assert "an unknown WER, since there are no reference words" in text


def test_every_recording_failed() -> None:
    spoken = synthetic.references(count=8)
    text = Page(html.render(synthetic.compare(spoken=spoken, failures=8))).text
    assert "half of the words never final" in text
    assert "Not shown, since the latency is not finite or there is no WER: prompted_buffer" in text


@pytest.mark.parametrize("systems", [0, 1, 9])
def test_any_number_of_systems(measured: Comparison, systems: int) -> None:
    some = [measured.systems[index % 3] for index in range(systems)]
    named = [
        replace(system, summary=replace(system.summary, name=f"system_{index}"))
        for index, system in enumerate(some)
    ]
    other = replace(measured, systems=tuple(named), baseline="system_0" if named else "")
    assert Page(html.render(other)).tags["h1"] == 1
    assert markdown.render(other).count("\n| **WER**") == 1


def test_diff_joins_neighbours_but_keeps_substitutions_apart() -> None:
    said, heard = "the cat sat on a mat today".split(), "the dog sit on a mat".split()
    status = "hit substituted substituted hit hit hit deleted".split()
    assert diff_words(said, heard, status) == [  # type: ignore[arg-type]
        WordRun("hit", "the", "the"),
        WordRun("substituted", "cat", "dog"),
        WordRun("substituted", "sat", "sit"),
        WordRun("hit", "on a mat", "on a mat"),
        WordRun("deleted", "today", ""),
    ]
    assert diff_words(said, heard) == diff_words(said, heard, status)  # type: ignore[arg-type]
    assert diff_words([], ["uh", "oh"]) == [WordRun("inserted", "", "uh oh")]


def table(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]


def test_the_markdown_table_has_a_column_for_every_system(measured: Comparison) -> None:
    rows = table(markdown.render(measured))
    assert {len(row) for row in rows} == {4}
    assert [cell.strip() for cell in rows[0][1:]] == [
        "offline",
        r"prompted\_buffer",
        r"local\_agreement",
    ]
    assert set("".join(rows[1])) == {":", "-"}
    assert any("RTF" in row[0] for row in rows)


def test_the_markdown_verdict_and_commands(measured: Comparison) -> None:
    text = markdown.render(measured)
    assert re.search(r"- \*\*prompted\\_buffer\*\*: 7\.\d\xa0% of words wrong \(", text)
    assert "```sh\ngit clone https://example.org/streamwer && cd streamwer\ndvc repro\n```" in text


def test_hostile_text_breaks_no_markdown(hostile: Comparison) -> None:
    text = markdown.render(hostile)
    assert {len(row) for row in table(text)} == {4}
    assert "<script>" not in text
    assert r"call &lt;0&gt; \| x: the worker died twice" in text


def test_measured_cost_is_not_in_markdown_that_must_repeat(unaware: Comparison) -> None:
    text = markdown.render(unaware)
    assert "RTF" not in text
    assert "see costs.json" in text


def test_the_figures_of_papers_are_in_the_table(measured: Comparison) -> None:
    page = markdown.render(measured)
    for system in measured.systems:
        laal = system.summary.simulst_latency["laal"]
        assert f"{laal.ideal:.2f}\u00a0s<br><sub>{laal.aware:.2f}\u00a0s with it" in page
    assert all(label in page for label in ("StreamLAAL", "UPWR", "Lag slope"))


@pytest.mark.parametrize("count", [1, 2])
def test_what_one_speaker_leaves_unknown_is_drawn_nowhere(count: int) -> None:
    spoken = [replace(each, speaker="one") for each in synthetic.references(count)]
    page = html.render(synthetic.compare(spoken=spoken))
    drawn = re.findall(
        r'\s[a-z0-9]+="([^"]*)"', "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    )
    assert drawn
    assert not [value for value in drawn if re.search(r"\bnan\b|\binf\b", value)]
