"""A file that ends its decoder's process costs one named error, and the next file is decoded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import streamwer as sw
from streamwer import audio
from streamwer.audio import isolated_decoder
from streamwer.audio.damage import collect_damage
from streamwer.audio.isolated_decoder import IsolatedDecoder
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.readers import base
from streamwer.datasets.row_summary import read_row_summary as outcome
from streamwer.errors import AudioError
from tests.audio.encoding import Kind, damage, encode, make_sound

KILLER = """
import os
from streamwer.audio import isolated_decoder

real, read = isolated_decoder.decode_chunks, isolated_decoder.read_duration

def kill_reader(path):
    if path.name.startswith("killer"):
        os.kill(os.getpid(), 11)
    return read(path)

def kill(path, channel=None, contents=None):
    for piece in real(path, channel, contents):
        if path.name.startswith("killer"):
            os.kill(os.getpid(), 11)
        yield piece

isolated_decoder.decode_chunks = kill
isolated_decoder.read_duration = kill_reader
isolated_decoder.main()
"""


@pytest.fixture
def decoder() -> Iterator[IsolatedDecoder]:
    found = IsolatedDecoder()
    yield found
    found.close()


@pytest.fixture
def deadly() -> Iterator[IsolatedDecoder]:
    """A decoder whose process some files end, as a bug of a codec does."""
    found = IsolatedDecoder((sys.executable, "-c", KILLER))
    yield found
    found.close()


def test_it_gives_what_is_decoded_here(decoder: IsolatedDecoder, tmp_path: Path) -> None:
    audio.write_flac(tmp_path / "a.flac", make_sound(20.0))
    pieces = list(decoder.decode_chunks(tmp_path / "a.flac"))
    assert len(pieces) > 2
    np.testing.assert_array_equal(np.concatenate(pieces), audio.load_audio(tmp_path / "a.flac"))


def test_errors_and_damage_are_told_under_the_name_that_is_given(
    decoder: IsolatedDecoder, tmp_path: Path
) -> None:
    spoilt = damage(encode(Kind("flac", "flac", "flac")), "zeros", 5)
    with collect_damage() as found:
        list(decoder.decode_chunks(tmp_path / "x", contents=spoilt, name="mine"))
    assert [line.split(" at ")[0] for line in found] == ["mine: damaged: 0.072 s are missing"]
    with pytest.raises(AudioError, match=r"^mine: no such audio file$"):
        list(decoder.decode_chunks(tmp_path / "gone.wav", name="mine"))


def test_a_file_that_ends_its_process_is_one_error_and_the_next_is_read(
    deadly: IsolatedDecoder, tmp_path: Path
) -> None:
    for name in ("killer.flac", "good.flac"):
        audio.write_flac(tmp_path / name, make_sound())
    with pytest.raises(AudioError, match=r"killer\.flac: its decoder was ended by SIGSEGV"):
        list(deadly.decode_chunks(tmp_path / "killer.flac"))
    assert sum(piece.size for piece in deadly.decode_chunks(tmp_path / "good.flac")) == 48_000


def test_a_file_that_is_left_unread_keeps_no_other_from_being_read(
    decoder: IsolatedDecoder, tmp_path: Path
) -> None:
    audio.write_flac(tmp_path / "long.flac", make_sound(20.0))
    audio.write_flac(tmp_path / "short.flac", make_sound())
    held = decoder.decode_chunks(tmp_path / "long.flac")
    begin = next(held)
    assert sum(piece.size for piece in decoder.decode_chunks(tmp_path / "short.flac")) == 48_000
    assert begin.size + sum(piece.size for piece in held) == 320_000


def test_preparing_goes_on_where_a_file_ends_its_decoder(
    deadly: IsolatedDecoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "DECODER", deadly)
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("a", "killer", "z"):
        audio.write_flac(mine / f"{name}.flac", make_sound())
        (mine / f"{name}.txt").write_text("hello")
    config = DatasetConfig(name="mine", source="folder", path=str(mine))
    references = prepare_dataset(config, tmp_path / "out")
    reason = "killer.flac: its decoder was ended by SIGSEGV"
    assert {each.recording: each.broken for each in references} == {
        "a": "",
        "killer": reason,
        "z": "",
    }
    became = outcome(tmp_path / "out")
    assert became
    assert [row.reason for row in became.broken] == [reason]


def test_the_length_in_a_header_is_read_and_a_file_that_ends_its_reader_has_none(
    deadly: IsolatedDecoder, tmp_path: Path
) -> None:
    (tmp_path / "b.wav").touch()
    for name in ("a.flac", "killer.flac"):
        audio.write_flac(tmp_path / name, make_sound(1.5))
    assert deadly.read_duration(tmp_path / "killer.flac") == 0.0
    assert deadly.read_duration(tmp_path / "b.wav") == 0.0
    assert deadly.read_duration(tmp_path / "a.flac") == 1.5


def test_the_public_function_decodes_in_a_process_of_its_own(
    deadly: IsolatedDecoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated_decoder, "DECODER", deadly)
    for name in ("a.flac", "killer.flac"):
        audio.write_flac(tmp_path / name, make_sound(0.5))
    with pytest.raises(AudioError, match=r"killer\.flac: its decoder was ended by SIGSEGV"):
        sw.load_audio(tmp_path / "killer.flac")
    assert len(sw.load_audio(str(tmp_path / "a.flac"))) == 8_000
