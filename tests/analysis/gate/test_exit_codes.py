"""`streaming-gate` on folders of scores: what it exits with, and that nothing dubious passes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from streamwer.analysis.gate.verdict import ExitStatus
from streamwer.cli.gate import main
from streamwer.metrics.tables import Scores
from tests.analysis.gate import calls, folders


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return Gate(tmp_path)


class Gate:
    """A baseline, a candidate, and the command."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.baseline = folders.folder(path / "baseline")

    def __call__(self, candidate: Scores | None = None, *more: str, **method: str) -> int:
        signed = replace(folders.SIGNATURE, method=replace(folders.SIGNATURE.method, **method))
        folder = folders.folder(self.path / "candidate", candidate, signed)
        sides = ["--baseline", str(self.baseline), "--candidate", str(folder)]
        return main([*sides, "-o", str(self.path / "out"), *more])

    def found(self) -> dict[str, str]:
        """Status of each rule."""
        written = json.loads((self.path / "out/gate.json").read_text())
        return {
            name: rule["status"] for name, rule in written["systems"]["system"]["rules"].items()
        }

    def reasons(self) -> str:
        written = json.loads((self.path / "out/gate.json").read_text())
        return "; ".join(written["systems"]["system"]["not_comparable_because"])


def test_0_the_same_results_pass(gate: Gate) -> None:
    assert gate() == ExitStatus.PASS


