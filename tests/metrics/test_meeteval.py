"""Word errors of the bundled corpus, counted by MeetEval and by us."""

from __future__ import annotations

from functools import cache

import pytest

from streamwer.metrics.error_rate import count_word_errors
from streamwer.metrics.word_errors import WordErrors
from streamwer.text.word_alignment import align_words
from tests.metrics.misheard_calls import calls, misheard

meeteval = pytest.importorskip(
    "meeteval.wer", reason="MeetEval is not installed; `make test` builds it, given a C++ compiler"
)
CALLS = calls()


def theirs(reference: list[str], hypothesis: list[str]) -> WordErrors:
    found = meeteval.siso_word_error_rate(" ".join(reference), " ".join(hypothesis))
    hits = found.length - found.substitutions - found.deletions
    return WordErrors(hits, found.substitutions, found.deletions, found.insertions)


def substitutions(reference: list[str], hypothesis: list[str]) -> tuple[int, int]:
    """Fewest and most substitutions among all alignments with the fewest errors."""

    @cache
    def best(i: int, j: int) -> tuple[int, int, int]:
        """Errors, and fewest and most substitutions, of the first i and j words."""
        if not i or not j:
            return i + j, 0, 0
        wrong = reference[i - 1] != hypothesis[j - 1]
        ways = [
            (best(i - 1, j - 1), wrong, wrong),
            (best(i - 1, j), 1, 0),
            (best(i, j - 1), 1, 0),
        ]
        errors = min(way[0] + cost for way, cost, _ in ways)
        good = [(way, more) for way, cost, more in ways if way[0] + cost == errors]
        fewest = min(way[1] + more for way, more in good)
        return errors, fewest, max(way[2] + more for way, more in good)

    return best(len(reference), len(hypothesis))[1:]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.8])
def test_errors_of_the_corpus_are_meetevals(share: float) -> None:
    clear = 0
    for call, hypothesis in zip(CALLS, misheard(CALLS, share, seed=1), strict=True):
        reference = call.text.split()
        mine = count_word_errors(align_words(reference, hypothesis))
        other = theirs(reference, hypothesis)
        assert mine.errors == other.errors
        assert mine.deletions - mine.insertions == other.deletions - other.insertions
        fewest, most = substitutions(reference, hypothesis)
        assert {mine.substitutions, other.substitutions} <= {*range(fewest, most + 1)}
        if fewest == most:  # else a substitution and a neighbour may count as two other errors
            assert mine == other
            clear += 1
    assert clear >= {0.0: 36, 0.1: 30, 0.3: 15, 0.8: 1}[share]


def test_nothing_said_is_all_deleted_for_both() -> None:
    reference = CALLS[0].text.split()
    assert count_word_errors(align_words(reference, [])) == theirs(reference, [])
