"""What the numbers mean, and what they do not: the words below the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from streamwer.analysis import formatting
from streamwer.config.languages import code_of
from streamwer.metrics.slices import UNSAID, mostly_unspaced
from streamwer.metrics.stats.intervals import caution
from streamwer.metrics.summary import timed
from streamwer.metrics.tables import block_noun
from streamwer.provenance import contention
from streamwer.reports import machine
from streamwer.reports.comparison import Comparison
from streamwer.reports.provenance import confidence, policy, scoring_normaliser
from streamwer.text.languages import AUTO

_SHOWN = 3
"""So many rows that were not used are named; a list of all lies beside the data set."""


class Definition(NamedTuple):
    """A term and its meaning."""

    term: str
    meaning: str


DEFINITIONS = (
    Definition(
        "WER",
        "Word error rate: substituted, deleted and inserted words per word said, summed over all"
        " recordings first and divided then, after the normaliser named under provenance.",
    ),
    Definition(
        "ΔWER",
        "A system’s WER minus the baseline’s on the same recordings. The intervals of all systems"
        " hold the truth at once, and each decides: a difference is shown where it leaves out 0,"
        " “none that matters” is said where all of it is smaller than what the config calls the"
        " smallest difference that matters, and everything else is not decided.",
    ),
    Definition(
        "Commit latency",
        "From the end of a spoken word to the update that made it final. Each word said counts"
        " once; half of them are final within the p50. Compute and backlog are included as the"
        " clock counts them. Negative values are kept.",
    ),
    Definition(
        "Ideal commit latency",
        "The same without queueing and compute of the step that committed the word: what the policy"
        " waits for and holds back.",
    ),
    Definition(
        "Latency by cause",
        "Commit latency in four parts that add up to it. Waiting for audio: until the first step"
        " that could hear the whole word. Held back: until the step that committed it could begin."
        " Queued: until it did begin. Computing: until its text was there.",
    ),
    Definition(
        "Lag",
        "From the end of the audio that a step heard to its text. Its slope, in milliseconds per"
        " second of audio, is above 0 for a system that falls further behind as it listens.",
    ),
    Definition(
        "First shown",
        "From the end of a spoken word to the first update that showed it at its place and from"
        " which it stayed, as normalised words are compared; beside it, with case and punctuation.",
    ),
    Definition(
        "First text, finalisation",
        "From the end of the first word to the first text on screen, and from the end of the last"
        " word to the last commit; one value per recording.",
    ),
    Definition(
        "Coverage and words never emitted",
        "A word that was said but has no counterpart in the transcript is infinitely late. It"
        " stays in every percentile, which is “never” once so many words are missing. Coverage is"
        " the share that did come; a word recognised as another one did.",
    ),
    Definition(
        "Erasure",
        "Shown words that were taken back, per word of the final text (normalised erasure), as"
        " normalised words are compared; beside it, with case and punctuation."
        " Committed words are never taken back.",
    ),
    Definition(
        "Invented",
        "Words that were heard where nobody speaks, per minute of it: in recordings with an empty"
        " transcript, and where words have times in stretches of a second or longer without one.",
    ),
    Definition(
        "RTF",
        "Real-time factor: seconds of compute per second of audio, measured on one worker"
        " whatever the clock made of it.",
    ),
    Definition(
        "Calls at once",
        "The most calls that one worker serves with every demand of the service level met, while"
        " they wait for each other: the median over seeds of the arrivals, and as interval the"
        " smallest and the largest. A word that never comes is infinitely late.",
    ),
    Definition(
        "n too small",
        "p95 needs 72 events and p99 needs 368, or the interval’s upper end would be unknown.",
    ),
)


def intervals(comparison: Comparison) -> str:
    """How the intervals were made."""
    count, noun = blocks(comparison)
    return (
        f"{confidence(comparison)} intervals from leaving out each of {formatting.count(count, noun)}"
        " in turn, with Student’s t; paired with the baseline for ΔWER, whose intervals for all"
        " systems hold at once. What they promise: docs/statistics.md."
    )


def offline_note(comparison: Comparison) -> str:
    """What the latency of a system that waits for the end is; "" where there is none."""
    names = [s.summary.name for s in comparison.systems if policy(s) == "offline"]
    if not names:
        return ""
    return (
        f"A note on {' and '.join(names)}: it hears each call to its end before it writes a word,"
        " so its latency is the time to the end of the call."
    )


def busy(comparison: Comparison) -> list[str]:
    """Which systems were timed while something else computed on the machine."""
    told = ((s.summary.name, contention.busy(s.summary.machine)) for s in comparison.systems)
    return [
        f"{name} was {how}; its real-time factor and its latencies are larger for it."
        for name, how in told
        if how
    ]


def limits(comparison: Comparison) -> list[str]:
    """What this comparison cannot tell."""
    return [
        *unused(comparison),
        *_blocks(comparison),
        *_untimed(comparison),
        *_languages(comparison),
        *_other_languages(comparison),
        *_spread(comparison),
        *_clock(comparison),
        _queued(comparison),
        "Only the intervals of ΔWER hold at once; of the others one in twenty misses, and slices"
        " have none: read small differences there as noise.",
        "Word times are only as exact as the data set’s; an error there moves every latency.",
    ]


def _queued(comparison: Comparison) -> str:
    where = "in “Calls at once” only" if comparison.capacities else "not in it"
    return f"Each call has a worker to itself: queueing between simultaneous calls is {where}."


def blocks(comparison: Comparison) -> tuple[int, str]:
    """How many blocks the intervals rest on, and what they are: speakers or recordings."""
    tables = [system.scores.recordings for system in comparison.systems]
    noun = block_noun(tables[0]) if tables else "speaker"
    return len({each for table in tables for each in table["speaker"]}), noun


def _blocks(comparison: Comparison) -> Iterator[str]:
    count, noun = blocks(comparison)
    if noun != "speaker":
        yield (
            "The data set names no speaker, so that recordings count as independent: where a"
            " speaker has several, every interval is too short (dataset.columns.speaker)."
        )
    warning = caution(count, noun)
    if warning:
        yield f"{warning[0].upper()}{warning[1:]}."


def unused(comparison: Comparison) -> Iterator[str]:
    """Rows that are in no figure, or not wholly: a reader must know what the data set has."""
    reasons, noted = comparison.unused.reasons, comparison.unused.notes
    rows = formatting.count(comparison.unused.rows, "row")
    if reasons:
        yield (
            f"{len(reasons)} of {rows} of the data set could not be used and are in no figure"
            f" ({_first(reasons)})."
        )
    if noted:
        yield f"{len(noted)} of {rows} of the data set cannot be scored in full ({_first(noted)})."


def _first(rows: Sequence[tuple[str, str]]) -> str:
    shown = "; ".join(f"{where}: {reason}" for where, reason in rows[:_SHOWN])
    return f"{shown}; and {len(rows) - _SHOWN} more, in rows.json" if rows[_SHOWN:] else shown


def _untimed(comparison: Comparison) -> Iterator[str]:
    for scores in (system.scores for system in comparison.systems[:1]):
        without = len(scores.recordings) - timed(scores.words)["recording"].nunique()
        if without:
            yield (
                f"{formatting.count(without, 'recording')} of {len(scores.recordings)} have no word"
                " times: they count in WER, but not in latency."
            )


def _languages(comparison: Comparison) -> Iterator[str]:
    """What the rates of the whole hide where several languages, or units, are counted together."""
    for recordings in (system.scores.recordings for system in comparison.systems[:1]):
        unsaid = pd.Series("", index=recordings.index)  # old tables have no such column
        spoken = recordings.get("language", unsaid).replace("", UNSAID)
        several = spoken.nunique() > 1
        if several:
            yield (
                f"The rates of the whole pool {spoken.nunique()} languages, and those of which more"
                " was said weigh more: compare by language, under Slices."
            )
        found = [name for name, rows in recordings.groupby(spoken) if _unspaced(rows)]
        which = ", ".join(f"“{name}”" for name in found) if several else "What was said"
        rule = scoring_normaliser(comparison).signature.partition("@")[0]
        if found and rule in ("multilingual", "by_language"):
            yield f"{which} is written without spaces: each of its characters counts as a word."
        elif found:
            yield (
                f"{which} is written without spaces, and the normaliser “{rule}” takes what stands"
                " between two punctuation marks for a word: look at the CER, or score it with"
                " scoring=multilingual."
            )


def _other_languages(comparison: Comparison) -> Iterator[str]:
    """Where models were told to expect another language than the recording's."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for system in comparison.systems:
        model = system.config.get("model", {})
        told = model.get("language", "") if isinstance(model, Mapping) else ""
        spoken = set(system.scores.recordings.get("language", ()))
        others = sorted(name for name in spoken if code_of(name) not in ("", code_of(told)))
        if told not in ("", AUTO) and others:
            found.setdefault((told, tuple(others)), []).append(system.summary.name)
    for (told, unlike), systems in found.items():
        which = ", ".join(map("“{}”".format, unlike))
        yield (
            f"{', '.join(systems)} took every recording for “{told}” (model.language), those in"
            f" {which} too: run one language at a time."
        )


def _unspaced(recordings: pd.DataFrame) -> bool:
    return mostly_unspaced(recordings["reference"])


def _spread(comparison: Comparison) -> Iterator[str]:
    """Where a served model says nothing of times: a fact that the engine notes of the run."""
    for summary in (system.summary for system in comparison.systems):
        told = str(summary.machine.get("word_times", ""))
        if told.startswith("spread"):
            yield (
                f"The server behind {summary.name} gave no word times: they were {told}, and its"
                " policy had to decide by them."
            )


def _clock(comparison: Comparison) -> Iterator[str]:
    if comparison.clock == "unaware":
        yield "Compute counts as no time: on a real machine every latency is larger."
    if machine.is_timed(comparison):
        yield (
            "Latencies hold the compute time of the machine that ran this; on another machine, or"
            " a busy one, they differ."
        )
    by_network = [name for name, network in comparison.conditions.items() if network]
    if not by_network:
        yield "The network between caller and recogniser is not in any latency."
    else:
        yield (
            "Of the network between caller and recogniser, latencies hold what these conditions"
            f" say of it: {', '.join(by_network)}."
        )
