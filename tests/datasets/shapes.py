"""Data sets with the columns, types and file names of the public ones, and sound that is noise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tests.datasets.recordings import clip

SOUND = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
WORDS = pa.list_(pa.struct([("text", pa.string()), ("start", pa.float64()), ("end", pa.float64())]))
_TYPES = {"str": pa.string(), "int": pa.int64(), "int32": pa.int32(), "float": pa.float64()}
_TYPES |= {"bool": pa.bool_(), "audio": SOUND, "words": WORDS}


def sound(aside: Path, name: str | None, seconds: float = 0.25, seed: int = 0) -> dict[str, Any]:
    """Audio as a row embeds it; `aside` is a folder for the file it is made with."""
    content = clip(aside / "clip.flac", seconds, seed).read_bytes()
    return {"bytes": content, "path": name}


def shard(
    path: Path, columns: str, rows: Sequence[Mapping[str, Any]], group: int | None = None
) -> None:
    """Write a Parquet file as `datasets` does.

    Args:
        path: of the file.
        columns: "id:str audio:audio".
        rows: those columns each, in any order.
        group: rows of a row group.
    """
    kinds = dict(column.split(":") for column in columns.split())
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in kinds.items()])
    features = {name: {"_type": "Audio"} for name, kind in kinds.items() if kind == "audio"}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})} if features else {}
    table = pa.Table.from_pylist(list(rows), schema=schema.with_metadata(metadata))
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path, row_group_size=group)


def card(folder: Path, subset: str, **splits: str) -> None:
    """Write the repository's card, which says where the splits of a subset lie."""
    files = ", ".join(f"{{split: {split}, path: {path}}}" for split, path in splits.items())
    text = f"---\nconfigs:\n- config_name: {subset}\n  data_files: [{files}]\n---\n"
    (folder / "README.md").write_text(text)


def librispeech(folder: Path, aside: Path) -> None:
    columns = "file:str audio:audio text:str speaker_id:int chapter_id:int id:str"
    rows = [
        {
            "file": f"{chapter}-{n}.flac",
            "audio": sound(aside, f"6930-{chapter}-{n}.flac"),
            "text": "CONCORD RETURNED",
            "speaker_id": 6930,
            "chapter_id": chapter,
            "id": f"6930-{chapter}-{n:04}",
        }
        for chapter, n in [(75918, 0), (75918, 1), (76324, 0)]
    ]
    for subset in ("clean", "other"):
        shard(folder / f"{subset}/test/0000.parquet", columns, rows)
        shard(folder / f"{subset}/train.100/0000.parquet", columns, rows[:1])
    texts = "".join(
        f"- config_name: {subset}\n  data_files:\n"
        f"  - {{split: test, path: {subset}/test/*.parquet}}\n"
        f"  - {{split: train.100, path: {subset}/train.100/*.parquet}}\n"
        for subset in ("clean", "other")
    )
    (folder / "README.md").write_text(f"---\nconfigs:\n{texts}---\n")


def tedlium(folder: Path, aside: Path) -> None:
    columns = "audio:audio dataset:str text:str id:str audio_length_s:float"
    texts = ["so that was it", "ignore_time_segment_in_scoring", "thank you"]
    rows = [
        {
            "audio": sound(aside, f"JaneMcGonigal_2010-{n}.5-{n}.75-<o,f0,female>.wav"),
            "dataset": "tedlium",
            "text": text,
            "id": f"JaneMcGonigal_2010-{n}.5-{n}.75-<o,f0,female>",
            "audio_length_s": 0.25,
        }
        for n, text in enumerate(texts)
    ]
    shard(folder / "tedlium/test-00000-of-00001.parquet", columns, rows)
    card(folder, "tedlium", test="tedlium/test-*")


def tedlium_talks(folder: Path, aside: Path) -> None:
    rows = [
        {"audio": sound(aside, None), "text": "we are here", "speaker_id": name}
        for name in ("DanBarber", "JaneMcGonigal")
    ]
    name = "data/test-00000-of-00001-7a1bb92f62e929b8.parquet"
    shard(folder / name, "audio:audio text:str speaker_id:str", rows)


