from __future__ import annotations

from pathlib import Path

import pytest

from streamwer._util import processes
from streamwer.cli.output import check_writable, write_whole
from streamwer.errors import StreamwerError


def test_an_older_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text("x" * 10_000)
    check_writable(path)
    assert path.read_text() == "x" * 10_000
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["t.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    write_whole(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").is_file()


def test_a_device_is_written_to() -> None:
    check_writable(Path("/dev/null"))
    write_whole(Path("/dev/null"), "new")
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
