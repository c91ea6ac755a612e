"""Signatures of scores: the method of a measurement, and its subject.

Two results are comparable if their methods are the same. Their subjects are what is compared, and
may differ in everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeVar

from streamwer.errors import LogError

SCHEMA = 1
UNKNOWN = "?"
"""A value that a log does not hold."""
NONE = "none"
"""A digest of nothing; hardware that the clock does not measure."""

ALONE = "alone"
"""The load of a run without other work."""

Figure = Literal["wer", "latency"]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """The subject of a measurement: a system, which differs within one report on purpose.

    Attributes:
        policy: its name and values, "local_agreement(agreement=2,chunk_s=1,…)".
        engine: its name and values.
        model: its name and a digest of its files, "tiny_en@0123456789ab".
        language: that was set for the model.
        device: of the model: cpu, cuda or auto.
        compute_type: number type of the computation.
        packages: name and version of each package that shapes the output.
    """

    policy: str = UNKNOWN
    engine: str = UNKNOWN
    model: str = UNKNOWN
    language: str = UNKNOWN
    device: str = UNKNOWN
    compute_type: str = UNKNOWN
    packages: tuple[tuple[str, str], ...] = ()

    def find_package_version(self, name: str) -> str:
        """Return the version of a package."""
        return dict(self.packages).get(name, UNKNOWN)


@dataclass(frozen=True)
class Run:
    """The facts about a run in its event log, the same on every machine.

    Attributes:
        subject: the system that ran.
        clock: name and values of the clock, which turns compute into time.
        threads: of one model.
        audio: digest of the samples.
        load: name and values of the worker's other work; "alone" for none.
    """

    subject: Subject = Subject()
    clock: str = UNKNOWN
    threads: str = UNKNOWN
    audio: str = UNKNOWN
    load: str = ALONE

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return _drop_default_load({**asdict(self), "subject": _subject_to_dict(self.subject)})

    @classmethod
    def from_dict(cls, values: Values) -> Run:
        """Build from the values of `to_dict`; missing keys are unknown, other keys are ignored."""
        return cls(
            **_select_known_fields(cls, values)
            | {"subject": _parse_subject(values.get("subject", {}))}
        )


@dataclass(frozen=True)
class Method:
    """The method of a measurement: where it differs, so do the figures, whatever is compared.

    Attributes:
        audio: digest of the samples.
        references: digest of the reference texts, their recordings, speakers and conditions.
        times: digest of the reference words' times.
        normaliser: name and version, "basic@0.1.15+1".
        scorer: name and version of what aligns and counts.
        pooling: how the counts and latencies of recordings become one figure.
        clock: name and values of the clock, which turns compute into time.
        threads: of one model.
        workers: number of workers that shared the machine.
        hardware: processor and cores; "none" where the clock does not measure them.
        load: name and values of the worker's other work; "alone" for none.
    """

    audio: str = UNKNOWN
    references: str = UNKNOWN
    times: str = UNKNOWN
    normaliser: str = UNKNOWN
    scorer: str = UNKNOWN
    pooling: str = UNKNOWN
    clock: str = UNKNOWN
    threads: str = UNKNOWN
    workers: str = UNKNOWN
    hardware: str = UNKNOWN
    load: str = ALONE


@dataclass(frozen=True)
class Signature:
    """The signature of a score.

    Attributes:
        method: decides whether two results are comparable.
        subject: the system; it decides nothing.
        streamwer: version of the program that scored. It decides nothing: a version that changes
            scores has another normaliser or scorer version.
    """

    method: Method
    subject: Subject
    streamwer: str = UNKNOWN

    def to_line(self) -> str:
        """Return the signature as one line, to print beside a score."""
        return "|".join(
            f"{key}:{str(value).replace('|', '/')}" for key, value in self._list_fields()
        )

    def _list_fields(self) -> Iterator[tuple[str, str]]:
        method, subject = self.method, self.subject
        yield "streamwer", self.streamwer
        yield "norm", method.normaliser
        yield "scorer", method.scorer
        yield "pool", method.pooling
        yield "clock", method.clock
        yield "load", method.load
        yield from _read_fields(subject, "policy", "engine", "model", "language", "device")
        yield "compute", subject.compute_type
        yield from _read_fields(method, "threads", "workers", "hardware")
        yield from _read_fields(method, "audio", "references", "times")
        yield (
            "packages",
            ",".join(f"{name}@{number}" for name, number in subject.packages) or UNKNOWN,
        )
        yield "signature", str(SCHEMA)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "schema": SCHEMA,
            "streamwer": self.streamwer,
            "method": _drop_default_load(asdict(self.method)),
            "subject": _subject_to_dict(self.subject),
        }

    @classmethod
    def from_dict(cls, values: Any) -> Signature:
        """Build a signature from the values of `to_dict`.

        Raises:
            LogError: the values are of another schema, or not a signature.
        """
        schema = values.get("schema") if isinstance(values, dict) else None
        if schema != SCHEMA:
            raise LogError(f"signature schema {schema}, but this version reads {SCHEMA}")
        try:
            method = Method(**values["method"])
            return cls(method, _parse_subject(values["subject"]), str(values["streamwer"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LogError(f"not a signature ({error})") from error


_LABELS = {"references": "reference texts", "times": "word times"}
_WORDS = ("audio", "references", "normaliser", "scorer", "pooling")
_TIMES = ("times", "clock", "load")
_MACHINE = ("threads", "workers", "hardware")
_UNMEASURED = ("unaware", "profile")


def measures_hardware(clock: str) -> bool:
    """Tell whether a clock counts the machine's own speed; an unknown one may."""
    return clock.partition("(")[0] not in _UNMEASURED


