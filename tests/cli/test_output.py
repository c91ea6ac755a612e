from __future__ import annotations

import json
from pathlib import Path

import pytest

from streamwer._util import processes
from streamwer.cli.output import Transcript, build_document, check_writable, write_transcripts
from streamwer.errors import StreamwerError
from streamwer.types import Word


def test_one_entry_for_every_file_failed_or_not(tmp_path: Path) -> None:
    words = (Word("héllo", 0.0, 0.5, 0.9), Word("🎧", 0.5, 1.0))
    files = [Transcript("a.wav", 1.0004, words), Transcript("b.wav", None, error="broken")]
    write_transcripts(tmp_path / "t.json", build_document({"clock": "measured"}, files))
    text = (tmp_path / "t.json").read_text(encoding="utf-8")
    assert "héllo 🎧" in text
    assert '\n        {"text": "héllo", "start": 0.0, "end": 0.5, "probability": 0.9},\n' in text
    assert json.loads(text) == {
        "schema": 1,
        "settings": {"clock": "measured"},
        "files": [
            {
                "file": "a.wav",
                "seconds": 1.0,
                "text": "héllo 🎧",
                "words": [
                    {"text": "héllo", "start": 0.0, "end": 0.5, "probability": 0.9},
                    {"text": "🎧", "start": 0.5, "end": 1.0, "probability": 1.0},
                ],
                "error": None,
            },
            {"file": "b.wav", "seconds": None, "text": None, "words": [], "error": "broken"},
        ],
    }


def test_the_language_that_was_detected_is_in_the_entry_of_its_file() -> None:
    files = [Transcript("a.wav", 1.0, language="de"), Transcript("b.wav", 1.0)]
    german, unknown = build_document({}, files)["files"]
    assert german["language"] == "de"
    assert "language" not in unknown


@pytest.mark.parametrize("text", [" } ", "{ }", "a\n          b", '"', "\\\\n"])
def test_any_text_is_read_back_as_it_was(text: str, tmp_path: Path) -> None:
    content = build_document({"name": text}, [Transcript(text, 1.0, (Word(text, 0.0, 0.5),))])
    write_transcripts(tmp_path / "t.json", content)
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8")) == content


def test_an_older_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text("x" * 10_000)
    check_writable(path)
    assert path.read_text() == "x" * 10_000
    write_transcripts(path, build_document({}, []))
    assert json.loads(path.read_text())["files"] == []
    assert [each.name for each in tmp_path.iterdir()] == ["t.json"]


def test_a_failed_write_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text("older")
    with pytest.raises(ValueError, match="Out of range"):
        write_transcripts(path, {"x": float("nan")})
    assert path.read_text() == "older"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    write_transcripts(tmp_path / "link.json", build_document({}, []))
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").is_file()


def test_a_device_is_written_to() -> None:
    check_writable(Path("/dev/null"))
    write_transcripts(Path("/dev/null"), build_document({}, []))
    assert not Path("/dev/null").is_file()


def test_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file/t.json", tmp_path / "gone/t.json"):
        with pytest.raises(StreamwerError, match=r"--output .* cannot be written"):
            check_writable(path)


def test_what_a_killed_process_of_the_same_number_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """In a container every run may have it."""
    (tmp_path / f".t.json.{processes.get_process_name()}").touch()
    check_writable(tmp_path / "t.json")
    assert list(tmp_path.iterdir()) == []
