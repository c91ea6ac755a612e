"""Notes on a comparison: how its intervals were made, and what it cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from streamwer.analysis.formatting import format_count
from streamwer.config.languages import parse_code
from streamwer.metrics.latency import select_timed_words
from streamwer.metrics.slices import UNKNOWN_LANGUAGE, is_mostly_unspaced
from streamwer.metrics.stats.intervals import describe_few_blocks
from streamwer.metrics.tables import name_block_unit
from streamwer.reports import machine
from streamwer.reports.capacities import build_sections
from streamwer.reports.comparison import Comparison
from streamwer.reports.provenance import find_normaliser, format_confidence
from streamwer.text.languages import AUTO

_MAX_ROWS = 3
"""Unused rows that are named; rows.json beside the data set lists all of them."""


def describe_intervals(comparison: Comparison) -> str:
    """Say how the intervals were computed."""
    count, noun = count_blocks(comparison)
    if count == 1:
        return f"There are no intervals: they need more than one {noun} (docs/statistics.md)."
    blocks = format_count(count, noun)
    return (
        f"Intervals: {format_confidence(comparison)}, from leaving out each of {blocks}"
        " in turn; those of differences are paired and hold for all systems at once"
        " (docs/statistics.md)."
    )


def list_limits(comparison: Comparison) -> list[str]:
    """List what this comparison cannot tell."""
    return [
        *describe_unused_rows(comparison),
        *_blocks(comparison),
        *_untimed(comparison),
        *_languages(comparison),
        *_language_mismatches(comparison),
        *_estimated_word_times(comparison),
        *_measured_at_client(comparison),
        *_clock(comparison),
        _queued(comparison),
        "Only the intervals of ΔWER hold together. One in twenty of the others misses the true"
        " value, and slices have none: treat small differences there as noise.",
        *_word_times(comparison),
    ]


def _word_times(comparison: Comparison) -> Iterator[str]:
    if comparison.has_word_times:
        origin = str(comparison.provenance.get("word times", ""))
        which = f" ({origin})" if origin else ""
        yield f"Latencies are only as exact as the word times{which}."


def _queued(comparison: Comparison) -> str:
    where = "only in “Calls at once”" if build_sections(comparison) else "not included"
    return f"Each call has its own worker: queueing between simultaneous calls is {where}."


def count_blocks(comparison: Comparison) -> tuple[int, str]:
    """Count the blocks of the intervals, and name them: speaker or recording."""
    tables = [system.scores.recordings for system in comparison.systems]
    noun = name_block_unit(tables[0]) if tables else "speaker"
    return len({speaker for table in tables for speaker in table["speaker"]}), noun


def _blocks(comparison: Comparison) -> Iterator[str]:
    count, noun = count_blocks(comparison)
    if noun != "speaker":
        yield (
            "The data set names no speaker, so recordings count as independent. If a speaker has"
            " several recordings, every interval is too short (dataset.columns.speaker)."
        )
    warning = describe_few_blocks(count, noun)
    if warning and count > 1:
        yield f"{warning[0].upper()}{warning[1:]}."


def describe_unused_rows(comparison: Comparison) -> Iterator[str]:
    """Say how many rows of the data set are in no figure, or only in part."""
    reasons, notes = comparison.unused.reasons, comparison.unused.notes
    rows = format_count(comparison.unused.rows, "row")
    if reasons:
        yield (
            f"{len(reasons)} of {rows} of the data set could not be used and are in no figure"
            f" ({_first(reasons)})."
        )
    if notes:
        yield f"{len(notes)} of {rows} of the data set cannot be scored in full ({_first(notes)})."


def _first(rows: Sequence[tuple[str, str]]) -> str:
    shown = "; ".join(f"{where}: {reason}" for where, reason in rows[:_MAX_ROWS])
    return f"{shown}; and {len(rows) - _MAX_ROWS} more, in rows.json" if rows[_MAX_ROWS:] else shown


def _untimed(comparison: Comparison) -> Iterator[str]:
    for scores in (system.scores for system in comparison.systems[:1]):
        without = len(scores.recordings) - select_timed_words(scores.words)["recording"].nunique()
        if without:
            yield (
                f"{format_count(without, 'recording')} of {len(scores.recordings)} have no word"
                " times: they count in WER, but not in latency."
            )


def _languages(comparison: Comparison) -> Iterator[str]:
    """Say what the total rates hide where they pool several languages or units."""
    for recordings in (system.scores.recordings for system in comparison.systems[:1]):
        empty = pd.Series("", index=recordings.index)  # old tables have no such column
        spoken = recordings.get("language", empty).replace("", UNKNOWN_LANGUAGE)
        several = spoken.nunique() > 1
        if several:
            yield (
                f"The total rates pool {spoken.nunique()} languages, weighted by their number of"
                " words: compare by language, under Slices."
            )
        unspaced = [
            name
            for name, rows in recordings.groupby(spoken)
            if is_mostly_unspaced(rows["reference"])
        ]
        which = ", ".join(f"“{name}”" for name in unspaced) if several else "What was said"
        rule = find_normaliser(comparison).signature.partition("@")[0]
        if unspaced and rule in ("multilingual", "by_language"):
            yield f"{which} is written without spaces: each of its characters counts as a word."
        elif unspaced:
            yield (
                f"{which} is written without spaces, and the normaliser “{rule}” counts the text"
                " between two punctuation marks as one word: use the CER, or score with"
                " scoring=multilingual."
            )


def _language_mismatches(comparison: Comparison) -> Iterator[str]:
    """Name the models that were set to another language than that of some recordings."""
    mismatches: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for system in comparison.systems:
        model = system.config.get("model", {})
        chosen = model.get("language", "") if isinstance(model, Mapping) else ""
        spoken = set(system.scores.recordings.get("language", ()))
        others = sorted(name for name in spoken if parse_code(name) not in ("", parse_code(chosen)))
        if chosen not in ("", AUTO) and others:
            mismatches.setdefault((chosen, tuple(others)), []).append(system.summary.name)
    for (chosen, unexpected), systems in mismatches.items():
        which = ", ".join(map("“{}”".format, unexpected))
        yield (
            f"{', '.join(systems)} took every recording for “{chosen}” (model.language), those in"
            f" {which} too: run one language at a time."
        )


def _estimated_word_times(comparison: Comparison) -> Iterator[str]:
    """Name the systems whose server gives no word times, as the engine notes in the log."""
    for summary in (system.summary for system in comparison.systems):
        source = str(summary.machine.get("word_times", ""))
        if source.startswith("spread"):
            yield (
                f"The server behind {summary.name} gave no word times: they were {source}, and its"
                " policy relied on them."
            )


def _measured_at_client(comparison: Comparison) -> Iterator[str]:
    """Name the systems that are servers, and say what is not known of them."""
    facts = {s.summary.name: s.summary.machine for s in comparison.systems}
    servers = {name: each for name, each in facts.items() if each.get("server_network")}
    if servers:
        where = "; ".join(f"{name} over {each['server_network']}" for name, each in servers.items())
        yield (
            f"Servers are measured at the client: {where}. Their compute is not known, so that"
            " their ideal latency is that with compute. Audio is sent in chunks, which add up to"
            " their length to every latency."
        )
    for name, each in servers.items():
        if int(each.get("commit_violations", 0)):
            yield f"{name} changed {each['commit_violations']} words that it had declared final."


def _clock(comparison: Comparison) -> Iterator[str]:
    if comparison.clock == "unaware":
        yield "Compute time is not counted: on a real machine every latency is larger."
    if machine.measures_compute(comparison):
        yield (
            "Latencies include the compute time of this machine; they differ on another or a busy"
            " one."
        )
    by_network = [name for name, network in comparison.conditions.items() if network]
    if not by_network:
        yield "No latency includes the network between caller and recogniser."
    else:
        yield (
            "Latencies include the network between caller and recogniser only under these"
            f" conditions: {', '.join(by_network)}."
        )
