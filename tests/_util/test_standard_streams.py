"""A command's exit status is its own, whatever has become of its standard output and error."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, sys
def told():
    for _ in range(3):
        print("x" * 9000)
        print("y" * 9000, file=sys.stderr)
    return 3 if os.open(os.devnull, os.O_RDONLY) > 2 else 4

if sys.argv[1] == "stage":
    from streamwer.cli.common.run_command import stage_command
    sys.exit(stage_command(told)())
from streamwer.cli.common.run_command import run_program
sys.exit(run_program(told))
"""


@pytest.fixture
def unread() -> Iterator[int]:
    """A pipe whose reader has had enough."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("kind", ["cli", "stage"])
def test_it_is_where_nobody_reads_them_any_more(kind: str, unread: int) -> None:
    assert _ran(kind, stdout=unread, stderr=unread).returncode == 3


def test_it_is_where_they_are_closed_and_no_file_takes_their_numbers() -> None:
    shell = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    assert _ran("cli", before=shell).returncode == 3


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a full device")  # noqa: PTH110
def test_output_that_is_lost_on_a_full_disk_is_an_error_in_one_line() -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        ended = _ran("cli", stdout=full.fileno(), stderr=subprocess.PIPE)
    assert ended.returncode == 2
    told = [line for line in ended.stderr.splitlines() if line.strip(b"y")]
    assert told == [b"error: standard output: cannot be written (No space left on device)"]


def test_it_is_where_ctrl_c_came_while_python_made_a_dataclass(tmp_path: Path) -> None:
    """It executes a text for that; with `-m` Python would then end by the signal, not with 130."""
    told = "run_program(lambda: exec('raise KeyboardInterrupt'))"
    module = (
        f"import sys\nfrom streamwer.cli.common.run_command import run_program\nsys.exit({told})\n"
    )
    (tmp_path / "interrupted.py").write_text(module)
    command = [sys.executable, "-m", "interrupted"]
    ended = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, b"interrupted\n")


def _ran(
    kind: str, before: list[str] | None = None, **streams: int
) -> subprocess.CompletedProcess[bytes]:
    # With a buffer, as commands run: what is in it at the end is lost or not, too.
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    command = [*(before or []), sys.executable, "-c", SCRIPT, kind]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=60, **streams)
