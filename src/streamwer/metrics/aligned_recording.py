"""One recording: the reference, the transcript, and how both are aligned."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from streamwer.config.scoring import ScoringConfig
from streamwer.metrics.compounds import respace_tokens
from streamwer.metrics.time_alignment import TimedTokens, align_words_by_time
from streamwer.metrics.timeline import find_emissions
from streamwer.metrics.tokens import attribute_tokens, normalise_word
from streamwer.metrics.turns import measure_turns
from streamwer.metrics.word_table import build_word_rows
from streamwer.text.alternatives import choose_readings
from streamwer.text.normalise import Normaliser
from streamwer.text.word_alignment import Pair, align_words
from streamwer.text.words import join_scripts, join_words
from streamwer.types import Reference, Step, Word


class AlignedRecording:
    """A recording's reference and transcript, aligned: what metrics are computed from.

    Attributes:
        reference: the reference, in the reading that is nearest to the transcript.
        steps: of the recording; none if it failed.
        normaliser: of its language.
        emissions: the committed words.
        reference_tokens: the normalised reference.
        hypothesis_tokens: the normalised transcript.
        pairs: how these are aligned.
        rows: of the words table, by column.
        turns: of the reference, and when the system said that each had ended.
    """

    def __init__(
        self,
        reference: Reference,
        steps: Sequence[Step],
        normaliser: Normaliser,
        turn_pause_s: float = ScoringConfig.turn_pause_s,
    ) -> None:
        self.steps = steps
        self.normaliser = normaliser = normaliser.for_language(reference.language)
        self.emissions = find_emissions(steps, partial(normalise_word, normaliser))
        words = [emission.word.text for emission in self.emissions]
        self.text, text = join_words(words), join_scripts(words)
        self.reference = reference = _choose_reading(reference, text, normaliser)
        raw = [word.text for word in reference.words] or [reference.text]
        self.reference_tokens = attribute_tokens(join_scripts([reference.text]), raw, normaliser)
        self.hypothesis_tokens = attribute_tokens(text, words, normaliser)
        if normaliser.matches_compounds:
            self.hypothesis_tokens = respace_tokens(self.reference_texts, self.hypothesis_tokens)
        self.pairs = self._align()
        self.rows = build_word_rows(
            reference,
            self.reference_tokens,
            self.hypothesis_tokens,
            self.pairs,
            self.emissions,
            steps,
        )
        self.turns = measure_turns(reference, steps, turn_pause_s)
        self.rows["end_of_turn_delay"] = self._place_turn_delays()

    @property
    def reference_texts(self) -> list[str]:
        """Texts of the reference's tokens."""
        return [token.text for token in self.reference_tokens]

    @property
    def hypothesis_texts(self) -> list[str]:
        """Texts of the transcript's tokens."""
        return [token.text for token in self.hypothesis_tokens]

    def iterate_inserted_words(self) -> Iterator[Word]:
        """Yield the committed words that the alignment inserts."""
        for pair in self.pairs:
            if pair.reference is None and pair.hypothesis is not None:
                yield self.emissions[self.hypothesis_tokens[pair.hypothesis].last].word

    def _place_turn_delays(self) -> NDArray[np.float64]:
        """Return the delay of each turn, on the row of its last token."""
        delays = [math.nan for _ in (*self.reference_tokens, "insertions")]
        firsts = [token.first for token in self.reference_tokens]
        for turn in self.turns:
            at = bisect_right(firsts, turn.words[-1]) - 1
            if at >= 0 and self.reference_tokens[at].last in turn.words:
                delays[at] = turn.delay
        rows = [-1 if pair.reference is None else pair.reference for pair in self.pairs]
        return np.array(delays)[rows]

    def _align(self) -> list[Pair]:
        words = self.reference.words
        if not words:
            return align_words(self.reference_texts, self.hypothesis_texts)
        ends = [words[token.last].end for token in self.reference_tokens]
        emissions = [self.emissions[token.last] for token in self.hypothesis_tokens]
        # When the recogniser says that a word ended; without times, where it was shown.
        estimates = [each.word.end or each.shown.audio_end for each in emissions]
        return align_words_by_time(
            TimedTokens(self.reference_texts, ends), TimedTokens(self.hypothesis_texts, estimates)
        )


def _choose_reading(reference: Reference, transcript: str, normaliser: Normaliser) -> Reference:
    """Choose the reading of optional words and alternatives that is nearest to a transcript."""
    if reference.words or not reference.readings:
        return reference
    tokens = normaliser.tokenise(transcript)
    (text,) = choose_readings([reference.readings], tokens, normaliser.tokenise)
    return replace(reference, text=text)
