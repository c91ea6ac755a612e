from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)

# No driver is needed: the page's own copy acts on itself and leaves what it sees in the document.
ACT = """
<script>
const order = () => [...document.querySelectorAll("#calls tbody:not([hidden]) th")]
  .map((header) => header.textContent.trim()).join(" ");
const note = (name) => document.body.setAttribute("data-" + name, order());
const buttons = document.querySelectorAll("#calls thead button");
note("start");
buttons[0].click(); buttons[0].click(); note("descending");
buttons[3].click(); note("length");
const filter = document.getElementById("filter");
filter.value = "CALL_07"; filter.dispatchEvent(new Event("input")); note("filtered");
document.body.setAttribute("data-shown", document.getElementById("shown").textContent);
document.body.setAttribute("data-sorted", buttons[3].parentElement.ariaSort);
document.body.setAttribute(
  "data-overflow", document.documentElement.scrollWidth > document.documentElement.clientWidth);
</script></body>
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium or Chrome on this machine"),
]


def opened(page: Path, profile: Path) -> tuple[str, str]:
    """The document after its scripts have run, and what the browser complained about."""
    quiet = "--disable-gpu --disable-quic --no-first-run --disable-background-networking"
    quiet += " --disable-component-update --disable-sync --enable-logging=stderr"
    command = [CHROMIUM, "--headless", "--no-sandbox", *quiet.split()]
    command += [f"--user-data-dir={profile}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, "\n".join(complaints)


def test_the_page_has_no_console_errors(folder: Path, tmp_path: Path) -> None:
    document, complaints = opened(folder / "index.html", tmp_path / "profile")
    assert complaints == ""
    assert "Call by call" in document


def test_calls_are_sorted_and_filtered(folder: Path, tmp_path: Path) -> None:
    source = (folder / "index.html").read_text(encoding="utf-8")
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
    acting = tmp_path / "acting.html"
    acting.write_text(policy.sub("", source).replace("</body>", ACT), encoding="utf-8")
    document, complaints = opened(acting, tmp_path / "profile")
    assert complaints == ""
    seen = dict(re.findall(r'data-(\w+)="([^"]*)"', document[document.index("<body") :][:9000]))
    calls = [f"call_{number:02}" for number in range(1, 37)]
    assert seen["start"].split() == calls
    assert seen["descending"].split() == calls[::-1]
    assert sorted(seen["length"].split()) == calls
    assert seen["length"].split() != calls
    assert seen["filtered"] == "call_07"
    assert seen["shown"] == "1 of 36"
    assert seen["sorted"] == "ascending"
    assert seen["overflow"] == "false"


def test_a_smuggled_script_does_not_run(folder: Path, tmp_path: Path) -> None:
    source = (folder / "index.html").read_text(encoding="utf-8")
    attacked = tmp_path / "attacked.html"
    smuggled = "<script>document.body.dataset.owned = 1</script></body>"
    attacked.write_text(source.replace("</body>", smuggled), encoding="utf-8")
    document, _ = opened(attacked, tmp_path / "profile")
    assert "data-owned" not in document
