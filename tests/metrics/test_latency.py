"""Word emission latency by hand."""

from __future__ import annotations

import math

from tests.metrics.test_entities import hear


def test_word_emission_latency_is_the_mean_of_the_words_that_were_recognised() -> None:
    figures = hear("hello it", "hello it is").figures
    assert figures["word_emission_latency"] == ((10 - 1) + (10 - 2), 2)
    assert math.isnan(hear("hello", "hello", timed=False).figures["word_emission_latency"].value)
