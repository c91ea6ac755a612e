"""Sound inputs of every reader, and how each is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from streamwer import eventlog
from streamwer.audio.isolated_decoder import IsolatedDecoder
from streamwer.config.dataset import ColumnsConfig, DatasetConfig
from streamwer.datasets.preparation import prepare_dataset
from streamwer.eventlog.log import EventLog
from streamwer.formats import references
from streamwer.formats.detection import read_log
from streamwer.formats.manifest import write_manifest
from streamwer.formats.textgrid import read_textgrid
from tests.audio.encoding import Kind, encode, make_sound
from tests.datasets.recordings import TEXTGRID, clip
from tests.datasets.shapes import shard, sound
from tests.formats.calls import REFERENCE, own_step


class Input(NamedTuple):
    """A file that is changed, where it lies, and what reads it then."""

    name: str
    contents: bytes
    path: Path
    read: Callable[[Path], object]


LOGS = {
    "simuleval": json.dumps(
        {
            "index": 0,
            "prediction": "my name is jane",
            "delays": [1000.0, 1000.0, 2000.0, 2000.0],
            "elapsed": [1500.0, 1500.0, 3000.0, 3000.0],
            "reference": "my name is jane",
            "source": ["call.wav"],
            "source_length": 2000.0,
        }
    ),
    "simulstream": '{"id": 0, "metadata": {"wav_name": "call.wav"}}\n'
    '{"id": 0, "total_audio_processed": 1.0, "computation_time": 0.2,'
    ' "generated_tokens": ["▁my"], "deleted_tokens": []}\n',
    "whisper_streaming": "1500.0000 0 900  my name is\n3250.0000 1000 2500  jane\n",
    "simulstreaming": '{"text": " my name", "start": 0.1, "end": 0.9, "words": [],'
    ' "is_final": false, "emission_time": 1.5}\n',
    "text": "my name\nis jane\n",
}
REFERENCES = {
    "r.ctm": "call 1 0.1 0.2 my 0.9 lex NA\ncall 1 0.3 0.4 name\n",
    "r.stm": "call 1 jane 0.0 2.0 <o,f0,f> (uh) my { name / names / @ }\n",
    "r.tsv": "start\tend\tword\n0.1\t0.3\tmy\n0.3\t0.7\tname\n",
    "r.txt": "my name\nis jane\n",
}
FORMS = {
    "metadata.jsonl": '{"file_name": "a.flac", "text": "hi", "words":'
    ' [{"text": "hi", "start": 0.1, "end": 0.2}]}\n',
    "metadata.csv": 'file_name, text\na.flac, "hi, you"\n',
    "list.csv": "a|hi you|hi you\n",
    "test.json": '{"audio_filepath": "a.flac", "text": "hi", "offset": 0.1, "duration": 0.2}\n',
    "text": "a hi\n",
    "1-2.trans.txt": "a HI\n",
    "a.txt": "hi",
    "a.ctm": "a 1 0.0 0.1 hi NA lex NA\n",
    "a.stm": "a 1 ann 0.0 0.2 (uh) hi\n",
    "a.TextGrid": TEXTGRID,
}
SOUNDS = (
    Kind("wav", "wav", "pcm_s16le"),
    Kind("wav", "wav", "adpcm_ms"),
    Kind("flac", "flac", "flac"),
    Kind("mp3", "mp3", "libmp3lame"),
    Kind("m4a", "ipod", "aac"),
    Kind("aac", "adts", "aac"),
    Kind("opus", "opus", "libopus", 48_000),
    Kind("oga", "oga", "flac"),
    Kind("webm", "webm", "libopus", 48_000),
    Kind("aiff", "aiff", "pcm_s16be"),
    Kind("au", "au", "pcm_mulaw"),
    Kind("w64", "w64", "pcm_s24le"),
    Kind("amr", "amr", "libopencore_amrnb", 8_000),
    Kind("wv", "wv", "wavpack"),
)


def make_corpus(folder: Path, decoder: IsolatedDecoder) -> list[Input]:
    """Make the inputs of all readers.

    Args:
        folder: an empty one, in which they lie.
        decoder: of the audio: a file that ends its process is an error that tells so.
    """
    return [
        *_make_sounds(folder / "sounds", decoder),
        *_make_logs(folder / "logs"),
        *_make_references(folder / "references"),
        *_make_forms(folder / "forms"),
    ]


def _make_sounds(folder: Path, decoder: IsolatedDecoder) -> list[Input]:
    folder.mkdir(parents=True)
    return [
        Input(
            f"audio {kind.name}",
            encode(kind, make_sound(0.4, kind.rate)),
            folder / f"{number}.{kind.suffix}",
            lambda path: sum(piece.size for piece in decoder.decode_chunks(path)),
        )
        for number, kind in enumerate(SOUNDS)
    ]


def _make_logs(folder: Path) -> list[Input]:
    folder.mkdir(parents=True)
    found = [
        Input(f"log {name}", text.encode(), folder / name / "call.log", _read_log)
        for name, text in LOGS.items()
    ]
    found.append(Input("log forced", b"1500.0000 0 9 my\n", folder / "x/x.txt", _read_forced))
    eventlog.write_log(folder / "own", EventLog((own_step(0, 1.0, 1.5, "my name"),)))
    for file in sorted((folder / "own").iterdir()):
        own = Input(f"event log {file.name}", file.read_bytes(), file, _read_own)
        found.append(own)
    for each in found:
        each.path.parent.mkdir(exist_ok=True)
    return found


def _read_log(path: Path) -> object:
    return read_log([path], fallback="text")


def _read_forced(path: Path) -> object:
    return [read_log([path], name) for name in ("whisper_streaming", "text")]


def _read_own(path: Path) -> object:
    return eventlog.read_log(path.parent)


def _make_references(folder: Path) -> list[Input]:
    folder.mkdir(parents=True)
    write_manifest(folder, [REFERENCE])
    manifest = folder / "manifest.jsonl"
    texts = {name: text.encode() for name, text in REFERENCES.items()}
    found = [
        Input(
            f"references {name}",
            contents,
            folder / name,
            lambda path: references.read_references([path]),
        )
        for name, contents in texts.items()
    ]
    manifests = Input("manifest", manifest.read_bytes(), manifest, _read_manifest)
    grid = Input("textgrid", TEXTGRID.encode(), folder / "x.TextGrid", _read_grid)
    return [*found, manifests, grid]


def _read_manifest(path: Path) -> object:
    return references.read_references([path])


def _read_grid(path: Path) -> object:
    return read_textgrid(path, "", "alignment.tier")


def _make_forms(folder: Path) -> list[Input]:
    found = []
    for name, text in FORMS.items():
        home = folder / name.replace(".", "-")
        clip(home / "a.flac")
        if name == "text":
            (home / "wav.scp").write_text("a a.flac\n")
        found.append(Input(f"data set {name}", text.encode(), home / name, _prepare))
    table = folder / "parquet/x.parquet"
    table.parent.mkdir()
    shard(table, "audio:audio text:str", [{"audio": sound(folder, "a.wav"), "text": "hi"}])
    return [*found, Input("data set parquet", table.read_bytes(), table, _prepare)]


def _prepare(path: Path) -> object:
    columns = ColumnsConfig(audio="file_name")
    config = DatasetConfig(name="x", source="folder", path=str(path.parent), columns=columns)
    return prepare_dataset(config, path.parent.with_name(f"{path.parent.name}-out"))
