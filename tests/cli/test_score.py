"""`streaming-score`: from a log and references to figures, or one line that says why not."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from streamwer import eventlog
from streamwer.cli.score import build_score_parser, main
from streamwer.eventlog.log import EventLog
from streamwer.formats.manifest import write_manifest
from streamwer.provenance.signature import Run, Signature
from tests.formats.calls import REFERENCE, lines, own_step
from tests.patience import PATIENCE_S

TSV = ("0.2\t0.4\tmy", "0.4\t0.8\tname", "1.0\t1.2\tis", "1.3\t1.8\tjane")
RUN = Run(clock="unaware", audio="a")
TEXT = ("1500.0000 200 800 My name,", "2600.0000 1000 1800 was")


@pytest.fixture
def call(tmp_path: Path) -> list[str]:
    """A call of four words: one deleted, one substituted; and its references."""
    log = lines(tmp_path / "call.txt", TEXT)
    gold = lines(tmp_path / "gold.tsv", TSV)
    return [str(log), "--references", str(gold)]


def run_score(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_a_call_worked_out_by_hand(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    figures = run_score(capsys, *call)
    counts = ("hits", "substitutions", "deletions", "insertions", "words", "recordings")
    assert [figures[name] for name in counts] == [2, 1, 1, 0, 4, 1]
    assert figures["wer"] == {"value": 0.5, "low": None, "high": None}
    assert figures["coverage"] == 0.75
    assert figures["format"] == "whisper_streaming"
    assert figures["failures"] == {}


def many(tmp_path: Path, words: int, silent: int = 0) -> list[str]:
    """A call of a word each second, committed 0.5 s after its end; the last ones never."""
    said = [f"{(i + 1.5) * 1000:.4f} {i * 1000} {(i + 1) * 1000} w{i}" for i in range(words)]
    log = lines(tmp_path / "call.txt", said[: words - silent])
    gold = [f"{i}\t{i + 1}\tw{i}" for i in range(words)]
    return [str(log), "--references", str(lines(tmp_path / "call.tsv", gold))]


def test_words_that_never_came_are_infinitely_late(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    latency = run_score(capsys, *many(tmp_path, 400))["commit_latency"]
    assert isinstance(latency, dict)
    assert [latency[f"p{q}"]["value"] for q in (50, 95, 99)] == [0.5, 0.5, 0.5]
    latency = run_score(capsys, *many(tmp_path, 400, silent=40))["commit_latency"]
    assert isinstance(latency, dict)
    assert [latency[f"p{q}"]["value"] for q in (50, 95, 99)] == [0.5, "never", "never"]


def test_the_table_says_what_the_log_cannot_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(many(tmp_path, 100)) == 0
    table = capsys.readouterr().out.splitlines()
    (ideal,) = (line for line in table if line.startswith("commit latency ideal"))
    assert ideal.endswith("not in this log")
    (commit,) = (line for line in table if line.startswith("commit latency  "))
    assert commit.split()[2:] == ["0.500", "0.500", "n", "too", "small"]
    assert table[-1].startswith("note: the log gives one time per line")


def test_ideal_latency_is_null_even_if_a_word_was_never_said(
    call: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = {"value": None, "low": None, "high": None}
    assert run_score(capsys, *call)["commit_latency_ideal"] == dict.fromkeys(
        ("p50", "p95", "p99"), nothing
    )


def test_a_missing_recording_counts_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(tmp_path / "a.ctm", ["call A 0.2 0.2 my", "lost A 0.2 0.2 you"])
    log = lines(tmp_path / "call.txt", ["1500.0000 200 800 my"])
    assert main([str(log), "--references", str(tmp_path / "a.ctm")]) == 0
    table = capsys.readouterr().out
    assert "WER                       50.00%" in table
    assert "  lost: the event log does not mention it" in table


def test_simuleval_logs_bring_their_references(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance = {
        "index": 0,
        "prediction": "hello you",
        "delays": [1000, 2000],
        "elapsed": [1100, 2200],
        "reference": "hello there",
        "source_length": 2000,
    }
    assert main([str(lines(tmp_path / "instances.log", [instance]))]) == 0
    table = capsys.readouterr().out
    assert "S / D / I                 1 / 0 / 0  of 2 words" in table
    assert "the references have no word times" in table


def test_our_own_log_scores_and_exports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eventlog.write_log(tmp_path / "log", EventLog((own_step(0, 2.0, 2.5, "my name is jane"),)))
    (tmp_path / "data").mkdir()
    write_manifest(tmp_path / "data", [REFERENCE])
    known = ("--references", str(tmp_path / "data"))
    ours = run_score(capsys, str(tmp_path / "log"), *known)
    for name in ("simuleval", "simulstream"):
        to = str(tmp_path / f"{name}.log")
        assert main([str(tmp_path / "log"), "--export", name, "-o", to]) == 0
        theirs = run_score(capsys, to, *known)
        assert theirs.pop("format") == name
        alike = theirs.keys() - {"signature"}  # the other formats cannot tell what ran
        assert {key: theirs[key] for key in alike} == {key: ours[key] for key in alike}


def test_several_logs_are_scored_one_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, heard in (("good", "my name is jane"), ("bad", "my name was")):
        write_own_log(tmp_path / "events" / name, heard)
    known = ("--references", prepare_calls(tmp_path))
    by_name = [str(tmp_path / "events" / name) for name in ("good", "bad")]
    for logs in (by_name, [str(tmp_path / "events")]):
        found = run_score(capsys, *logs, *known)
        assert found["baseline"] is None
        systems = found["systems"]
        assert isinstance(systems, dict)
        assert {name: each["wer"]["value"] for name, each in systems.items()} == {
            "good": 0.0,
            "bad": 0.5,
        }


def test_logs_are_compared_with_a_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = write_own_log(tmp_path / "one", "my name is jane", late=2.5)
    two = write_own_log(tmp_path / "two", "my name was jane", late=3.0)
    known = ("--references", prepare_calls(tmp_path))
    for logs in ([two], [one, two]):  # the baseline may be among the logs
        found = run_score(capsys, *logs, *known, "--baseline", one)
        systems = found["systems"]
        assert isinstance(systems, dict)
        assert list(systems) == ["one", "two"]
        assert "against_baseline" not in systems["one"]
        against = systems["two"]["against_baseline"]
        assert (against["wer"]["value"], against["not_comparable"]) == (0.25, {})
        assert systems["two"]["signature"]["method"]["audio"] == "a"
    assert main([two, *known, "--baseline", one]) == 0
    table = capsys.readouterr().out.splitlines()
    assert "against                   one" in table
    assert "ΔWER                      +25.00 points: not known" in table


def test_latencies_are_compared_word_by_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (
        write_own_log(tmp_path / name, "my name is jane", late=late, calls=30)
        for name, late in (("one", 2.5), ("two", 3.0))
    )
    known = ("--references", prepare_calls(tmp_path, calls=30))
    found = run_score(capsys, two, *known, "--baseline", one)["systems"]
    assert isinstance(found, dict)
    latency = found["two"]["against_baseline"]["commit_latency"]
    assert latency["p50"] == latency["p95"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert latency["p99"]["value"] is None
    assert main([two, *known, "--baseline", one]) == 0
    assert "Δ commit p50              +0.500 s  [+0.500, +0.500]" in capsys.readouterr().out


def test_what_was_not_measured_alike_is_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = write_own_log(tmp_path / "one", "my name is jane")
    slow = write_own_log(tmp_path / "slow", "my name is jane", run=Run(clock="measured", audio="a"))
    other = write_own_log(
        tmp_path / "other", "my name is jane", run=Run(clock="unaware", audio="b")
    )
    arguments = [slow, other, "--references", prepare_calls(tmp_path), "--baseline", one]
    assert main(arguments) == 3
    table = capsys.readouterr().out
    assert "not comparable (latency)  clock: measured against unaware\n" in table
    assert "not comparable (wer)      audio: b against a\n" in table
    assert main([*arguments, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)["systems"]
    assert found["slow"]["against_baseline"] == {
        "wer": found["slow"]["against_baseline"]["wer"],
        "not_comparable": {"latency": ["clock: measured against unaware"]},
    }
    assert found["slow"]["against_baseline"]["wer"]["value"] == 0
    assert found["other"]["against_baseline"]["wer"] is None
    assert main(arguments[:1] + arguments[2:]) == 0  # a WER was compared


def test_another_program_is_compared_by_its_errors(
    call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log names no recording and no clock; the references bring both together."""
    ours = write_own_log(tmp_path / "ours", "my name is jane", name="gold")
    assert main([*call, "--baseline", ours]) == 0
    table = capsys.readouterr().out
    assert "ΔWER                      +50.00 points" in table
    assert "not comparable (latency)  clock: not known against unaware" in table


