"""Each recording once under each condition, the same on every run, and what was done is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from streamwer import audio
from streamwer.config.condition import EffectChain, EffectStep
from streamwer.config.dataset import ColumnsConfig
from streamwer.datasets.augment import augment_recordings, digest_delivered_audio, read_networks
from streamwer.datasets.augmentation import codec
from streamwer.datasets.augmentation.base import EffectConfig
from streamwer.datasets.augmentation.codec import SpeechCodec
from streamwer.datasets.augmentation.gain import Gain
from streamwer.datasets.augmentation.network import Network, PacketNetwork
from streamwer.datasets.augmentation.noise import Noise
from streamwer.datasets.augmentation.speed import Speed
from streamwer.datasets.preparation import prepare_dataset
from streamwer.errors import ConfigError, DatasetError
from streamwer.formats.manifest import read_manifest
from streamwer.provenance import digests
from streamwer.types import Reference
from tests.datasets.recordings import ALL_COLUMNS, clip, config, contents, metadata

HISS = EffectStep("hiss", Noise.Config())
FAST = EffectStep("fast", Speed.Config(factor=1.25))
LOSS = EffectStep("loss", Network.Config(loss=0.2))
NONE = EffectChain()
UNTIMED = replace(ALL_COLUMNS, words="")


def chain(*steps: EffectStep) -> EffectChain:
    return EffectChain(steps)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for number, condition in enumerate(["", "clean", "noise"]):
        clip(tmp_path / f"mine/{number}.flac", seed=0)  # the same sound three times
        words = [{"text": "hi", "start": 0.1, "end": 0.3}]
        row = {"file_name": f"{number}.flac", "text": "hi", "id": f"call-{number}"}
        rows.append(row | {"speaker": f"s{number}", "condition": condition, "words": words})
    return metadata(tmp_path / "mine", rows)


def prepare_copies(
    folder: Path,
    *chains: EffectChain,
    name: str = "prepared",
    limit: int | None = None,
    columns: ColumnsConfig = ALL_COLUMNS,
) -> Path:
    out = folder.parent / name
    prepare_dataset(config(folder, columns, limit=limit), out, None, chains)
    return out


def test_rows_are_multiplied_and_know_their_source(folder: Path) -> None:
    found = {
        each.recording: each for each in read_manifest(prepare_copies(folder, NONE, chain(FAST)))
    }
    assert sorted(found) == [f"call-{n}{end}" for n in range(3) for end in ("", "@fast")]
    assert [found[f"call-{n}"].source for n in range(3)] == ["", "", ""]
    fast = found["call-1@fast"]
    assert (fast.source, fast.speaker, fast.text) == ("call-1", "s1", "hi")
    assert fast.seconds == pytest.approx(found["call-1"].seconds / 1.25)
    assert (fast.words[0].start, fast.words[0].end) == pytest.approx((0.08, 0.24))
    assert fast.audio == "audio/call-1@fast.flac"


def test_what_is_not_scored_moves_with_the_speed(tmp_path: Path) -> None:
    clip(tmp_path / "mine/a.flac", 1.0)
    stm = "a 1 x 0.5 1.0 IGNORE_TIME_SEGMENT_IN_SCORING\na 1 ann 0.0 0.5 hi\n"
    (tmp_path / "mine/a.stm").write_text(stm)
    prepare_dataset(
        config(tmp_path / "mine"), tmp_path / "out", None, [NONE, chain(FAST), chain(HISS)]
    )
    found = {each.recording: each for each in read_manifest(tmp_path / "out")}
    told = {name: (each.turns, each.ignored_segments) for name, each in found.items()}
    assert told["a"] == told["a@hiss"] == (((0.0, 0.5),), ((0.5, 1.0),))
    assert told["a@fast"] == (((0.0, 0.4),), ((0.4, 0.8),))


def test_conditions_are_composed_with_what_the_recording_had(folder: Path) -> None:
    out = prepare_copies(folder, chain(HISS, FAST))
    told = {each.source: each.condition for each in read_manifest(out)}
    assert told == {
        "call-0": "clean+hiss+fast",
        "call-1": "clean+hiss+fast",
        "call-2": "noise+hiss+fast",
    }
    all_clean = prepare_copies(folder, chain(HISS, FAST), limit=2)
    assert {each.condition for each in read_manifest(all_clean)} == {"hiss+fast"}


def test_what_is_unaltered_is_the_same_to_the_byte(folder: Path) -> None:
    plain, both = (
        prepare_copies(folder, name="plain"),
        prepare_copies(folder, NONE, chain(HISS), name="both"),
    )
    assert contents(plain).keys() < contents(both).keys()
    for name, content in contents(plain).items():
        if name != "manifest.jsonl":
            assert contents(both)[name] == content
    kept = (both / "manifest.jsonl").read_text().splitlines()
    assert set((plain / "manifest.jsonl").read_text().splitlines()) < set(kept)


def test_unaltered_audio_goes_where_it_was_not_asked_for(folder: Path) -> None:
    names = contents(prepare_copies(folder, chain(HISS)))
    assert [name for name in names if name.startswith("audio/") and "@" not in name] == []


def test_where_words_have_no_times_unaltered_audio_is_kept_to_find_them_in(folder: Path) -> None:
    plain = contents(prepare_copies(folder, name="plain", columns=UNTIMED))
    names = contents(prepare_copies(folder, chain(HISS), columns=UNTIMED))
    kept = {name: content for name, content in names.items() if name.startswith("unaltered/")}
    assert {f"audio/{Path(name).name}": content for name, content in kept.items()} == {
        name: content for name, content in plain.items() if name.startswith("audio/")
    }


def test_the_same_seed_gives_the_same_bytes_and_each_recording_its_own_noise(folder: Path) -> None:
    one, other = (prepare_copies(folder, chain(HISS), name=name) for name in ("one", "other"))
    assert contents(one) == contents(other)
    first, second = (audio.load_audio(one / f"audio/call-{n}@hiss.flac") for n in (0, 1))
    assert not np.array_equal(first, second)


def test_no_recording_looks_at_all_others(folder: Path) -> None:
    """Else tens of thousands of them would take hours."""

    class Counted(list[Reference]):
        times = 0

        def __iter__(self) -> Iterator[Reference]:
            self.times += 1
            return super().__iter__()

    def times(limit: int) -> int:
        out = prepare_copies(folder, name=f"first-{limit}", limit=limit)
        found = Counted(read_manifest(out))
        augment_recordings(
            out, found, [chain(EffectStep("crowd", Noise.Config(kind="babble", voices=1)))]
        )
        return found.times

    assert times(2) == times(3)


def test_another_seed_is_another_data_set(folder: Path) -> None:
    def digest(step: EffectConfig, name: str) -> str:
        out = prepare_copies(folder, chain(EffectStep("step", step)), name=name)
        files = {each.recording: out / each.audio for each in read_manifest(out)}
        return digest_delivered_audio(digests.digest_audio(files), read_networks(out))

    pairs = [
        (Noise.Config(), Noise.Config(seed=2)),
        (Network.Config(loss=0.2), Network.Config(loss=0.2, seed=2)),
        (Gain.Config(gain_db=-3), Gain.Config(gain_db=-4)),
    ]
    for step, changed in pairs:
        assert digest(step, "a") == digest(step, "b") != digest(changed, "c")


def test_what_was_done_is_kept(folder: Path) -> None:
    out = prepare_copies(folder, NONE, chain(EffectStep("line", SpeechCodec.Config()), LOSS))
    kept = json.loads((out / "conditions.json").read_text())
    [steps] = kept["conditions"].values()
    assert [step["step"] for step in steps] == ["line", "loss"]
    assert steps[0]["codec"] == "mulaw"
    assert steps[1]["loss"] == 0.2
    one = kept["recordings"]["call-0@line+loss"]
    assert (one["source"], one["condition"], one["packets"]) == ("call-0", "line+loss", 25)
    journey = PacketNetwork(Network.Config(loss=0.2), "call-0")
    assert one["lost"] == journey.transmit(audio.load_audio(out / "audio/call-0.flac")).lost > 0
    assert read_networks(out)["call-0@line+loss"] == journey
    assert "call-0" not in read_networks(out)


def test_nothing_is_kept_where_nothing_is_altered(folder: Path) -> None:
    out = prepare_copies(folder, NONE)
    assert not (out / "conditions.json").exists()
    assert read_networks(out) == {}
    assert digest_delivered_audio("digest", {}) == "digest"


def test_user_files_of_noise_are_known_by_their_contents(folder: Path, tmp_path: Path) -> None:
    def kept(seed: int) -> object:
        clip(tmp_path / "noise/hum.flac", seed=seed)
        step = EffectStep("hum", Noise.Config(kind="files", path=str(tmp_path / "noise")))
        text = (prepare_copies(folder, chain(step)) / "conditions.json").read_text()
        return json.loads(text)["conditions"]["hum"][0]["files"]

    assert kept(7) == kept(7) != kept(8)


def test_a_recording_that_cannot_be_altered_stays_and_counts_as_failed(folder: Path) -> None:
    audio.write_flac(folder / "1.flac", np.zeros(8000, np.float32))
    out = prepare_copies(folder, NONE, chain(HISS), chain(FAST))
    broken = [each for each in read_manifest(out) if each.broken]
    assert [each.recording for each in broken] == ["call-1@hiss"]
    assert broken[0].broken.startswith("hiss: it is silent")
    assert not (out / broken[0].audio).exists()


def test_what_is_broken_before_stays_broken(folder: Path) -> None:
    (folder / "1.flac").write_text("not audio any more")
    found = {
        each.recording: each.broken for each in read_manifest(prepare_copies(folder, chain(HISS)))
    }
    assert found["call-1@hiss"]
    assert not found["call-0@hiss"]


def test_a_condition_that_no_recording_can_have_is_refused(folder: Path) -> None:
    (folder / "0.flac").write_text("broken already, which is not why")
    crowd = EffectStep("crowd", Noise.Config(kind="babble", voices=3))
    with pytest.raises(DatasetError, match=r"had so: crowd: babble of 3.*condition\.crowd\.voices"):
        prepare_copies(folder, chain(crowd))
    assert not (folder.parent / "prepared").exists()


@pytest.mark.parametrize("lacking", ["encoder", "decoder"])
def test_a_codec_that_this_ffmpeg_lacks_is_refused_before_anything_is_read(
    lacking: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = replace(codec.CODECS["g722"], **{lacking: "g722_of_another_build"})  # type: ignore[arg-type]
    monkeypatch.setattr(codec, "CODECS", {**codec.CODECS, "g722": gone})
    line = chain(EffectStep("line", SpeechCodec.Config(codec="g722")))
    said = r"condition\.line\.codec=g722: .*it has no 'g722_of_another_build'\); install PyAV's"
    with pytest.raises(ConfigError, match=said):
        prepare_dataset(config(folder / "nowhere"), folder.parent / "prepared", None, [NONE, line])


def test_ids_stay_file_names_and_unique(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    metadata(folder, [*rows[:2], rows[2] | {"id": "CALL-0@hiss"}])
    with pytest.raises(DatasetError, match="there is a recording 'call-0@hiss' already"):
        prepare_copies(folder, NONE, chain(HISS))


def test_a_broken_record_is_named(folder: Path) -> None:
    out = prepare_copies(folder, chain(LOSS))
    (out / "conditions.json").write_text('{"conditions": {}, "recordings": {"a": 1}}')
    with pytest.raises(DatasetError, match=r"conditions\.json: broken .* prepare the data set"):
        read_networks(out)
