"""Each public data set of conf/, from a hub on the loopback that has its columns and files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from streamwer.datasets.origin import read_origin as origin
from streamwer.datasets.row_summary import read_row_summary as outcome
from streamwer.formats.manifest import read_manifest
from tests import hub
from tests.datasets import shapes

CONF = Path(__file__).parents[2] / "conf/dataset"
MAKERS = {
    "librispeech_clean": shapes.librispeech,
    "librispeech_other": shapes.librispeech,
    "librispeech_dummy": shapes.librispeech,
    "tedlium": shapes.tedlium,
    "tedlium_talks": shapes.tedlium_talks,
    "ami": shapes.ami,
    "earnings22": shapes.earnings22,
    "voxpopuli": shapes.voxpopuli,
    "fleurs": shapes.fleurs,
    "common_voice": shapes.common_voice,
}
# What else is asked of a set, under a name of its own.
MORE: dict[str, tuple[str, dict[str, Any]]] = {
    "earnings22_calls": ("earnings22_calls", {}),
    "fleurs_de": ("fleurs", {"language": "de"}),
    "voxpopuli_de": ("voxpopuli", {"language": "de"}),
    "long_calls": ("librispeech_clean", {"concatenate": {"by": "session"}}),
}

# One process for all of them: importing `datasets` takes longer than all of them together.
PREPARE = """
import json, sys
from pathlib import Path
from omegaconf import OmegaConf
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets.preparation import prepare_dataset

for name, (path, values) in json.loads(sys.argv[1]).items():
    given = OmegaConf.merge(OmegaConf.structured(DatasetConfig), OmegaConf.load(path), values)
    prepare_dataset(OmegaConf.to_object(given), Path(name))
"""


def conf(name: str) -> Any:
    return OmegaConf.load(CONF / f"{name}.yaml")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hub.Hub]:
    aside = tmp_path_factory.mktemp("aside")
    with hub.serve() as found:
        for name, make in MAKERS.items():
            folder = tmp_path_factory.mktemp(name)
            make(folder, aside)
            found.add("datasets", conf(name).path, folder, conf(name).revision)
        yield found


@pytest.fixture(scope="module")
def prepared(served: hub.Hub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    wanted = {name: (name, {}) for name in MAKERS} | MORE
    wanted["librispeech_dummy"] = ("librispeech_dummy", {"split": "test"})
    paths = {n: (str(CONF / f"{name}.yaml"), values) for n, (name, values) in wanted.items()}
    done = hub.run(served.url, folder / "cache", folder, "-c", PREPARE, json.dumps(paths))
    assert (done.returncode, done.stderr) == (0, "")
    return folder


EXPECTED = {
    "librispeech_clean": ["6930-75918-0000", "6930-75918-0001", "6930-76324-0000"],
    "librispeech_other": ["6930-75918-0000", "6930-75918-0001", "6930-76324-0000"],
    "librispeech_dummy": ["6930-75918-0000", "6930-75918-0001", "6930-76324-0000"],
    "long_calls": ["6930-75918-0000+1", "6930-76324-0000"],
    "tedlium": [f"JaneMcGonigal_2010-{n}.5-{n}.75-_o,f0,female_" for n in (0, 2)],
    "tedlium_talks": ["DanBarber", "JaneMcGonigal"],
    "ami": [f"AMI_EN2002a_H0{n % 2}_MEE07{n % 2}_00000{n}" for n in (0, 2, 3)],
    "earnings22": ["4432298-0", "4432298-1", "4450488-0", "4450488-1"],
    "earnings22_calls": ["4432298", "4450488"],
    "voxpopuli": ["20180613-0900-PLENARY-20-en_20180613-21_42_34_5"],
    "voxpopuli_de": ["20180613-0900-PLENARY-20-de_20180613-21_42_34_5"],
    "fleurs": ["1000", "2000"],
    "fleurs_de": ["1001", "2001"],
    "common_voice": ["common_voice_en_27710027"],
}


def test_every_public_set_is_tried() -> None:
    public = {path.stem for path in CONF.glob("*.yaml") if conf(path.stem).source == "hub"}
    assert public <= set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_rows_of_a_public_set_become_recordings(name: str, prepared: Path) -> None:
    told = read_manifest(prepared / name)
    assert sorted(item.recording for item in told) == sorted(EXPECTED[name])
    assert all(item.seconds > 0 and not item.broken and item.text for item in told)


@pytest.mark.parametrize(
    ("name", "speakers"),
    [
        ("librispeech_clean", {"6930"}),
        ("tedlium_talks", {"DanBarber", "JaneMcGonigal"}),
        ("ami", {"MEE070", "MEE071"}),
        ("voxpopuli", {"97968"}),
        ("common_voice", {"0f" * 64}),
    ],
)
def test_speakers_are_known_where_the_set_names_them(
    name: str, speakers: set[str], prepared: Path
) -> None:
    assert {item.speaker for item in read_manifest(prepared / name)} == speakers


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("tedlium", "marked as not to be scored: 'ignore_time_segment_in_scoring'"),
        ("ami", "marked as not to be scored: ''"),
    ],
)
def test_a_row_without_words_to_score_is_listed(name: str, reason: str, prepared: Path) -> None:
    became = outcome(prepared / name)
    assert became is not None
    assert [(row.where, reason in row.reason) for row in became.unusable] == [("row 2", True)]


def test_where_the_data_are_from_is_kept_beside_them(prepared: Path) -> None:
    kept = origin(prepared / "ami")
    assert kept is not None
    assert kept.facts() == {
        "source": f"edinburghcstr/ami@{conf('ami').revision}, ihm, test, ihm/test-*.parquet",
        "licence": "CC BY 4.0",
        "citation": conf("ami").citation,
    }


def test_only_the_pinned_commit_and_the_wanted_split_are_asked_for(
    served: hub.Hub, prepared: Path
) -> None:
    assert prepared.is_dir()
    assert not any("/main" in request for request in served.requests)
    assert not any("train" in name for name in served.sent)


def test_a_file_is_fetched_once_for_all_that_read_it(served: hub.Hub, prepared: Path) -> None:
    assert prepared.is_dir()
    name = "clean/test/0000.parquet"
    repository = served.repositories["datasets", conf("librispeech_clean").path]
    size = (repository.folder / name).stat().st_size
    assert served.sent[f"{conf('librispeech_clean').path}/{name}"] == size
