"""What `python -m tools.scaling` reckons."""

from __future__ import annotations

import re
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tools.scaling import (
    COSTS,
    Figures,
    Job,
    create_parser,
    main,
    parse_attributes,
    plan,
    read_measured_rtf,
)

PAGE = Path("docs/scaling.md")
JOB = Job(hours=10, recording_s=36, systems=2, rtf=0.5, nodes=2, cores=5, price=2.0)
FIGURES = Figures(
    prepare_s=0.36,
    prepare_hour_s=36,
    dispatch_per_s=2,
    store_s=1.8,
    score_hour_s=180,
    statistics_s=0.9,
)


def rows(job: Job = JOB) -> dict[str, float]:
    return {what: float(value.replace(",", "")) for what, _, value in plan(job, FIGURES)}


def test_a_job_worked_by_hand() -> None:
    """A thousand recordings of ten hours, twice."""
    found = rows()
    assert found["recordings"] == 1000
    assert found["prepare, core-hours"] == pytest.approx((360 + 360) / 3600)
    assert found["stream, core-hours"] == 10
    assert found["stream, hours on the cluster"] == 1.0
    assert found["hand out, hours of one driver"] == pytest.approx(1000 / 3600, abs=0.005)
    parts = ("keep and write, core-hours", "score, core-hours", "intervals, core-hours")
    assert [found[name] for name in parts] == [1.0, 1.0, 0.5]
    assert found["cost"] == pytest.approx(2 * (0.2 + 10 + 1 + 1 + 0.5))


def test_the_page_shows_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = re.search(
        r"^\$ python -m (tools\.scaling.*)\n([^`]+)```", PAGE.read_text(), re.MULTILINE
    )
    assert shown
    monkeypatch.setattr(sys, "argv", shown[1].split())
    main()
    assert capsys.readouterr().out == shown[2]


def test_no_price_is_made_up() -> None:
    assert "cost" not in rows(replace(JOB, price=0.0))
    assert 0 < read_measured_rtf() < 1


def test_the_help_says_what_each_flag_means() -> None:
    """The docstrings are the only place where that is written."""
    for kind in (Job, Figures):
        assert list(parse_attributes(kind)) == [each.name for each in fields(kind)]
    assert "seconds of one core for a second of audio" in " ".join(
        create_parser().format_help().split()
    )


@pytest.mark.parametrize("given", ["--recording-s=0", "--nodes=1.5", "--rtf=-1", "--hours=nan"])
def test_what_cannot_be_reckoned_with_is_refused(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        create_parser().parse_args([given])
    assert "is not a number above zero" in capsys.readouterr().err
    assert create_parser().parse_args(["--price=0", "--nodes=3"]).nodes == 3


def test_without_measured_costs_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"costs\.json: No such file.*; give --rtf, or run this"):
        read_measured_rtf()
    COSTS.parent.mkdir(parents=True)
    COSTS.write_text('{"systems": {}}')
    with pytest.raises(SystemExit, match="not a report's costs"):
        read_measured_rtf()
