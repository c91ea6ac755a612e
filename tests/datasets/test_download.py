"""What is fetched of a data set on the hub, what of it stays, and what happens when that fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyarrow.parquet import ParquetFile

from streamwer.datasets import download, hub_listing, parquet_footers
from streamwer.datasets.origin import read_origin as origin
from streamwer.datasets.sampling import draw_row_numbers
from streamwer.errors import DatasetError
from streamwer.formats.manifest import read_manifest
from tests import hub
from tests.datasets import shapes
from tests.datasets.recordings import contents

COMMIT = "5be91486e11a2d616f4ec5db8d3fd248585ac07a"
SECRET, STRANGER = "hf_of_a_member", "hf_of_a_stranger"
SHARDS, ROWS, GROUP = 2, 64, 4
REPOSITORIES = "whole first streamed peeked sampled broken spoilt branch gated full drawn".split()
PIECE, BREAKS_AT = 32_768, 100_000
FIRST, LAST = 0, 8
"""Seeds that draw a row of the first file and of the last one."""
FOOTER = 65_536
"""Bytes from the end of a file that are asked for, in the hope that its footer is among them."""

# One process for many data sets. Blocks are small, as the files here are; a client that waits
# between its attempts would only cost time.
PREPARE = """
import json, os, resource, sys, time
from dataclasses import asdict
from pathlib import Path
from streamwer.config.dataset import DatasetConfig
from streamwer.datasets import download, hub
from streamwer.datasets.preparation import prepare_dataset
from streamwer.datasets.preview import preview_dataset
from streamwer.errors import StreamwerError

time.sleep = lambda seconds: None
download.PIECE, hub._BLOCK = int(sys.argv[2]), 8192

def outcome(name, keys):
    os.environ["HF_TOKEN"] = keys.pop("token", "")
    # No file can be longer, as on a full disk.
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (keys.pop("room", most), most))
    told = []
    try:
        if keys.pop("dry", False):
            preview_dataset(DatasetConfig(name=name, source="hub", **keys), 2)
        else:
            config = DatasetConfig(name=name, source="hub", **keys)
            progress = lambda *fetched: told.append(fetched)
            prepare_dataset(config, Path(name), download_progress=progress)
    except StreamwerError as error:
        return f"{type(error).__name__}: {error}"
    return told

