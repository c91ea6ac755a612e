"""The comparison report of a run, assembled from what the stages wrote."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from streamwer import audio, eventlog
from streamwer.alignment.origin import read_origin as read_word_time_origin
from streamwer.analysis.capacity.study import FILE, read_study
from streamwer.config import experiment
from streamwer.config.experiment import ExperimentConfig, SystemConfig
from streamwer.config.folders import ALIGNED, CAPACITY, COMPARISON, EVENTS, PREPARED, SCORES
from streamwer.config.hardware import ClockConfig
from streamwer.config.overrides import find_run_command
from streamwer.config.settings import list_public_values
from streamwer.datasets.origin import read_origin
from streamwer.datasets.row_summary import read_row_summary
from streamwer.formats.manifest import read_manifest
from streamwer.metrics.comparison import compare_comparable_wer, find_incomparable
from streamwer.metrics.store import read_scores
from streamwer.metrics.summary import summarise
from streamwer.provenance.choices import format_clock
from streamwer.provenance.versioning import digest_lock, read_revision
from streamwer.reports.comparison import AudioClip, CapacityStudies, Comparison, System, UnusedRows
from streamwer.reports.peaks import encode_peaks
from streamwer.reports.run_identity import describe_run


def assemble_comparison(settings: ExperimentConfig) -> Comparison:
    """Read the scores and logs of every compared system, and compute its figures."""
    scored = {name: read_scores(SCORES / name) for name in settings.compare}
    signatures = {name: each.signature for name, each in scored.items()}
    logs = {name: eventlog.read_log(EVENTS / name) for name in settings.compare}
    baseline = settings.scoring.baseline
    differences = compare_comparable_wer(scored, baseline, settings.scoring)
    reasons = find_incomparable(signatures, baseline)
    systems = tuple(
        System(
            summarise(
                name,
                scored[name].scores,
                differences.get(name),
                settings.scoring,
                logs[name].machine,
            ),
            scored[name].scores,
            _describe_config(experiment.build_system(settings, name)),
            signature=signatures[name],
            incomparable=reasons[name],
            log=logs[name],
        )
        for name in settings.compare
    )
    return Comparison(
        systems=systems,
        baseline=baseline if baseline in scored else "",
        dataset=settings.dataset.name,
        clock=settings.clock.name,
        provenance=describe_run(settings, signatures, read_word_time_origin(ALIGNED).format_line())
        | describe_data_source(PREPARED)
        | _describe_versions(settings),
        audio_clips=read_audio_clips(PREPARED, COMPARISON),
        unused=read_unused_rows(PREPARED),
        conditions={
            chain.name: chain.ends_in_network for chain in experiment.list_conditions(settings)
        },
        capacities=read_capacities(CAPACITY, settings),
    )


def _describe_config(system: SystemConfig) -> dict[str, Any]:
    """Describe the settings of a system; of a server without its address, which may hold a key."""
    values = asdict(replace(system, server=None))
    del values["server"]
    return values | ({"server": list_public_values(system.server)} if system.server else {})


def read_capacities(folder: Path, settings: ExperimentConfig) -> CapacityStudies:
    """Read every study: of the config's service level, of other levels, then the rest."""
    studies = [read_study(path.parent) for path in sorted(folder.glob(f"*/{FILE}"))]
    levels = {study.name for study in studies if study.name == study.level.slo.name}
    studies.sort(key=lambda each: (each.name != settings.slo.name, each.name not in levels))
    return CapacityStudies(
        studies=tuple(studies),
        profile=format_clock(asdict(ClockConfig("profile", settings.hardware))),
    )


def describe_data_source(prepared: Path) -> dict[str, str]:
    """Describe where the data are from, on which terms, and how to cite them."""
    origin = read_origin(prepared)
    return {f"data {name}": text for name, text in origin.facts().items()} if origin else {}


def _describe_versions(settings: ExperimentConfig) -> dict[str, Any]:
    """Describe what the report is of, and the commands that make it again."""
    code = read_revision()
    known = {"code revision": code, "lock digest": digest_lock(settings.compare)}
    checkout = [f"git checkout {code}"] if code and "," not in code else []
    return {
        **{key: value for key, value in known.items() if value},
        "reproduce": [*checkout, find_run_command()],
    }


def read_unused_rows(prepared: Path) -> UnusedRows:
    """Read the rows of the data set that are in no figure, and notes on others."""
    summary = read_row_summary(prepared)
    if summary is None:
        return UnusedRows()
    listed = [
        tuple((row.where, row.reason) for row in rows) for rows in (summary.unusable, summary.notes)
    ]
    return UnusedRows(summary.rows, *listed)


def read_audio_clips(prepared: Path, report: Path) -> dict[str, AudioClip]:
    """Read the audio of every recording: its wave form, and its address as seen from the report."""
    path = PurePath(os.path.relpath(prepared, report)).as_posix()
    sounds = {}
    for reference in read_manifest(prepared):
        if reference.broken:
            continue
        samples = audio.load_audio(prepared / reference.audio)
        address = quote(f"{path}/{reference.audio}")
        sounds[reference.recording] = AudioClip(
            address, encode_peaks(samples, audio.samples_to_seconds(len(samples)))
        )
    return sounds
