from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from streamwer.reports import Comparison, html

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
</script></body>
"""
MEASURE = """
<script>
document.querySelectorAll("details").forEach((details) => (details.open = true));
const { scrollWidth, clientWidth } = document.documentElement;
document.body.setAttribute("data-overflow", scrollWidth - clientWidth);
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


def acted(source: str, script: str, folder: Path) -> dict[str, str]:
    """What a script that is let into a copy of the page notes on the copy's body."""
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
    page = folder / "acting.html"
    page.write_text(policy.sub("", source).replace("</body>", script), encoding="utf-8")
    document, complaints = opened(page, folder / "profile")
    assert complaints == ""
    body = document[document.index("<body") :]
    return dict(re.findall(r'data-(\w+)="([^"]*)"', body[: body.index(">")]))


def test_the_page_has_no_console_errors(folder: Path, tmp_path: Path) -> None:
    document, complaints = opened(folder / "index.html", tmp_path / "profile")
    assert complaints == ""
    assert "Call by call" in document


def test_calls_are_sorted_and_filtered(folder: Path, tmp_path: Path) -> None:
    source = (folder / "index.html").read_text(encoding="utf-8")
    seen = acted(source, ACT, tmp_path)
    calls = [f"call_{number:02}" for number in range(1, 37)]
    assert seen["start"].split() == calls
    assert seen["descending"].split() == calls[::-1]
    assert sorted(seen["length"].split()) == calls
    assert seen["length"].split() != calls
    assert seen["filtered"] == "call_07"
    assert seen["shown"] == "1 of 36"
    assert seen["sorted"] == "ascending"


def test_hostile_text_does_not_widen_the_page(hostile: Comparison, tmp_path: Path) -> None:
    assert acted(html.render(hostile), MEASURE, tmp_path)["overflow"] == "0"


def test_a_smuggled_script_does_not_run(folder: Path, tmp_path: Path) -> None:
    source = (folder / "index.html").read_text(encoding="utf-8")
    attacked = tmp_path / "attacked.html"
    smuggled = "<script>document.body.dataset.owned = 1</script></body>"
    attacked.write_text(source.replace("</body>", smuggled), encoding="utf-8")
    document, _ = opened(attacked, tmp_path / "profile")
    assert "data-owned" not in document