print(json.dumps({name: outcome(name, keys) for name, keys in json.loads(sys.argv[1]).items()}))
"""


@dataclass
class Place:
    """A hub, the folder in which its client keeps things, and how to prepare data sets there."""

    hub: hub.Hub
    folder: Path
    shards: dict[str, int]

    def prepare(self, url: str = "", **configs: dict[str, Any]) -> dict[str, Any]:
        """Prepare each config into a folder of its name; what was fetched, or the error."""
        environment = {"HF_HUB_OFFLINE": "1"} if not url else {}
        usual = {"subset": "clean", "split": "test", "revision": COMMIT}
        wanted = json.dumps({name: {**usual, **keys} for name, keys in configs.items()})
        place = (url or hub.closed_port(), self.folder / "cache", self.folder)
        done = hub.run(*place, "-c", PREPARE, wanted, str(PIECE), **environment)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def sent(self, repository: str) -> list[int]:
        """Bytes that were sent of each shard."""
        return [self.hub.sent[f"x/{repository}/{name}"] for name in self.shards]

    def recordings(self, name: str) -> list[str]:
        return [item.recording for item in read_manifest(self.folder / name)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder, aside = tmp_path_factory.mktemp("speech"), tmp_path_factory.mktemp("aside")
    shards = {}
    for number in range(SHARDS):
        sounds = [shapes.sound(aside, "a.flac", 0.25, number * ROWS + row) for row in range(ROWS)]
        rows = [
            {"id": f"{number}-{row:02}", "text": "so it is", "audio": sound}
            for row, sound in enumerate(sounds)
        ]
        name = f"clean/test-{number:05}-of-{SHARDS:05}.parquet"
        shapes.shard(folder / name, "id:str text:str audio:audio", rows, GROUP)
        shards[name] = (folder / name).stat().st_size
    # Folders are no files, also where a pattern fits them.
    (folder / "clean/folder.parquet").mkdir()
    (folder / "clean/folder.parquet/notes.txt").write_text("of no use")
    (folder / "folder").mkdir()
    (folder / "folder/notes.txt").write_text("of no use")
    shapes.card(folder, "clean", test="clean/test-*")
    script = tmp_path_factory.mktemp("script")
    (script / "README.md").write_text("---\nlicense: mit\n---\n")
    (script / "script.py").write_text("class Script(datasets.GeneratorBasedBuilder): ...")
    with hub.serve() as served:
        for name in REPOSITORIES:
            tokens = (SECRET,) if name == "gated" else None
            branch = "refs/convert/parquet" if name == "branch" else "main"
            served.add("datasets", f"x/{name}", folder, COMMIT, branch, tokens)
        served.add("datasets", "x/script", script, COMMIT)
        yield Place(served, tmp_path_factory.mktemp("prepared"), shards)


@pytest.fixture(scope="module")
def once(place: Place) -> dict[str, Any]:
    """A first run, in which a connection breaks and bytes are spoilt."""
    place.hub.breaks["x/broken"] = BREAKS_AT
    place.hub.spoils.add("x/spoilt")
    few = {"limit": 2}
    drawn_rows = {"limit": 6, "shuffle_seed": 1}
    told = place.prepare(
        place.hub.url,
        whole={"path": "x/whole"},
        first={"path": "x/first", **few},
        streamed={"path": "x/streamed", **few, "streaming": True},
        peeked={"path": "x/peeked", "dry": True},
        sampled={"path": "x/sampled", **drawn_rows, "streaming": True},
        sampled_here={"path": "x/whole", **drawn_rows},
        sampled_else={"path": "x/whole", **drawn_rows, "shuffle_seed": 2},
        drawn={"path": "x/drawn", "limit": 1, "shuffle_seed": LAST},
        broken={"path": "x/broken"},
        spoilt={"path": "x/spoilt"},
        branch={"path": "x/branch", "revision": "refs/convert/parquet", "subset": None}
        | {"files": "clean/test-*.parquet", **few},
        full={"path": "x/full", "room": BREAKS_AT},
        no_files={"path": "x/whole", "files": "other/*.parquet"},
        only_folders={"path": "x/whole", "files": "folder*"},
        script={"path": "x/script", "subset": None},
        no_token={"path": "x/gated"},
        stranger={"path": "x/gated", "token": STRANGER},
        member={"path": "x/gated", "token": SECRET, **few},
    )
    told["sent while broken"] = place.sent("broken")
    return told


@pytest.fixture(scope="module")
def again(place: Place, once: dict[str, Any]) -> dict[str, Any]:
    """A second run, with nothing in its way."""
    assert once
    place.hub.breaks.clear()
    place.hub.spoils.clear()
    place.hub.requests.clear()
    broken, full = {"path": "x/broken"}, {"path": "x/full", "files": "*/*.parquet", "limit": 2}
    keys = {"whole_again": {"path": "x/whole"}, "broken": broken, "full": full}
    return place.prepare(place.hub.url, **keys, spoilt={"path": "x/spoilt"})


@pytest.fixture(scope="module")
def offline(place: Place, again: dict[str, Any]) -> dict[str, Any]:
    """A third run, without the hub."""
    assert again
    branch = {"path": "x/branch", "revision": "refs/convert/parquet", "subset": None, "limit": 2}
    return place.prepare(
        whole_offline={"path": "x/whole"},
        branch_offline={**branch, "files": "clean/test-*.parquet"},
        drawn_offline={"path": "x/drawn", "limit": 1, "shuffle_seed": LAST},
        never={"path": "x/never"},
        undrawn={"path": "x/drawn", "limit": 1, "shuffle_seed": FIRST},
        half={"path": "x/first"},
        streamed={"path": "x/streamed", "streaming": True, "limit": 2},
    )


def test_whole_files_are_fetched_and_told_of(place: Place, once: dict[str, Any]) -> None:
    sizes = list(place.shards.values())
    assert place.sent("whole") == sizes
    assert [told for told in once["whole"] if told[1] == told[2]] == [
        [name, size, size] for name, size in place.shards.items()
    ]
    assert len(place.recordings("whole")) == SHARDS * ROWS


@pytest.mark.usefixtures("once")
def test_a_file_whose_rows_are_not_wanted_is_not_fetched(place: Place) -> None:
    assert place.recordings("first") == ["0-00", "0-01"]
    assert place.sent("first") == [next(iter(place.shards.values())), 0]


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("name", ["streamed", "peeked"])
def test_streaming_reads_only_what_two_rows_need(name: str, place: Place) -> None:
    first, *others = place.sent(name)
    assert 0 < first < next(iter(place.shards.values())) / 4
    assert others == [0]
    kept = place.folder / f"cache/streamwer/datasets--x--{name}"
    assert [path.suffix for path in kept.rglob("*")] == [".json"]


def test_streaming_gives_the_same_rows(place: Place, once: Any) -> None:
    assert once["streamed"] == []
    for path in ("manifest.jsonl", "audio/0-00.flac"):
        read = [(place.folder / name / path).read_bytes() for name in ("first", "streamed")]
        assert read[0] == read[1]


@pytest.mark.usefixtures("once")
def test_a_seed_draws_the_same_rows_streamed_or_not(place: Place) -> None:
    numbers = draw_row_numbers(SHARDS * ROWS, 6, seed=1)
    wanted = [f"{number // ROWS}-{number % ROWS:02}" for number in numbers]
    assert place.recordings("sampled") == place.recordings("sampled_here") == wanted
    assert place.recordings("sampled_else") != wanted
    assert sum(place.sent("sampled")) < sum(place.shards.values()) / 2


def test_of_a_file_without_drawn_rows_only_the_footer_is_fetched(
    place: Place, once: dict[str, Any], offline: dict[str, Any]
) -> None:
    (_, spared), (last, wanted) = place.shards.items()
    assert {name for name, *_ in once["drawn"]} == {last}
    sent = place.sent("drawn")
    assert 0 < sent[0] <= FOOTER < spared / 4
    assert wanted < sent[1] <= wanted + FOOTER
    assert offline["drawn_offline"] == []
    assert contents(place.folder / "drawn_offline") == contents(place.folder / "drawn")


def test_a_footer_of_another_file_is_noticed_when_the_file_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_listing.constants, "HF_HOME", str(tmp_path))
    found = hub_listing.Listing("x/y", COMMIT, (hub_listing.Shard("a.parquet", 1, ""),))
    (shard,) = found.shards
    for name, rows in (("a.parquet", 2), ("a.parquet.footer", 3)):
        values = [{"id": "one", "text": "so it is"}] * rows
        shapes.shard(
            download.get_local_path(found, shard).with_name(name), "id:str text:str", values, 1
        )
    footer = parquet_footers.read_footer(found, shard, keep=True)
    assert footer.num_rows == 3
    with pytest.raises(DatasetError, match=r"a\.parquet: its footer .* of another file: try again"):
        parquet_footers.check_footer(
            found, shard, ParquetFile(download.get_local_path(found, shard)), footer
        )
    assert [path.name for path in download.get_local_path(found, shard).parent.iterdir()] == [
        "a.parquet"
    ]


def test_a_broken_connection_is_told_in_one_line(once: dict[str, Any]) -> None:
    assert once["broken"].startswith("DatasetError: cannot fetch the data set x/broken@")
    assert "the hub cannot be reached" in once["broken"]
    assert "\n" not in once["broken"]


def test_the_next_run_goes_on_where_the_connection_broke(
    place: Place, once: dict[str, Any], again: dict[str, Any]
) -> None:
    name, size = next(iter(place.shards.items()))
    kept = BREAKS_AT // PIECE * PIECE
    assert again["broken"][0] == [name, kept, size]
    assert place.sent("broken")[0] - once["sent while broken"][0] == size - kept
    assert contents(place.folder / "broken/audio") == contents(place.folder / "whole/audio")


def test_spoilt_bytes_are_noticed_and_fetched_again(place: Place, once: Any, again: Any) -> None:
    name, size = next(iter(place.shards.items()))
    assert f"{name}: what arrived is not what the hub lists" in once["spoilt"]
    assert again["spoilt"][0] == [name, 0, size]
    assert contents(place.folder / "spoilt/audio") == contents(place.folder / "whole/audio")


def test_what_is_there_is_not_asked_for_again(place: Place, again: dict[str, Any]) -> None:
    assert again["whole_again"] == []
    assert not any("x/whole" in request for request in place.hub.requests)


def test_what_is_there_can_be_read_offline(place: Place, offline: dict[str, Any]) -> None:
    assert offline["whole_offline"] == offline["branch_offline"] == []
    assert contents(place.folder / "whole_offline") == contents(place.folder / "whole")
    assert place.recordings("branch_offline") == place.recordings("branch")


@pytest.mark.parametrize("name", ["never", "half", "undrawn", "streamed"])
def test_what_is_not_there_is_an_error_offline(name: str, offline: dict[str, Any]) -> None:
    assert offline[name].startswith("DatasetError: cannot fetch the data set x/")
    assert "offline mode is on: HF_HUB_OFFLINE is set" in offline[name]


@pytest.mark.usefixtures("once")
def test_a_branch_is_read_at_the_commit_it_stands_for(place: Place) -> None:
    kept = origin(place.folder / "branch")
    assert kept is not None
    assert (kept.commit, kept.pinned) == (COMMIT, False)
    assert f"{COMMIT} (not pinned)" in kept.facts()["source"]


def test_a_full_disk_is_named_and_what_it_took_is_used(
    place: Place, once: dict[str, Any], again: dict[str, Any]
) -> None:
    assert once["full"].startswith(f"DiskError: {place.folder}/cache/streamwer/datasets--x--full/")
    assert once["full"].endswith("written (File too large); " + hub_listing.ROOM)
    assert again["full"][0][1] == BREAKS_AT
    assert place.recordings("full") == ["0-00", "0-01"]


def test_files_that_are_not_there_are_named(once: dict[str, Any]) -> None:
    assert "dataset.files: the repository has no 'other/*.parquet'" in once["no_files"]
    assert "'folder*' names a folder; try 'folder*/*.parquet'" in once["only_folders"]


def test_a_loading_script_is_not_run(once: dict[str, Any]) -> None:
    assert "only Parquet can be read" in once["script"]
    assert "dataset.revision=refs/convert/parquet" in once["script"]


def test_a_gated_set_says_where_its_terms_are_and_reads_with_a_token(
    place: Place, once: dict[str, Any]
) -> None:
    page = f"accept its terms at {place.hub.url}/datasets/x/gated"
    assert f"access has to be granted first: {page}, then set HF_TOKEN" in once["no_token"]
    assert "the account of your token has not been granted access" in once["stranger"]
    assert page in once["stranger"]
    assert place.recordings("member") == ["0-00", "0-01"]


def test_a_token_is_kept_nowhere(place: Place, once: dict[str, Any]) -> None:
    written = (path for path in place.folder.rglob("*") if path.is_file())
    tokens = (SECRET.encode(), STRANGER.encode())
    assert not [path for path in written if any(token in path.read_bytes() for token in tokens)]
    assert not any(token in json.dumps(once) for token in (SECRET, STRANGER))


def test_a_larger_sample_keeps_the_rows_of_a_smaller_one() -> None:
    assert set(draw_row_numbers(1000, 10, seed=3)) < set(draw_row_numbers(1000, 20, seed=3))
    assert draw_row_numbers(5, 9, seed=3) == [0, 1, 2, 3, 4]


def test_every_row_is_as_likely_to_be_drawn() -> None:
    times = [0] * 10
    for seed in range(2000):
        for number in draw_row_numbers(10, 3, seed):
            times[number] += 1
    # 2000 draws with p = 0.3: a standard deviation of 20.5
    assert all(abs(count - 600) < 5 * 20.5 for count in times)
