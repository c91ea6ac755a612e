"""Digests of contents: of what was played, of what was said, of the model that was loaded.

No path, date or encoder is in any of them: the same contents give the same digest anywhere.
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
_GIT_DIGITS = 40
_MODEL_FILES = ("config.json", "model.bin", "preprocessor_config.json", "tokenizer.json")
_VOCABULARY = "vocabulary.*"


def of_audio(files: Mapping[str, Path]) -> str:
    """Of what the recordings of these names sound like.

    Raises:
        AudioError: a file cannot be read.
    """
    return _short(f"{name}\t{of_samples(files[name])}" for name in sorted(files))


def of_samples(file: Path) -> str:
    """Of what one recording sounds like, in full: MD5 where a FLAC file tells it, else SHA-256.

    Raises:
        AudioError: the file cannot be read.
    """
    try:
        with file.open("rb") as opened:
            told = flac.md5(opened.read(flac.HEAD))
        return told.hex() if told else of_file(file)
    except OSError as error:
        raise AudioError(f"{file}: cannot be read ({error.strerror})") from error


def of_references(references: Sequence[Reference]) -> str:
    """Of what was said, by whom, in which language and condition: all that a WER depends on."""
    return of_spoken(_in_order(references))[0]


def of_times(references: Sequence[Reference]) -> str:
    """Of when each word was said; "none" where no recording has word times."""
    return of_spoken(_in_order(references))[1]


def of_spoken(references: Iterable[Reference]) -> tuple[str, str]:
    """Both, of references that come in order of their ids and are gone through once."""
    texts, times, timed = hashlib.sha256(), hashlib.sha256(), False
    for each in references:
        said = [each.recording, each.text, each.speaker, each.condition]
        words = [[word.text, word.start, word.end] for word in each.words]
        texts.update(_line(json.dumps(said + [each.language] * bool(each.language))))
        if each.readings:
            texts.update(_line(json.dumps({"readings": each.readings})))
        if each.unscored:
            texts.update(_line(json.dumps(each.unscored)))
        times.update(_line(json.dumps([each.recording, words])))
        timed = timed or bool(words)
    return texts.hexdigest()[:_LENGTH], times.hexdigest()[:_LENGTH] if timed else NONE


def of_text(text: str) -> str:
    """Of a text."""
    return _short([text])


def of_file(file: Path) -> str:
    """SHA-256 of a file's bytes, in full.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def as_listed(file: Path, digits: int) -> str:
    """As the hub lists files: the SHA-256 of large ones, of small ones the id that Git gives them.

    Args:
        file: any file.
        digits: hexadecimal digits of the digest that is wanted, by which it is known.

    Raises:
        OSError: it cannot be read.
    """
    if digits != _GIT_DIGITS:
        return of_file(file)
    content = file.read_bytes()
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


def of_files(paths: Sequence[Path]) -> str:
    """Of files, and of all files below folders with their names there; in the order given.

    Raises:
        OSError: one cannot be read.
    """
    return _short(
        f"{at}\t{file.relative_to(path).as_posix()}\t{of_file(file)}"
        for at, path in enumerate(paths)
        for file in _below(path)
    )


def of_model(folder: Path) -> str:
    """Of the files of a model folder that loading it reads."""
    return _short(f"{file.name}\t{of_file(file)}" for file in model_files(folder))


def model_files(folder: Path) -> list[Path]:
    """The files of a model folder that loading it reads, by name."""
    files = [folder / name for name in _MODEL_FILES]
    return sorted({file for file in (*files, *folder.glob(_VOCABULARY)) if file.is_file()})


def _below(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix != ".pyc")


def _in_order(references: Iterable[Reference]) -> list[Reference]:
    return sorted(references, key=lambda each: each.recording)


def _line(text: str) -> bytes:
    return f"{text}\n".encode()


def _short(lines: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for line in lines:
        whole.update(_line(line))
    return whole.hexdigest()[:_LENGTH]
