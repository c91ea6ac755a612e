"""A signature tells results that were measured alike from those that were not."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamwer.errors import LogError
from streamwer.provenance.signature import (
    NONE,
    UNKNOWN,
    Figure,
    Method,
    Run,
    Signature,
    Subject,
    find_incomparable_fields,
    find_subject_changes,
    measures_hardware,
)

FIGURES: tuple[Figure, ...] = ("wer", "latency")
KNOWN = Signature(
    Method("a1", "r1", "t1", "basic@1+1", "jiwer@4+1", "ratio-of-sums", "measured", "1", "2", "x"),
    Subject("offline", "direct", "tiny@77", "en", "cpu", "int8", (("ctranslate2", "4.6"),)),
    "0.1.0",
)
MATTERS = {
    "wer": {"audio", "references", "normaliser", "scorer", "pooling"},
    "latency": {each.name for each in fields(Method)},
}

values = st.sampled_from(["a", "b", UNKNOWN, NONE])
clocks = st.sampled_from(["measured", "wall", "unaware", "profile(name=x)", "queued", UNKNOWN])
methods = st.builds(Method, **{each.name: values for each in fields(Method)} | {"clock": clocks})
packages = st.dictionaries(st.sampled_from(["ctranslate2", "numpy"]), values)
subjects = st.builds(
    Subject,
    **{each.name: values for each in fields(Subject)}
    | {"packages": packages.map(lambda found: tuple(sorted(found.items())))},
)
signatures = st.builds(Signature, methods, subjects, values)


def change_method(field: str, to: str = "other", of: Signature = KNOWN) -> Signature:
    return replace(of, method=replace(of.method, **{field: to}))


@given(signatures)
def test_a_result_is_comparable_with_itself(signature: Signature) -> None:
    assert all(find_incomparable_fields(signature, signature, figure) == () for figure in FIGURES)
    assert find_subject_changes(signature, signature) == ()


@given(signatures, signatures)
def test_it_does_not_matter_which_result_is_asked(one: Signature, other: Signature) -> None:
    for figure in FIGURES:
        there, back = (
            find_incomparable_fields(one, other, figure),
            find_incomparable_fields(other, one, figure),
        )
        assert [reason.split(":")[0] for reason in there] == [r.split(":")[0] for r in back]


@given(signatures, signatures, subjects)
def test_what_is_compared_is_no_reason(one: Signature, other: Signature, subject: Subject) -> None:
    for figure in FIGURES:
        assert find_incomparable_fields(
            replace(one, subject=subject), other, figure
        ) == find_incomparable_fields(one, other, figure)


@given(signatures, signatures)
def test_latencies_need_all_that_error_rates_need(one: Signature, other: Signature) -> None:
    assert set(find_incomparable_fields(one, other, "wer")) <= set(
        find_incomparable_fields(one, other, "latency")
    )


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("field", [each.name for each in fields(Method)])
def test_each_part_of_the_method_is_a_reason_where_it_matters(field: str, figure: Figure) -> None:
    found = find_incomparable_fields(KNOWN, change_method(field), figure)
    assert len(found) == (field in MATTERS[figure])


def test_a_reason_says_what_the_first_has_against_the_second() -> None:
    assert find_incomparable_fields(change_method("clock", "unaware"), KNOWN, "latency") == (
        "clock: unaware against measured",
    )
    assert find_incomparable_fields(change_method("references", "r2"), KNOWN, "wer") == (
        "reference texts: r2 against r1",
    )


@pytest.mark.parametrize("clock", ["unaware", "profile(hardware=xeon)"])
def test_the_machine_does_not_matter_where_the_clock_does_not_look_at_it(clock: str) -> None:
    here = change_method("clock", clock)
    for field in ("threads", "workers", "hardware"):
        assert find_incomparable_fields(here, change_method(field, of=here), "latency") == ()
    assert not measures_hardware(clock)


def test_two_profiles_are_two_clocks() -> None:
    here, there = (change_method("clock", f"profile(hardware={name})") for name in ("xeon", "m4"))
    assert find_incomparable_fields(here, there, "latency") == (
        "clock: profile(hardware=xeon) against profile(hardware=m4)",
    )


def test_what_a_log_does_not_tell_is_a_reason() -> None:
    assert find_incomparable_fields(change_method("clock", UNKNOWN), KNOWN, "latency") == (
        "clock: not known against measured",
    )


def test_audio_that_a_log_does_not_tell_is_taken_for_that_of_the_references() -> None:
    assert find_incomparable_fields(change_method("audio", UNKNOWN), KNOWN, "wer") == ()
    assert find_incomparable_fields(change_method("audio", "a2"), KNOWN, "wer") == (
        "audio: a2 against a1",
    )


def test_changes_tell_what_a_comparison_is_about() -> None:
    newer = replace(KNOWN.subject, policy="local_agreement(chunk_s=1)", packages=())
    assert find_subject_changes(replace(KNOWN, subject=newer), KNOWN) == (
        "policy: local_agreement(chunk_s=1) against offline",
        "ctranslate2: not known against 4.6",
    )


@given(signatures)
def test_a_signature_survives_json(signature: Signature) -> None:
    assert Signature.from_dict(json.loads(json.dumps(signature.to_dict()))) == signature


@given(subjects, clocks, values)
def test_what_ran_survives_json(subject: Subject, clock: str, value: str) -> None:
    run = Run(subject, clock, value, value)
    assert Run.from_dict(json.loads(json.dumps(run.to_dict()))) == run


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema": 0}, "schema 0, but this version reads 1"),
        ({"method": {"taste": "sweet"}}, "not a signature"),
        ({"method": 3}, "not a signature"),
        ({"subject": []}, "not a signature"),
    ],
)
def test_another_schema_is_refused(change: dict[str, object], problem: str) -> None:
    with pytest.raises(LogError, match=problem):
        Signature.from_dict(KNOWN.to_dict() | change)


def test_the_line_holds_everything() -> None:
    line = KNOWN.to_line()
    assert line.startswith("streamwer:0.1.0|norm:basic@1+1|scorer:jiwer@4+1|pool:ratio-of-sums|")
    parts = dict(part.split(":", 1) for part in line.split("|"))
    told = set(parts.values())
    assert set(asdict(KNOWN.method).values()) <= told
    assert {"offline", "direct", "tiny@77", "en", "cpu", "int8", "ctranslate2@4.6"} <= told
    assert "\n" not in line


def test_a_name_cannot_forge_a_part_of_the_line() -> None:
    bad = replace(KNOWN, subject=replace(KNOWN.subject, model="x|clock:unaware"))
    assert dict(part.split(":", 1) for part in bad.to_line().split("|"))["clock"] == "measured"
