"""A file that ends its decoder's process costs one named error, and the next file is decoded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from streamwer import audio
from streamwer.audio.damage import collect_damage
from streamwer.audio.isolated import Decoder
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.preparing import prepare
from streamwer.datasets.problems import read as outcome
from streamwer.datasets.readers import base
from streamwer.errors import AudioError
from tests.audio.encoding import Kind, damage, encode, make_sound

KILLER = """
import os
from streamwer.audio import isolated

real = isolated.chunks

def kill(path, channel=None, contents=None):
    for piece in real(path, channel, contents):
        if path.name.startswith("killer"):
            os.kill(os.getpid(), 11)
        yield piece

isolated.chunks = kill
isolated.main()
"""


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    found = Decoder()
    yield found
    found.close()


@pytest.fixture
def deadly() -> Iterator[Decoder]:
    """A decoder whose process some files end, as a bug of a codec does."""
    found = Decoder((sys.executable, "-c", KILLER))
    yield found
    found.close()


def test_it_gives_what_is_decoded_here(decoder: Decoder, tmp_path: Path) -> None:
    audio.write_flac(tmp_path / "a.flac", make_sound(20.0))
    pieces = list(decoder.chunks(tmp_path / "a.flac"))
    assert len(pieces) > 2
    np.testing.assert_array_equal(np.concatenate(pieces), audio.load(tmp_path / "a.flac"))


def test_errors_and_damage_are_told_under_the_name_that_is_given(
    decoder: Decoder, tmp_path: Path
) -> None:
    spoilt = damage(encode(Kind("flac", "flac", "flac")), "zeros", 5)
    with collect_damage() as found:
        list(decoder.chunks(tmp_path / "x", contents=spoilt, name="mine"))
    assert [line.split(" at ")[0] for line in found] == ["mine: damaged: 0.072 s are missing"]
    with pytest.raises(AudioError, match=r"^mine: no such audio file$"):
        list(decoder.chunks(tmp_path / "gone.wav", name="mine"))


def test_a_file_that_ends_its_process_is_one_error_and_the_next_is_read(
    deadly: Decoder, tmp_path: Path
) -> None:
    for name in ("killer.flac", "good.flac"):
        audio.write_flac(tmp_path / name, make_sound())
    with pytest.raises(AudioError, match=r"killer\.flac: its decoder was ended by SIGSEGV"):
        list(deadly.chunks(tmp_path / "killer.flac"))
    assert sum(piece.size for piece in deadly.chunks(tmp_path / "good.flac")) == 48_000


def test_a_file_that_is_left_unread_keeps_no_other_from_being_read(
    decoder: Decoder, tmp_path: Path
) -> None:
    audio.write_flac(tmp_path / "long.flac", make_sound(20.0))
    audio.write_flac(tmp_path / "short.flac", make_sound())
    held = decoder.chunks(tmp_path / "long.flac")
    begin = next(held)
    assert sum(piece.size for piece in decoder.chunks(tmp_path / "short.flac")) == 48_000
    assert begin.size + sum(piece.size for piece in held) == 320_000


def test_preparing_goes_on_where_a_file_ends_its_decoder(
    deadly: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "DECODER", deadly)
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("a", "killer", "z"):
        audio.write_flac(mine / f"{name}.flac", make_sound())
        (mine / f"{name}.txt").write_text("hello")
    config = DatasetConfig(name="mine", source="folder", path=str(mine))
    references = prepare(config, tmp_path / "out")
    reason = "killer.flac: its decoder was ended by SIGSEGV"
    assert {each.recording: each.broken for each in references} == {
        "a": "",
        "killer": reason,
        "z": "",
    }
    became = outcome(tmp_path / "out")
    assert became
    assert [row.reason for row in became.broken] == [reason]