def ami(folder: Path, aside: Path) -> None:
    columns = "meeting_id:str audio_id:str text:str audio:audio begin_time:float end_time:float"
    columns += " microphone_id:str speaker_id:str"
    texts = ["OKAY", "", "I THINK SO", "UM"]
    for n, text in enumerate(texts):
        name = f"AMI_EN2002a_H0{n % 2}_MEE07{n % 2}_00000{n}"
        row = {
            "meeting_id": "EN2002a",
            "audio_id": name,
            "text": text,
            "audio": sound(aside, f"{name}.wav"),
            "begin_time": 1.5 * n,
            "end_time": 1.5 * n + 0.25,
            "microphone_id": f"H0{n % 2}",
            "speaker_id": f"MEE07{n % 2}",
        }
        shard(folder / f"ihm/test-{n:05}-of-00004.parquet", columns, [row])


def earnings22(folder: Path, aside: Path) -> None:
    columns = "file_id:str audio:audio segment_id:str transcription:str start_ts:float end_ts:float"
    for n, call in enumerate(["4432298", "4450488"]):
        rows = [
            {
                "file_id": call,
                "audio": sound(aside, f"{segment}.wav"),
                "segment_id": str(segment),
                "transcription": "Good morning, <inaudible> everyone.",
                "start_ts": float(segment),
                "end_ts": segment + 0.25,
            }
            for segment in range(2)
        ]
        shard(folder / f"chunked/test-{n:05}-of-00038-6f4f182bdbb6f186.parquet", columns, rows)
        name = f"full/test-{n:05}-of-00004-4541e1972fe3ed48.parquet"
        whole = {key: rows[0][key] for key in ("file_id", "audio", "transcription")}
        whole["audio"] = sound(aside, f"{call}.mp3")
        shard(folder / name, "file_id:str audio:audio transcription:str", [whole])


def voxpopuli(folder: Path, aside: Path) -> None:
    columns = "audio_id:str language:int audio:audio raw_text:str normalized_text:str gender:str"
    columns += " speaker_id:str is_gold_transcript:bool accent:str"
    for language in ("en", "de"):
        name = f"20180613-0900-PLENARY-20-{language}_20180613-21:42:34_5"
        row = {
            "audio_id": name,
            "language": 0,
            "audio": sound(aside, f"{name}.wav"),
            "raw_text": "",
            "normalized_text": "thank you madam president",
            "gender": "female",
            "speaker_id": "97968",
            "is_gold_transcript": True,
            "accent": "None",
        }
        shard(folder / f"{language}/test-00000-of-00001.parquet", columns, [row])
        shard(folder / f"{language}/train-00000-of-00001.parquet", columns, [row])


def fleurs(folder: Path, aside: Path) -> None:
    columns = "id:int32 num_samples:int32 path:str audio:audio transcription:str"
    columns += " raw_transcription:str gender:int lang_id:int language:str lang_group_id:int"
    texts = {"en_us": "However, it was late.", "de_de": "Es war jedoch spät."}
    for at, (subset, text) in enumerate(texts.items()):
        rows = [
            {
                "id": 1904,  # of the sentence: three people read it
                "num_samples": 4000,
                "path": f"/root/{reader}.wav",
                "audio": sound(aside, f"{reader}.wav"),
                "transcription": text.lower(),
                "raw_transcription": text,
                "gender": 1,
                "lang_id": at,
                "language": subset,
                "lang_group_id": 0,
            }
            for reader in (1000 + at, 2000 + at)
        ]
        shard(folder / f"parquet-data/{subset}/test-00000-of-00001.parquet", columns, rows)


def common_voice(folder: Path, aside: Path) -> None:
    columns = "client_id:str path:str audio:audio sentence:str up_votes:int down_votes:int age:str"
    columns += " gender:str accent:str locale:str segment:str variant:str"
    row = {
        "client_id": "0f" * 64,
        "path": "en_test_0/common_voice_en_27710027.mp3",
        "audio": sound(aside, "common_voice_en_27710027.mp3"),
        "sentence": "Joe Keaton disapproved of films.",
        "up_votes": 2,
        "down_votes": 0,
        "age": "",
        "gender": "",
        "accent": "",
        "locale": "en",
        "segment": "",
        "variant": "",
    }
    shard(folder / "en/test-00000-of-00001.parquet", columns, [row])
    card(folder, "en", test="en/test-*")
