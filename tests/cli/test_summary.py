from __future__ import annotations

from streamwer.cli.summary import CostSummary
from streamwer.cli.transcript import FileTranscript
from streamwer.types import StageTimes, Step, Update, Word, WorkCounters


def make_transcript(count: int) -> FileTranscript:
    """A word each second, final one second after its end and a tenth later each time."""
    steps = tuple(
        Step(
            "a",
            i,
            *[i + 2.0] * 3,
            i + 2.0 + i / 10,
            StageTimes(decode=0.25),
            WorkCounters(),
            Update((Word("w", float(i), i + 1.0),)),
            is_last=False,
        )
        for i in range(count)
    )
    return FileTranscript("a.wav", float(count), steps)


def describe_cost(*transcripts: FileTranscript) -> str:
    cost = CostSummary()
    for each in transcripts:
        cost.add(each)
    return cost.describe()


def test_cost_and_latency_of_all_files_are_one_line() -> None:
    line = describe_cost(
        make_transcript(50), make_transcript(50), FileTranscript("b.wav", 9.0, error="broken")
    )
    assert line == "RTF 0.25; commit latency 3.4 s (p50), 5.7 s (p95) by the model's word times"


def test_what_so_few_words_cannot_tell_is_left_out() -> None:
    assert describe_cost(make_transcript(10)) == (
        "RTF 0.25; commit latency 1.4 s (p50) by the model's word times"
    )
    assert describe_cost(make_transcript(2)) == "RTF 0.25"
    assert describe_cost(FileTranscript("b.wav", None, error="broken")) == ""
