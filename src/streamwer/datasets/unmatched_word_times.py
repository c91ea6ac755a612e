"""Word times that belong to no row, and why."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping

from streamwer.datasets.rows import RowProblem
from streamwer.datasets.timed_transcript import TimedTranscript
from streamwer.formats.format_value import format_value


def find_unmatched_word_times(
    transcripts: Mapping[tuple[str, str], TimedTranscript],
    places: Collection[str],
    audio: Collection[str],
) -> Iterator[RowProblem]:
    """Find word times that no row uses; those of audio that is left out itself do not count.

    A file that speaks of many recordings that are not there is one problem: it may be the word
    times of a whole corpus, of which these are some recordings.

    Args:
        transcripts: that no row has, by the path of the recording and its channel.
        places: of the recordings that rows have.
        audio: paths of all audio files.
    """
    by_name = {posixpath.basename(place): place for place in sorted(places, reverse=True)}
    missing: dict[str, list[str]] = {}
    for (place, channel), transcript in transcripts.items():
        other = by_name.get(posixpath.basename(place))
        if place in places:
            part = f"channel {format_value(channel)}" if channel else "the whole"
            yield RowProblem(
                transcript.where,
                f"its words are of {part} of '{format_value(place)}', and no row is",
            )
        elif place in audio:
            continue
        elif other:
            pair = f"'{format_value(place)}', and '{format_value(other)}'"
            reason = f"there is no recording {pair} is another one"
            yield RowProblem(transcript.where, reason)
        else:
            missing.setdefault(transcript.where, []).append(posixpath.basename(place))
    for where, names in missing.items():
        more = f", nor {len(names) - 1} more that it speaks of" if len(names) > 1 else ""
        reason = f"no audio file of a row is called '{format_value(names[0])}'{more}"
        yield RowProblem(where, f"{reason}; word times go by the names of audio files")
