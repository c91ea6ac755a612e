"""Word times that no row has: whose they would be, and why they are nobody's."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping

from streamwer.datasets.rows import Unusable
from streamwer.datasets.timed_transcript import Spoken
from streamwer.formats.format_value import told


def unheard(
    spoken: Mapping[tuple[str, str], Spoken], places: Collection[str], sounds: Collection[str]
) -> Iterator[Unusable]:
    """What is to be told of them; nothing of audio that is there and left out itself.

    A file that speaks of many recordings that are not there is one problem: it may be the word
    times of a whole corpus, of which these are some recordings.

    Args:
        spoken: that no row has, by the path of the recording and its channel.
        places: of the recordings that rows have.
        sounds: of all audio.
    """
    named = {posixpath.basename(place): place for place in sorted(places, reverse=True)}
    missing: dict[str, list[str]] = {}
    for (place, channel), said in spoken.items():
        other = named.get(posixpath.basename(place))
        if place in places:
            part = f"channel {told(channel)}" if channel else "the whole"
            yield Unusable(said.where, f"its words are of {part} of '{told(place)}', and no row is")
        elif place in sounds:
            continue
        elif other:
            reason = f"there is no recording '{told(place)}', and '{told(other)}' is another one"
            yield Unusable(said.where, reason)
        else:
            missing.setdefault(said.where, []).append(posixpath.basename(place))
    for where, names in missing.items():
        more = f", nor {len(names) - 1} more that it speaks of" if len(names) > 1 else ""
        reason = f"no audio file of a row is called '{told(names[0])}'{more}"
        yield Unusable(where, f"{reason}; word times go by the names of audio files")
