"""Entity errors: names, numbers and codes of the reference that did not come right.

A data set may mark its entities. Else they are found by rule in English references: numbers in
digits or words, words with a capital within a sentence, single letters. Neighbours of one kind are
one entity, up to a punctuation mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from streamwer.formats.entities import locate_entities
from streamwer.metrics.aligned_recording import AlignedRecording
from streamwer.metrics.registry import Display, divide_columns, metric, recording_columns
from streamwer.metrics.tokens import Token, attribute_tokens
from streamwer.text.words import join_scripts, split_words
from streamwer.types import Reference

_NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
    " hundred thousand million billion first second third fourth fifth sixth seventh eighth ninth"
    " tenth twentieth thirtieth double triple".split()
)
_LONE = frozenset(("one", "first", "second", "double"))
"""Numbers that are mostly none by themselves: "this one", "one moment", "wait one second"."""
_NO_NAME = re.compile(r"(I|I['’]\w+|A|OK|Okay)$")
_PUNCTUATION = "\"'’“”()[],.;:?!…"


@recording_columns
def build_entity_columns(recording: AlignedRecording) -> Mapping[str, int]:
    """Count a recording's entities, and those with a word that is missing or wrong."""
    words = [word.text for word in recording.reference.words]
    words = words or split_words(recording.reference.text)
    entities = list(_list_entities(recording.reference, words))
    if not entities:
        return {"entities": 0, "entity_errors": 0}
    tokens: Sequence[Token] = recording.reference_tokens
    if not recording.reference.words:
        text = join_scripts([recording.reference.text])
        tokens = attribute_tokens(text, words, recording.normaliser)
    hits = {pair.reference for pair in recording.pairs if pair.status == "hit"}
    missed = {
        word
        for at, token in enumerate(tokens)
        if at not in hits
        for word in range(token.first, token.last + 1)
    }
    wrong = sum(not missed.isdisjoint(entity) for entity in entities)
    return {"entities": len(entities), "entity_errors": wrong}


metric(
    "entities",
    unit="share of entities",
    better="lower",
    source="ours: names, numbers and codes, as marked or by rule",
    shown=Display(
        "Accuracy",
        13,
        "Entities",
        "names, numbers and codes with a wrong or missing word",
        ".1%",
        sized=True,
    ),
    key="entity_error_rate",
)(divide_columns("entity_errors", "entities"))


def _list_entities(reference: Reference, words: Sequence[str]) -> Iterator[range]:
    if reference.entities is not None:
        return filter(None, locate_entities(reference.entities, words))
    language = re.split("[-_]", reference.language.strip().lower())[0]
    return find_entities(words) if language in ("", "en", "eng", "english") else iter(())


def find_entities(words: Sequence[str]) -> Iterator[range]:
    """Find the entities of a reference: yield the places of the words of each.

    Args:
        words: raw, with case and punctuation as far as the reference has them.
    """
    cased = any(word.islower() for word in words)
    kinds = [_classify(words, at, cased=cased) for at in range(len(words))]
    begin = 0
    for at, kind in enumerate(kinds):
        if at + 1 == len(words) or kinds[at + 1] != kind or words[at][-1:] in ",.;:?!":
            run = {word.strip(_PUNCTUATION).lower() for word in words[begin : at + 1]}
            if kind and not run <= _LONE:
                yield range(begin, at + 1)
            begin = at + 1


def _classify(words: Sequence[str], at: int, *, cased: bool) -> str:
    """Return the kind of a word: "number", "name", or "" for any other."""
    word = words[at].strip(_PUNCTUATION)
    if any(sign.isdigit() for sign in word):
        return "number"
    if word and all(part in _NUMBERS for part in word.lower().split("-")):
        return "number"
    begins = at == 0 or words[at - 1].rstrip("\"'’”)")[-1:] in ".?!:"
    named = cased and word[:1].isupper() and not begins and not _NO_NAME.match(word)
    return "name" if named else ""