def find_incomparable_fields(a: Signature, b: Signature, figure: Figure) -> tuple[str, ...]:
    """Find the fields that make two results not comparable; none if they are comparable.

    A value that only one of them holds is a difference, except for the audio: recordings with the
    same names and reference texts are taken to be the same.

    Args:
        a: signature of the one result.
        b: signature of the other.
        figure: what is compared.

    Returns:
        One text per field, with a's value first.
    """
    return tuple(
        _find_differences(a.method, b.method, _list_relevant_fields(a.method, b.method, figure))
    )


def find_subject_changes(a: Signature, b: Signature) -> tuple[str, ...]:
    """Find the differences between two systems, as texts with a's value first."""
    systems = [asdict(each.subject) for each in (a, b)]
    packages = [dict(each.pop("packages")) for each in systems]
    first, second = (system | versions for system, versions in zip(systems, packages, strict=True))
    return tuple(
        f"{name}: {_format_value(one)} against {_format_value(other)}"
        for name in [*systems[0], *sorted(packages[0].keys() | packages[1].keys())]
        if (one := first.get(name, UNKNOWN)) != (other := second.get(name, UNKNOWN))
    )


def _list_relevant_fields(a: Method, b: Method, figure: Figure) -> tuple[str, ...]:
    if figure == "wer":
        return _WORDS
    # The machine does not matter where not both clocks measure it.
    both = measures_hardware(a.clock) and measures_hardware(b.clock)
    return (*_WORDS, *_TIMES, *(_MACHINE if both else ()))


def _find_differences(a: Method, b: Method, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        first, second = getattr(a, name), getattr(b, name)
        unknown_audio = name == "audio" and UNKNOWN in (first, second)
        if first != second and not unknown_audio:
            label = _LABELS.get(name, name)
            yield f"{label}: {_format_value(first)} against {_format_value(second)}"


def _format_value(value: str) -> str:
    return "not known" if value == UNKNOWN else value


def _read_fields(record: Method | Subject, *names: str) -> Iterator[tuple[str, str]]:
    for name in names:
        yield name, getattr(record, name)


def _drop_default_load(values: dict[str, Any]) -> dict[str, Any]:
    """Drop the load where there is none: files stay as they were before there was this key."""
    return values if values["load"] != ALONE else {k: v for k, v in values.items() if k != "load"}


def _subject_to_dict(subject: Subject) -> dict[str, Any]:
    return {**asdict(subject), "packages": dict(subject.packages)}


def _parse_subject(values: Values) -> Subject:
    packages = tuple(sorted(values.get("packages", {}).items()))
    return Subject(**_select_known_fields(Subject, values) | {"packages": packages})


_Record = TypeVar("_Record", Subject, Run)


def _select_known_fields(kind: type[_Record], values: Values) -> dict[str, Any]:
    return {each.name: values[each.name] for each in fields(kind) if each.name in values}
