from __future__ import annotations

import io
from dataclasses import replace
from typing import Literal
from unicodedata import category

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from streamwer.audio.live.live_source import LiveSource
from streamwer.cli.board import ProgressBoard
from streamwer.cli.call_display import CallBoard
from streamwer.cli.display import FileDisplay, LiveDisplay
from streamwer.cli.transcript import FileTranscript
from streamwer.cli.views import Progress, format_duration, make_printable, render_transcript
from streamwer.text.words import join_words
from streamwer.types import StageTimes, Step, Update, Word, WorkCounters

HOSTILE = "[red]not markup[/red] :smile: שלום 🎧 e\u0301"


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(each, i, i + 1) for i, each in enumerate(text.split()))


def step(name: str, committed: str, tentative: str, audio_end: float = 1.0) -> Step:
    update = Update(words(committed), words(tentative))
    return Step(
        name, 0, audio_end, 1.0, 1.0, 1.0, StageTimes(), WorkCounters(), update, is_last=False
    )


def draw_board(
    board: ProgressBoard, width: int = 80, height: int = 24, colour: bool = False
) -> str:
    system: Literal["standard"] | None = "standard" if colour else None
    file = io.StringIO()
    console = Console(
        file=file, width=width, height=height, force_terminal=colour, color_system=system
    )
    console.print(Progress(board))
    return file.getvalue()


def board(*texts: tuple[str, str, str]) -> ProgressBoard:
    made = ProgressBoard([*(name for name, _, _ in texts), "later.wav"])
    made.set_lengths({name: 10.0 for name, _, _ in texts} | {"later.wav": 10.0})
    for name, committed, tentative in texts:
        made.start_file(name, 10.0)
        made.add_step(name, step(name, committed, tentative))
    return made


def test_before_the_first_file_the_model_is_loading() -> None:
    assert "loading the model" in draw_board(ProgressBoard(["a.wav"]))


@pytest.mark.parametrize("width", [40, 80])
def test_a_running_file_is_shown_with_its_text_and_how_far_all_of_it_is(width: int) -> None:
    shown = draw_board(board(("a.wav", "hello there", "my name")), width)
    assert "a.wav" in shown
    assert "hello there my name" in shown
    assert "1.0 of 10.0 s" in shown
    assert "0:01/0:20" in shown
    assert max(map(len, shown.splitlines())) <= width


def test_tentative_words_are_dim_and_committed_ones_are_not() -> None:
    shown = draw_board(board(("a.wav", "hello", "maybe")), colour=True)
    assert "\x1b[2mmaybe\x1b[0m" in shown
    assert "mhello" not in shown


def test_tentative_words_are_replaced_and_committed_ones_stay() -> None:
    made = board(("a.wav", "hello", "may bee"))
    made.add_step("a.wav", step("a.wav", "maybe", "not"))
    assert "hello maybe not " in draw_board(made)


def test_of_a_long_text_the_end_is_shown() -> None:
    made = board(("a.wav", " ".join(f"word{i}" for i in range(2000)), "last"))
    for height in (8, 24, 60):
        shown = draw_board(made, height=height)
        assert "word1999 last" in shown
        assert "word1 " not in shown
        assert len(shown.splitlines()) < height


@pytest.mark.parametrize("count", [2, 5, 30])
def test_many_files_at_a_time_fit_the_screen(count: int) -> None:
    made = board(*((f"{i}.wav", "hello " * 200, "") for i in range(count)))
    shown = draw_board(made, height=24)
    assert len(shown.splitlines()) < 24
    assert f"0/{count + 1} files" in shown


@pytest.mark.parametrize("width", [40, 80])
def test_hostile_text_is_shown_as_it_is(width: int) -> None:
    shown = " ".join(draw_board(board((HOSTILE, HOSTILE, "[/]")), width).replace("│", " ").split())
    assert HOSTILE in shown
    assert HOSTILE + " [/]" in shown


SCRIPTS = {
    "Hebrew": "שלום מה שלומך היום אני רוצה לדבר על החשבון שלי בבקשה תודה רבה",
    "Arabic": "مَرْحَبًا كيف حالك اليوم أريد أن أتحدث عن حسابي من فضلك شكرا جزيلا",
    "Chinese": "今 天 天 气 很 好 。 我 想 谈 谈 我 的 帐 单 。 谢 谢 你 的 帮 助 。 再 见 。",
    "Thai": "ส วั ส ดี ค รั บ วั น นี้ ผ ม อ ย า ก คุ ย เ รื่ อ ง บิ ล ข อ ง ผ ม",
    "combining": "e\u0301 a\u0308o\u0302 n\u0303",
}


