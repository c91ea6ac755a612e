"""SimulEval's instances.log: milliseconds, and an `elapsed` that must be made to queue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streamwer.errors import LogError
from streamwer.formats.detection import read_log
from streamwer.formats.pairing import pair_references
from tests.formats.calls import emitted, lines

INSTANCE: dict[str, Any] = {
    "index": 0,
    "prediction": "my name is jane",
    "delays": [1000.0, 1000.0, 2000.0, 2000.0],
    "elapsed": [1500.0, 1500.0, 3000.0, 3000.0],
    "prediction_length": 4,
    "reference": "my name is jane",
    "source": ["audio/call.wav", "samplerate: 16000 Hz"],
    "source_length": 2000.0,
}


def instance(**changed: Any) -> dict[str, Any]:
    return INSTANCE | changed


def test_compute_that_fits_into_the_waiting_is_no_lag(tmp_path: Path) -> None:
    # 0.5 s of compute for each second of audio. SimulEval adds it up: 1.5 and 3.0 s.
    log = read_log([lines(tmp_path / "instances.log", [INSTANCE])])
    assert log.format == "simuleval"
    assert emitted(log.events) == [
        ("my", 1.0, 1.5),
        ("name", 1.0, 1.5),
        ("is", 2.0, 2.5),
        ("jane", 2.0, 2.5),
    ]
    assert any("queue" in note for note in log.notes)


def test_compute_that_does_not_fit_makes_the_next_step_late(tmp_path: Path) -> None:
    # 1.5 s for the first second of audio, 0.5 s for the next: 2.5, and then 3.0 s.
    late = instance(elapsed=[2500.0, 2500.0, 4000.0, 4000.0])
    log = read_log([lines(tmp_path / "instances.log", [late])])
    assert [at for _, _, at in emitted(log.events)] == [2.5, 2.5, 3.0, 3.0]


def test_elapsed_can_be_taken_as_it_stands(tmp_path: Path) -> None:
    log = read_log([lines(tmp_path / "instances.log", [INSTANCE])], elapsed="logged")
    assert [at for _, _, at in emitted(log.events)] == [1.5, 1.5, 3.0, 3.0]
    assert log.notes == ()


def test_the_log_brings_its_references_and_names(tmp_path: Path) -> None:
    nameless = {k: v for k, v in instance(index=7).items() if k != "source"}
    log = read_log([lines(tmp_path / "instances.log", [INSTANCE, nameless])])
    assert [(r.recording, r.text, r.seconds) for r in log.references] == [
        ("call", "my name is jane", 2.0),
        ("7", "my name is jane", 2.0),
    ]


def test_an_instance_that_said_nothing_stays(tmp_path: Path) -> None:
    silent = instance(prediction="", delays=[], elapsed=[])
    log = read_log([lines(tmp_path / "instances.log", [silent])])
    assert [(step.recording, step.audio_end) for step in log.events.steps] == [("call", 2.0)]


def test_without_elapsed_there_is_no_latency_with_compute(tmp_path: Path) -> None:
    log = read_log([lines(tmp_path / "instances.log", [instance(elapsed=[])])])
    assert log.ideal
    assert not log.compute_aware
    assert [at for _, _, at in emitted(log.events)] == [1.0, 1.0, 2.0, 2.0]


def spelt(prediction: str, delays: list[float], **changed: Any) -> dict[str, Any]:
    """As with the latency unit `char`."""
    elapsed = [1.5 * delay for delay in delays]
    return instance(prediction=prediction, delays=delays, elapsed=elapsed, **changed)


def test_characters_are_words_where_no_spaces_part_them(tmp_path: Path) -> None:
    """A name stays whole, and comes with its last letter; a mark comes with what it stands on."""
    delays = [500.0, 500, 500, 500, 1000, 1000, 1500, 1500, 2000]
    log = read_log([lines(tmp_path / "instances.log", [spelt("我叫Jane。你好", delays)])])
    assert [(text, heard) for text, heard, _ in emitted(log.events)] == [
        ("我", 0.5),
        ("叫", 0.5),
        ("Jane。", 1.0),
        ("你", 1.5),
        ("好", 2.0),
    ]
    assert any("latency unit `char`" in note for note in log.notes)


def test_a_mark_that_comes_alone_takes_its_compute(tmp_path: Path) -> None:
    """0.25, 0.25 and 0.75 s of compute; the last step begins when that of the mark is done."""
    late = spelt("好。对", [500.0, 1000.0, 1000.0])
    late["elapsed"] = [750.0, 1500.0, 2250.0]
    log = read_log([lines(tmp_path / "instances.log", [late])])
    assert emitted(log.events) == [("好。", 0.5, 0.75), ("对", 1.0, 2.0)]
    assert len(log.notes) == 1


@pytest.mark.parametrize("text", ["mynameisjane", "내이름은제인", "我mynameis"])
def test_characters_of_a_script_with_spaces_are_refused(tmp_path: Path, text: str) -> None:
    line = spelt(text, [1000.0] * len(text))
    with pytest.raises(LogError, match=r"line 1: the latency unit `char` leaves out the spaces"):
        read_log([lines(tmp_path / "instances.log", [line])])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        (instance(index="x", source=None), "'index' is 'x', not a whole number"),
        (instance(index=1), "'call' occurs again, after .*, line 1"),
        (instance(prediction="mynameisjane"), "1 words in 'prediction' but 4 'delays'"),
        (instance(delays=[1, 2, "x", 4]), "'delays' holds 'x', not a time"),
        (instance(delays=[1, 2, float("nan"), 4]), "'delays' holds nan, not a time"),
        (instance(delays=[1, 2, -3, 4]), "'delays' holds -3"),
        (instance(delays=[3000, 2000, 2500, 2500]), "'delays' goes back from 3000 to 2000"),
        (instance(delays=5), "'delays' is 5, not a list"),
        (instance(elapsed=[1500, 1500, 2100, 2100]), "falls from 500 to 100 ms.*--elapsed logged"),
        ({"index": 0, "delays": []}, "the field 'prediction' is missing"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: object, problem: str) -> None:
    if isinstance(line, dict) and line.get("index") == 0 and "source" in line:
        line = {**line, "source": ["other.wav"]}
    path = lines(tmp_path / "instances.log", [INSTANCE, line])
    with pytest.raises(LogError, match=rf"instances\.log, line 2: .*{problem}"):
        read_log([path])


def test_a_silent_instance_hides_no_references(tmp_path: Path) -> None:
    """Where all are empty there are none: so is what we export without references."""
    silent = instance(index=1, source=["b.wav"], reference="")
    log = read_log([lines(tmp_path / "instances.log", [INSTANCE, silent])])
    assert [each.text for each in log.references] == ["my name is jane", ""]
    (tmp_path / "none.log").write_text("")
    alone = read_log([lines(tmp_path / "none.log", [silent])])
    assert alone.references == ()


def test_an_instance_without_a_reference_is_named(tmp_path: Path) -> None:
    silent = instance(index=1, source=["b.wav"], reference=None)
    log = read_log([lines(tmp_path / "instances.log", [INSTANCE, silent])])
    with pytest.raises(LogError, match="no reference for 'b' of the log"):
        pair_references(log, None)