def test_1_a_regression_fails(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(folders.scores("dropping")) == ExitStatus.REGRESSION
    assert gate.found()["wer"] == "regressed"
    assert "most regressed recordings" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--baseline", "b"], "--candidate"),
        (["--baseline", "none", "--candidate", "none"], "none: no scores here"),
        (["--baseline", "none", "--candidate", "x", "--confirm-baseline", "y"], "go together"),
    ],
)
def test_2_a_command_that_makes_no_sense_says_so(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == ExitStatus.USAGE
    assert told in capsys.readouterr().err


def test_2_rules_that_there_are_not_name_those_there_are(
    gate: Gate, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate(None, "--rules", "kind") == ExitStatus.USAGE
    assert "deterministic, log, statistical, text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("rules: {wre: {regression: higher}}", "no such metric"),
        ("rules: {wer: {regression: bigger}}", "regression=bigger"),
        ("rules: {wer: {regression: higher, absolute: .nan}}", "absolute=nan"),
        ("rules: {wer: {regression: higher, relativ: 1}}", "relativ"),
        ("rules: {wer: {worse: higher}}", "this key is now gate.rules.wer.regression"),
        ("rules: {}", "would pass everything"),
        ("[1]", "not rules"),
        ("rules: [", "not rules"),
    ],
)
def test_2_rules_that_make_no_sense_are_named(
    gate: Gate, rules: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = rules if not rules.startswith("rules: {") else f"name: deterministic\n{rules}"
    (gate.path / "mine.yaml").write_text(text)
    assert gate(None, "--rules", str(gate.path / "mine.yaml")) == ExitStatus.USAGE
    assert told in capsys.readouterr().err


def test_2_a_malfunction_is_no_regression(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """Python's own exit status for an error nobody thought of is 1, that of a regression."""
    broken = folders.of()
    broken.recordings["hits"] = "many"
    assert gate(broken) == ExitStatus.USAGE
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "method",
    [
        {"normaliser": "none"},
        {"scorer": "another@1"},
        {"references": "other"},
        {"times": "other"},
        {"audio": "other"},
        {"clock": "profile(hardware=x)"},
    ],
)
def test_3_results_that_were_not_measured_alike_are_not_compared(
    gate: Gate, method: dict[str, str]
) -> None:
    assert gate(None, **method) == ExitStatus.NOT_COMPARABLE
    assert next(iter(method.values())) in gate.reasons()


def test_3_a_recording_that_is_missing_never_passes(gate: Gate) -> None:
    fewer = folders.of()
    kept = [table[table["recording"] != "call_07"] for table in (fewer.recordings, fewer.words)]
    assert gate(Scores(*kept)) == ExitStatus.NOT_COMPARABLE
    assert "35 recordings, of 36: 1 are missing (call_07)" in gate.reasons()


def test_3_other_words_in_the_recordings_never_pass(gate: Gate) -> None:
    other = folders.of()
    other.words.loc[3, "word"] = "else"
    assert gate(other) == ExitStatus.NOT_COMPARABLE


def test_3_a_system_that_the_candidate_lacks_never_passes(tmp_path: Path) -> None:
    baseline, candidate = tmp_path / "baseline", tmp_path / "candidate"
    for name in ("one", "two"):
        folders.folder(baseline / name)
    folders.folder(candidate / "one")
    assert main(["--baseline", str(baseline), "--candidate", str(candidate)]) == 3


def test_3_another_number_of_runs_is_not_compared(gate: Gate) -> None:
    assert gate(None, "--baseline", str(gate.baseline), str(gate.baseline)) == 3
    assert "2 runs of the baseline and 1 of the candidate" in gate.reasons()


def test_4_a_recording_that_failed_is_more_than_the_default_allows(gate: Gate) -> None:
    failing = folders.of()
    failing.recordings.loc[2, "failure"] = "its worker died"
    assert gate(failing) == ExitStatus.FAILURES


def test_a_missing_metric_never_passes(gate: Gate) -> None:
    nowhere = folders.of()
    nowhere.recordings["finalisation"] = np.nan
    assert gate(nowhere) == ExitStatus.REGRESSION
    assert gate.found()["finalisation_p50"] == "missing"


def test_a_metric_that_the_baseline_lacks_never_passes(gate: Gate) -> None:
    nowhere = folders.of()
    nowhere.recordings["finalisation"] = np.nan
    folders.folder(gate.baseline, nowhere)
    assert gate() == ExitStatus.REGRESSION


def test_a_nan_among_the_counts_never_passes(gate: Gate) -> None:
    broken = folders.of()
    broken.recordings["erased_words"] = np.nan
    assert gate(broken) == ExitStatus.REGRESSION
    assert gate.found()["erasure"] == "missing"


def test_on_another_machine_latency_informs_and_wer_still_gates(tmp_path: Path) -> None:
    other = replace(folders.MEASURED, method=replace(folders.MEASURED.method, hardware="y"))
    baseline = folders.folder(tmp_path / "baseline", signature=folders.MEASURED)
    status = {}
    for fault in ("delaying", "dropping"):
        candidate = folders.folder(tmp_path / fault, folders.scores(fault), other)
        out = tmp_path / f"{fault}-out"
        status[fault] = main(
            ["--baseline", str(baseline), "--candidate", str(candidate), "-o", str(out)]
        )
        rules = json.loads((out / "gate.json").read_text())["systems"]["system"]["rules"]
        assert rules["commit_p50"]["status"] == "information"
    assert status == {"delaying": ExitStatus.PASS, "dropping": ExitStatus.REGRESSION}


def test_a_second_round_of_folders_has_to_confirm(tmp_path: Path) -> None:
    good = str(folders.folder(tmp_path / "good"))
    bad = str(folders.folder(tmp_path / "bad", folders.scores("delaying")))
    first = ["--baseline", good, "--candidate", bad, "--confirm-baseline", good]
    assert main([*first, "--confirm-candidate", good]) == ExitStatus.PASS
    assert main([*first, "--confirm-candidate", bad]) == ExitStatus.REGRESSION


# --- what it writes ---------------------------------------------------------------------------


def test_junit_has_a_case_for_every_rule(gate: Gate) -> None:
    gate(folders.scores("flickering"))
    suite = ElementTree.parse(gate.path / "out/junit.xml").getroot()[0]
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert {case.get("name") for case in suite} >= set(calls.gate("deterministic").rules)
    assert "erasure" in failed
    assert suite.get("failures") == str(len(failed))


def test_github_gets_annotations_and_a_summary(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(gate.path / "summary.md"))
    gate(folders.scores("dropping"))
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error ")]
    assert any(line.startswith("::error title=gate%3A system%3A regression::WER") for line in lines)
    summary = (gate.path / "summary.md").read_text()
    assert "❌ regressed" in summary
    assert summary == (gate.path / "out/gate.md").read_text()


def test_no_transcript_can_break_out_of_an_output(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    hostile = folders.of()
    hostile.recordings.loc[0, ["hypothesis", "insertions", "failure"]] = [
        "x | <script>alert(1)</script>\n::error::[bold]fake\x00",
        9,
        "]]>\n::error::fake </failure> | \x1b",
    ]
    assert gate(hostile) == ExitStatus.FAILURES
    ElementTree.parse(gate.path / "out/junit.xml")
    json.loads((gate.path / "out/gate.json").read_text())
    markdown = (gate.path / "out/gate.md").read_text()
    assert "<script>" not in markdown
    assert not [line for line in markdown.splitlines() if line.startswith("::error")]
    assert "\n::error::" not in capsys.readouterr().out


def test_the_ten_most_regressed_recordings_come_with_their_diffs(gate: Gate) -> None:
    gate(folders.scores("dropping"))
    written = json.loads((gate.path / "out/gate.json").read_text())["systems"]["system"]["worst"]
    more = [each["errors"][1] - each["errors"][0] for each in written]
    assert len(written) == 10
    assert more == sorted(more, reverse=True)
    assert "[-" in written[0]["now"]
    assert written[0]["now"] != written[0]["was"]
