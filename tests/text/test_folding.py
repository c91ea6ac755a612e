"""Case goes by language: İ, ı and ß are letters that Unicode's own rules get wrong or leave."""

from __future__ import annotations

import pytest

from streamwer.text.normalise import get_normaliser


@pytest.mark.parametrize("name", ["basic", "multilingual", "by_language"])
@pytest.mark.parametrize(
    ("language", "one", "other", "same"),
    [
        ("", "İstanbul'da İyi", "istanbul'da iyi", True),
        ("tr", "IŞIK Irmak", "ışık ırmak", True),
        ("tr-TR", "İzmir", "izmir", True),
        ("az", "QIZ", "qız", True),
        ("", "IRMAK", "irmak", True),
        ("tr", "IRMAK", "irmak", False),
        ("de", "Straße GRÜẞE", "STRASSE grüsse", True),
        ("de_AT", "daß", "dass", True),
        ("", "GRÜẞE", "grüße", True),
        ("", "Straße", "STRASSE", False),
    ],
)
def test_words_that_differ_in_case_alone_are_the_same(
    name: str, language: str, one: str, other: str, same: bool
) -> None:
    rule = get_normaliser(name).for_language(language)
    assert (rule.tokenise(one) == rule.tokenise(other)) is same
