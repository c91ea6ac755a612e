"""The same contents give the same digest, wherever they lie and however they are packed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from streamwer import audio
from streamwer.errors import AudioError
from streamwer.provenance import digests
from streamwer.provenance.signature import NONE
from streamwer.types import Reference, Word
from tests.formats.calls import REFERENCE

OTHER = replace(REFERENCE, recording="other")


def flac(path: Path, loudness: float = 0.1) -> Path:
    path.parent.mkdir(exist_ok=True)
    audio.write_flac(path, np.full(1600, loudness, np.float32))
    return path


def test_audio_is_known_by_its_samples_not_by_its_place_or_packing(tmp_path: Path) -> None:
    here, there = flac(tmp_path / "a" / "call.flac"), flac(tmp_path / "b" / "x.flac")
    packed = there.read_bytes()
    there.write_bytes(packed + b"\0")  # as another encoder might have written it
    assert digests.digest_audio({"call": here}) == digests.digest_audio({"call": there})
    assert digests.digest_audio({"call": here}) != digests.digest_audio({"other": here})
    louder = flac(tmp_path / "c" / "call.flac", 0.2)
    assert digests.digest_audio({"call": here}) != digests.digest_audio({"call": louder})


def test_audio_without_a_digest_of_its_own_is_known_by_its_bytes(tmp_path: Path) -> None:
    blank = flac(tmp_path / "call.flac")
    content = bytearray(blank.read_bytes())
    content[26:42] = bytes(16)  # a FLAC file need not say what its samples are
    blank.write_bytes(content)
    before = digests.digest_audio({"call": blank})
    blank.write_bytes(content + b"\0")
    assert digests.digest_audio({"call": blank}) != before


def test_audio_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"gone\.flac: cannot be read"):
        digests.digest_audio({"call": tmp_path / "gone.flac"})


@pytest.mark.parametrize("digest", [digests.digest_references, digests.digest_word_times])
def test_the_order_of_recordings_and_their_paths_do_not_matter(
    digest: Callable[[list[Reference]], str],
) -> None:
    moved = replace(REFERENCE, audio="elsewhere.flac", seconds=9.0)
    assert digest([REFERENCE, OTHER]) == digest([OTHER, moved])
    assert digest([REFERENCE]) != digest([OTHER])


@pytest.mark.parametrize(
    "change",
    [
        {"text": "my name is john"},
        {"speaker": "t"},
        {"condition": "noise"},
        {"ignored_segments": ((0.0, 1.0),)},
        {"entities": ()},
    ],
)
def test_error_rates_depend_on_these(change: dict[str, object]) -> None:
    assert digests.digest_references([REFERENCE]) != digests.digest_references(
        [replace(REFERENCE, **change)]  # type: ignore[arg-type]
    )


def test_word_times_have_a_digest_of_their_own() -> None:
    later = replace(REFERENCE, words=(*REFERENCE.words[:-1], Word("jane", 1.3, 1.9)))
    parted = replace(REFERENCE, turns=((0.0, 1.0), (1.0, 2.0)))
    known = {digests.digest_word_times([each]) for each in (REFERENCE, later, parted)}
    assert len(known) == 3
    assert len({digests.digest_references([each]) for each in (REFERENCE, later, parted)}) == 1
    assert digests.digest_word_times([replace(REFERENCE, words=())]) == NONE


def test_a_model_is_known_by_the_files_that_are_loaded(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
            (tmp_path / folder / name).write_text(name)
    (tmp_path / "b" / "README.md").write_text("not loaded")
    assert digests.digest_model(tmp_path / "a") == digests.digest_model(tmp_path / "b")
    before = digests.digest_model(tmp_path / "a")
    (tmp_path / "a" / "vocabulary.txt").write_text("other")
    assert digests.digest_model(tmp_path / "a") != before