@pytest.mark.parametrize("width", [16, 24, 40])
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_stays_within_its_panel(script: str, width: int) -> None:
    """A line that is wider than it was taken for would wrap, and shift what is drawn below."""
    text = SCRIPTS[script]
    shown = draw_board(board(("a.wav", text, text)), width)
    lines = [line for line in shown.splitlines() if line.startswith(("│", "╭", "╰"))]
    assert {cell_len(line) for line in lines} == {width}
    told = "".join(line.strip("│").strip() for line in lines if line.startswith("│"))
    assert join_words(text.split()).replace(" ", "") in told.replace(" ", "")
    assert not any(category(line.strip("│ ")[:1] or " ") == "Mn" for line in lines)


def test_scripts_without_spaces_are_shown_without() -> None:
    shown = draw_board(board(("a.wav", "今 天 天 气", "很 好")))
    assert "今天天气很好" in shown


def test_what_acts_on_a_terminal_is_shown_as_a_mark() -> None:
    assert make_printable("a\x1b[2Jb\nc\u202ed") == "a\ufffd[2Jb\ufffdc\ufffdd"


def test_a_finished_file_is_shown_in_full() -> None:
    file = io.StringIO()
    console = Console(file=file, width=40)
    text = " ".join(f"word{i}" for i in range(100))
    console.print(render_transcript("[b]a.wav", text))
    assert " ".join(file.getvalue().split()) == f"[b]a.wav {text}"


def test_the_live_display_prints_finished_files_above_what_is_running(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = board(("a.wav", "hello", ""), ("b.wav", "there", ""))
    file = io.StringIO()
    console = Console(file=file, width=60, height=20, force_terminal=True, color_system=None)
    with LiveDisplay(made, ["a.wav", "b.wav", "later.wav"], console) as display:
        display.finish_file(FileTranscript("a.wav", 10.0, (step("", "hello you", ""),)))
        display.finish_file(FileTranscript("later.wav", None, error="[bold]broken"))
    assert "a.wav\n  hello you" in file.getvalue().replace("\r", "").replace(" \n", "\n")
    assert "error: later.wav: [bold]broken" in capsys.readouterr().err


def test_plain_lines_keep_the_order_of_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["a.wav", "b.wav", "c.wav", "d.wav"]
    with FileDisplay(ProgressBoard(names), names) as display:
        display.finish_file(FileTranscript("b.wav", 1.0, (step("", "second", ""),)))
        assert capsys.readouterr().out == ""
        display.finish_file(FileTranscript("a.wav", 1.0, (step("", "first", ""),)))
        assert capsys.readouterr().out == "a.wav: first\nb.wav: second\n"
        display.finish_file(FileTranscript("d.wav", 1.0, (step("", "fourth", ""),)))
    assert capsys.readouterr().out == "d.wav: fourth\n"


def test_a_warning_is_given_once(capsys: pytest.CaptureFixture[str]) -> None:
    display = FileDisplay(ProgressBoard(["a.wav"]), ["a.wav"])
    display.show_warning("beware")
    display.show_warning("beware")
    assert capsys.readouterr().err == "warning: beware\n"


@pytest.mark.parametrize(("audio_end", "late"), [(1.5, 0), (2.5, 1)])
def test_steps_that_come_a_second_late_or_more_are_counted(audio_end: float, late: int) -> None:
    made = ProgressBoard(["a.wav"])
    made.start_file("a.wav", 5.0)
    made.add_step("a.wav", step("a.wav", "", "", audio_end))
    assert made.late_steps == late


def test_the_lag_is_that_of_the_last_word_when_it_was_first_shown() -> None:
    made = board(("a.wav", "hello", ""))
    made.add_step("a.wav", replace(step("a.wav", "", "my name"), emitted=2.75))  # ends at 2 s
    assert "text 0.8 s behind · 1.0 of 10.0 s" in draw_board(made)
    made.add_step("a.wav", replace(step("a.wav", "my", "name"), emitted=5.0))
    assert "text 0.8 s behind" in draw_board(made)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (61.9, "1:01"), (3661, "1:01:01")])
def test_duration(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_a_live_call_leaves_its_captions_and_no_panel(capsys: pytest.CaptureFixture[str]) -> None:
    file, line = io.StringIO(), LiveSource()
    console = Console(file=file, width=60, height=20, force_terminal=True, color_system=None)
    line.append(np.zeros(32_000, np.float32))
    with CallBoard("microphone", line, console) as display:
        display.add_step(step("microphone", "[b]hello there. how", "are", audio_end=3.0))
        console.print(display)
    shown = file.getvalue()
    assert "how are" in shown
    assert "3.0 of 2.0 s" in shown
    assert shown.rstrip().endswith("how")
    assert "[b]hello there." in shown
    assert capsys.readouterr() == ("", "")
