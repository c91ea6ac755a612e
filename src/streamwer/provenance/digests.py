"""Digests of audio, references, models and files.

They hold no path, date or encoder: the same contents give the same digest anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from streamwer.audio import flac
from streamwer.errors import AudioError
from streamwer.provenance.signature import NONE
from streamwer.types import Reference

_LENGTH = 12
GIT_DIGITS = 40
_MODEL_FILES = ("config.json", "model.bin", "preprocessor_config.json", "tokenizer.json")
_VOCABULARY = "vocabulary.*"


def digest_audio(files: Mapping[str, Path]) -> str:
    """Digest the samples of recordings, by name.

    Raises:
        AudioError: a file cannot be read.
    """
    return _digest_lines(f"{name}\t{digest_samples(files[name])}" for name in sorted(files))


def digest_samples(file: Path) -> str:
    """Digest the samples of one recording: the MD5 in a FLAC header, else SHA-256 of the file.

    Raises:
        AudioError: the file cannot be read.
    """
    try:
        with file.open("rb") as opened:
            md5 = flac.read_md5(opened.read(flac.HEADER_BYTES))
        return md5.hex() if md5 else digest_file(file)
    except OSError as error:
        raise AudioError(f"{file}: cannot be read ({error.strerror})") from error


def digest_references(references: Sequence[Reference]) -> str:
    """Digest texts, speakers, languages and conditions: all that a WER depends on."""
    return digest_texts_and_times(_sort_references(references))[0]


def digest_word_times(references: Sequence[Reference]) -> str:
    """Digest the times of the reference words; "none" where there are none."""
    return digest_texts_and_times(_sort_references(references))[1]


def digest_texts_and_times(references: Iterable[Reference]) -> tuple[str, str]:
    """Digest texts and word times in one pass.

    Args:
        references: in order of their ids.

    Returns:
        The digests of `digest_references` and of `digest_word_times`.
    """
    texts, times, timed = hashlib.sha256(), hashlib.sha256(), False
    for each in references:
        record = [each.recording, each.text, each.speaker, each.condition]
        words = [[word.text, word.start, word.end] for word in each.words]
        texts.update(_encode_line(json.dumps(record + [each.language] * bool(each.language))))
        if each.readings:
            texts.update(_encode_line(json.dumps({"readings": each.readings})))
        if each.ignored_segments:
            texts.update(_encode_line(json.dumps(each.ignored_segments)))
        if each.entities is not None:
            texts.update(_encode_line(json.dumps({"entities": each.entities})))
        turns = [each.turns] * bool(each.turns)
        times.update(_encode_line(json.dumps([each.recording, words, *turns])))
        timed = timed or bool(words)
    return texts.hexdigest()[:_LENGTH], times.hexdigest()[:_LENGTH] if timed else NONE


def digest_text(text: str) -> str:
    """Digest a text."""
    return _digest_lines([text])


def digest_file(file: Path) -> str:
    """Return the full SHA-256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def digest_as_hub(file: Path, digits: int) -> str:
    """Digest a file as the hub does: SHA-256 of large files, Git's blob id of small ones.

    Args:
        file: any file.
        digits: length of the hub's digest, which tells its kind.

    Raises:
        OSError: it cannot be read.
    """
    if digits != GIT_DIGITS:
        return digest_file(file)
    content = file.read_bytes()
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


def digest_files(paths: Sequence[Path]) -> str:
    """Digest files, and all files below folders with their names there, in the given order.

    Raises:
        OSError: one cannot be read.
    """
    return _digest_lines(
        f"{at}\t{file.relative_to(path).as_posix()}\t{digest_file(file)}"
        for at, path in enumerate(paths)
        for file in _list_files(path)
    )


def digest_model(folder: Path) -> str:
    """Digest the files of a model folder that are loaded."""
    return _digest_lines(f"{file.name}\t{digest_file(file)}" for file in list_model_files(folder))


def list_model_files(folder: Path) -> list[Path]:
    """List the files of a model folder that are loaded, by name."""
    files = [folder / name for name in _MODEL_FILES]
    return sorted({file for file in (*files, *folder.glob(_VOCABULARY)) if file.is_file()})


def _list_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix != ".pyc")


def _sort_references(references: Iterable[Reference]) -> list[Reference]:
    return sorted(references, key=lambda each: each.recording)


def _encode_line(text: str) -> bytes:
    return f"{text}\n".encode()


def _digest_lines(lines: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for line in lines:
        whole.update(_encode_line(line))
    return whole.hexdigest()[:_LENGTH]
