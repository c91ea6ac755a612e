"""Whatever a recording's steps depend on changes its key, and where the model lies does not."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import streamwer
from streamwer.config import registry
from streamwer.config.cluster import ClusterConfig
from streamwer.config.compose import load_config
from streamwer.config.experiment import SystemConfig, build_system
from streamwer.config.hardware import ClockConfig
from streamwer.datasets.augmentation.network import Network, PacketNetwork
from streamwer.recognisers.engines.direct import Direct
from streamwer.recognisers.engines.http import Http
from streamwer.recognisers.engines.pocketsphinx import PocketSphinx
from streamwer.recognisers.engines.transcribe import Transcribe
from streamwer.runners import hardware
from streamwer.runners.cache import keys
from streamwer.runners.cache.keys import (
    RecordingKeys,
    describe_dependencies,
    find_code_files,
    is_reproducible,
)
from streamwer.runners.cache.sessions import MeasuringSessions
from streamwer.runners.worker import Job
from tests.datasets.recordings import clip

LOCAL = ClusterConfig("local")
_ROOT = Path(streamwer.__file__).parent


@cache
def chosen(*overrides: str) -> SystemConfig:
    return build_system(
        load_config(["model=reference", "clock=unaware", *overrides]), "local_agreement"
    )


def with_(**parts: Any) -> SystemConfig:
    return replace(chosen(), **parts)


def model(**values: Any) -> SystemConfig:
    return with_(model=replace(chosen().model, **values))


def clock(name: str) -> SystemConfig:
    return with_(clock=ClockConfig(name))


def of(system: SystemConfig, cluster: ClusterConfig = LOCAL) -> str:
    return describe_dependencies(system, cluster)


def test_every_choice_counts() -> None:
    costs = "hardware.costs.reference_cpu_int8_1_thread_transcribe_beam_5.decode_token=7"
    systems = [
        chosen(),
        with_(policy={**chosen().policy, "agreement": 3}),
        with_(engine=Transcribe.Config(beam_size=1)),
        with_(engine=Direct.Config()),
        model(cpu_threads=2),
        model(compute_type="float32"),
        model(language="de"),
        clock("measured"),
        chosen("clock=profile"),
        chosen("clock=profile", costs),
    ]
    assert len({*map(of, systems)}) == len(systems)


def test_the_files_of_the_model_count_and_their_place_does_not(tmp_path: Path) -> None:
    shutil.copytree("models/reference", tmp_path / "copy")
    moved = model(path=str(tmp_path / "copy"))
    assert of(moved) == of(chosen())
    (tmp_path / "copy/SHA256SUMS").unlink()  # with it, an edited model is refused as damaged
    config = tmp_path / "copy/config.json"
    config.write_text(config.read_text() + "\n")
    assert of(moved) != of(chosen())


def test_the_cluster_and_the_machine_count_where_the_clock_measures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ideal, measured = chosen(), clock("measured")
    other = replace(LOCAL, workers=3)
    assert of(ideal, other) == of(ideal)
    assert of(measured, other) != of(measured)
    before = of(ideal), of(measured)
    monkeypatch.setattr(hardware, "count_cores", lambda: 77)
    assert of(ideal) == before[0]
    assert of(measured) != before[1]


@pytest.mark.parametrize("key", ["timeout_s", "start_timeout_s", "ship_model_mb"])
def test_what_an_error_tells_to_raise_leaves_what_was_measured(key: str, tmp_path: Path) -> None:
    """Each run of a clock that measures has a session; it goes on in that of the same choices."""
    raised = replace(LOCAL, **{key: 7777})
    first, again = (
        MeasuringSessions(tmp_path).open(
            of(clock("measured"), cluster), tmp_path / "out", restart=False
        )
        for cluster in (LOCAL, raised)
    )
    assert first == again


def test_the_sound_the_journey_and_the_name_count(tmp_path: Path) -> None:
    job = Job("anna", clip(tmp_path / "a.flac"), 0.5)
    mine = RecordingKeys("{}")
    late = replace(job, journey=PacketNetwork(Network.Config(jitter_s=0.1), "anna"))
    later = replace(job, journey=PacketNetwork(Network.Config(jitter_s=0.2), "anna"))
    others = [
        replace(job, recording="bert"),
        replace(job, audio=clip(tmp_path / "b.flac", seed=1)),
        late,
        later,
    ]
    found = [mine.make_key(job), RecordingKeys("{ }").make_key(job), *map(mine.make_key, others)]
    assert len({*found}) == len(found)
    assert mine.make_key(
        replace(job, audio=clip(tmp_path / "copy.flac"), seconds=9.0)
    ) == mine.make_key(job)
    assert {len(key) for key in found} == {64}


def test_an_edit_of_our_code_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = of(chosen())
    monkeypatch.setattr(keys, "digest_code", lambda: "edited")
    assert of(chosen()) != before


def test_all_code_that_a_worker_can_reach_is_in_the_digest() -> None:
    """By the imports as they are written: also those that happen only when they are needed."""
    reached = {*_find_imported("streamwer.runners.worker", "streamwer.runners.ray_workers")}
    assert {*find_code_files()} >= reached
    assert {Path(streamwer.__file__), _ROOT / "policies/offline.py"} <= reached
    assert _ROOT / "reports/html.py" not in find_code_files()
    assert len(registry.names("policy")) > 5


def _find_imported(*modules: str) -> Iterator[Path]:
    waiting, seen = list(modules), set()
    while waiting:
        name = waiting.pop()
        file = _file(name)
        if name in seen or file is None:
            continue
        seen.add(name)
        yield file
        parts = name.split(".")
        waiting += [".".join(parts[:at]) for at in range(1, len(parts))]
        for node in filter(_is_run, ast.parse(file.read_text()).body):
            waiting += _list_imports(node)


def _is_run(node: ast.stmt) -> bool:
    return not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))


def _list_imports(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))


def _file(module: str) -> Path | None:
    place = _ROOT.parent / module.replace(".", "/")
    files = (place.with_suffix(".py"), place / "__init__.py")
    ours = module.partition(".")[0] == "streamwer"
    return next((file for file in files if ours and file.is_file()), None)


@pytest.mark.parametrize(
    ("system", "same"),
    [
        (chosen, True),
        (lambda: clock("profile"), True),
        (lambda: clock("measured"), False),
        (lambda: clock("wall"), False),
        (lambda: with_(engine=Http.Config()), False),
        (lambda: with_(engine=PocketSphinx.Config()), False),
        (lambda: model(device="cuda"), False),
    ],
)
def test_only_what_says_the_same_whenever_it_is_run_serves_any_run(
    system: Callable[[], SystemConfig], same: bool
) -> None:
    assert is_reproducible(system()) is same