def test_the_same_log_scored_anew_tells_how(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, known = write_own_log(tmp_path / "log", "My name is Jane"), prepare_calls(tmp_path)
    for name, wer in (("none", 0.5), ("basic", 0.0)):
        found = run_score(capsys, log, "--references", known, "--normaliser", name)
        assert found["wer"] == {"value": wer, "low": None, "high": None}
        assert Signature.from_dict(found["signature"]).method.normaliser.startswith(f"{name}@")


def test_a_baseline_is_one_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs = [write_own_log(tmp_path / "events" / name, "my name") for name in ("a", "b")]
    assert main([*logs, "--baseline", str(tmp_path / "events")]) == 2
    assert "--baseline" in (told := capsys.readouterr().err)
    assert "2 event logs; name one of them" in told


def write_own_log(
    folder: Path,
    heard: str,
    *,
    late: float = 2.5,
    calls: int = 1,
    name: str = "call",
    run: Run = RUN,
) -> str:
    names = [name, *(f"{name}{n}" for n in range(1, calls))]
    steps = tuple(own_step(0, 2.0, late, heard, name=each) for each in names)
    eventlog.write_log(folder, EventLog(steps, run=run))
    return str(folder)


def prepare_calls(folder: Path, calls: int = 1) -> str:
    names = ["call", *(f"call{n}" for n in range(1, calls))]
    (folder / "data").mkdir()
    write_manifest(
        folder / "data", [replace(REFERENCE, recording=each, speaker=each) for each in names]
    )
    return str(folder / "data")


def test_the_figures_can_go_to_a_file(
    call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*call, "--json", "--output", str(tmp_path / "figures.json")]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads((tmp_path / "figures.json").read_text())["hits"] == 2


def test_the_normaliser_can_be_chosen(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_score(capsys, *call, "--normaliser", "none")["hits"] == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["absent"], "absent: no such file or folder"),
        (["{log}"], "the log holds no references; name them with --references"),
        (["{log}", "--format", "srt"], "argument --format: invalid choice"),
        (["{log}", "--export", "simuleval"], "--export needs a file to write: -o FILE"),
        (
            ["{log}", "--export", "simuleval", "-o", "{out}"],
            "writes event logs of this project, not whisper_streaming logs",
        ),
        (["{log}", "--format", "simuleval"], "call.txt, line 1: not JSON"),
        ([], "the following arguments are required: LOG"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    call: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    problem: str,
) -> None:
    filled = [each.format(log=call[0], out=tmp_path / "out") for each in arguments]
    assert main(filled) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert problem in captured.err
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_malformed_line_leaves_nothing_half_scored(
    call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(tmp_path / "call.txt", [*TEXT, "garbage"])
    out = tmp_path / "figures.json"
    assert main([*call, "--json", "-o", str(out)]) == 2
    assert "call.txt, line 3: " in capsys.readouterr().err
    assert not out.exists()


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-h"]) == 0
    told = capsys.readouterr().out
    for option in ("--references", "--format", "--normaliser", "--elapsed", "--json", "--export"):
        assert option in told
    assert build_score_parser().prog == "streaming score"


def test_neither_hydra_nor_a_model_is_loaded(call: list[str]) -> None:
    code = (
        "import sys; from streamwer.cli.score import main; status = main(sys.argv[1:]);"
        "heavy = {'hydra', 'ray', 'dvc', 'faster_whisper', 'ctranslate2'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *call],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    assert "WER" in done.stdout
