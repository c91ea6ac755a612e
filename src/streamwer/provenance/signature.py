"""What identifies a score: how it was measured, and what it was measured of.

Two results are comparable where they were measured alike. What they were measured of is what a
comparison is about, and may differ in everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeVar

from streamwer.errors import LogError

SCHEMA = 1
UNKNOWN = "?"
"""What a log does not tell."""
NONE = "none"
"""Of a digest: there is nothing to digest. Of hardware: the clock does not measure it."""

ALONE = "alone"
"""The load of a run that says nothing of one."""

Figure = Literal["wer", "latency"]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """What is compared: it differs between the systems of one report on purpose.

    Attributes:
        policy: its name and values, "local_agreement(agreement=2,chunk_s=1,…)".
        engine: its name and values.
        model: its name and a digest of the files that were loaded, "tiny_en@0123456789ab".
        language: that the model was told to expect.
        device: what the model ran on: cpu, cuda or auto.
        compute_type: number type of the computation.
        packages: name and version of each package that shapes what is said.
    """

    policy: str = UNKNOWN
    engine: str = UNKNOWN
    model: str = UNKNOWN
    language: str = UNKNOWN
    device: str = UNKNOWN
    compute_type: str = UNKNOWN
    packages: tuple[tuple[str, str], ...] = ()

    def package(self, name: str) -> str:
        """Version of a package."""
        return dict(self.packages).get(name, UNKNOWN)


@dataclass(frozen=True)
class Run:
    """What a log records of the run that wrote it, the same on every machine.

    Attributes:
        subject: what ran.
        clock: how compute became time: its name, and its values where it has any.
        threads: of one model.
        audio: digest of the samples that were played.
        load: what else the worker had to do: its name and values; "alone" for nothing.
    """

    subject: Subject = Subject()
    clock: str = UNKNOWN
    threads: str = UNKNOWN
    audio: str = UNKNOWN
    load: str = ALONE

    def to_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return _told_load({**asdict(self), "subject": _plain(self.subject)})

    @classmethod
    def from_dict(cls, values: Values) -> Run:
        """What `to_dict` gave; keys that it lacks are unknown, and strange ones are ignored."""
        return cls(**_known(cls, values) | {"subject": _subject(values.get("subject", {}))})


@dataclass(frozen=True)
class Method:
    """How it is measured: where this differs, so do the figures, whatever is compared.

    Attributes:
        audio: digest of the samples that were played.
        references: digest of the reference texts, their recordings, speakers and conditions.
        times: digest of the reference words' times.
        normaliser: what counts as the same word, "basic@0.1.15+1".
        scorer: what aligns and counts.
        pooling: how counts and latencies of recordings become one figure.
        clock: how compute became time.
        threads: of one model.
        workers: that shared the machine.
        hardware: processor and cores; "none" where the clock does not measure them.
        load: what else a worker had to do while it served a call; "alone" for nothing.
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
    """What identifies a score.

    Attributes:
        method: how it was measured: decides whether two results are comparable.
        subject: what it was measured of: decides nothing.
        streamwer: version of the program that scored. It decides nothing: a version that moves
            scores has another normaliser or scorer version.
    """

    method: Method
    subject: Subject
    streamwer: str = UNKNOWN

    def line(self) -> str:
        """Everything in one line, to be printed beside a score."""
        return "|".join(f"{key}:{str(value).replace('|', '/')}" for key, value in self._parts())

    def _parts(self) -> Iterator[tuple[str, str]]:
        method, subject = self.method, self.subject
        yield "streamwer", self.streamwer
        yield "norm", method.normaliser
        yield "scorer", method.scorer
        yield "pool", method.pooling
        yield "clock", method.clock
        yield "load", method.load
        yield from _pairs(subject, "policy", "engine", "model", "language", "device")
        yield "compute", subject.compute_type
        yield from _pairs(method, "threads", "workers", "hardware")
        yield from _pairs(method, "audio", "references", "times")
        yield (
            "packages",
            ",".join(f"{name}@{number}" for name, number in subject.packages) or UNKNOWN,
        )
        yield "signature", str(SCHEMA)

    def to_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {
            "schema": SCHEMA,
            "streamwer": self.streamwer,
            "method": _told_load(asdict(self.method)),
            "subject": _plain(self.subject),
        }

    @classmethod
    def from_dict(cls, values: Any) -> Signature:
        """What `to_dict` gave.

        Raises:
            LogError: it is of another schema, or not a signature.
        """
        found = values.get("schema") if isinstance(values, dict) else None
        if found != SCHEMA:
            raise LogError(f"signature schema {found}, but this version reads {SCHEMA}")
        try:
            method = Method(**values["method"])
            return cls(method, _subject(values["subject"]), str(values["streamwer"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LogError(f"not a signature ({error})") from error


_LABELS = {"references": "reference texts", "times": "word times"}
_WORDS = ("audio", "references", "normaliser", "scorer", "pooling")
_TIMES = ("times", "clock", "load")
_MACHINE = ("threads", "workers", "hardware")
_UNMEASURED = ("unaware", "profile")


def measures(clock: str) -> bool:
    """Whether a clock lets the machine's own speed into latencies; one not known may do so."""
    return clock.partition("(")[0] not in _UNMEASURED


def reasons(a: Signature, b: Signature, figure: Figure) -> tuple[str, ...]:
    """Why two results are not comparable in this figure; empty if they are.

    A value that only one of them tells is a reason, except for the audio: there, recordings of
    the same names and reference texts are taken for the same. Each reason gives a's value first.
    """
    return tuple(_differences(a.method, b.method, _that_matter(a.method, b.method, figure)))


def changes(a: Signature, b: Signature) -> tuple[str, ...]:
    """In what two results' systems differ: what a comparison of them is about. a's value first."""
    one, other = ({**asdict(each.subject)} for each in (a, b))
    mine, theirs = dict(one.pop("packages")), dict(other.pop("packages"))
    packages = sorted({*mine, *theirs})
    names = [*one, *packages]
    return tuple(
        f"{name}: {_told(first)} against {_told(second)}"
        for name in names
        if (first := (one | mine).get(name, UNKNOWN))
        != (second := (other | theirs).get(name, UNKNOWN))
    )


def _that_matter(a: Method, b: Method, figure: Figure) -> tuple[str, ...]:
    if figure == "wer":
        return _WORDS
    # What a machine has does not matter where neither clock, or only one, looks at it.
    both = measures(a.clock) and measures(b.clock)
    return (*_WORDS, *_TIMES, *(_MACHINE if both else ()))


def _differences(a: Method, b: Method, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        mine, theirs = getattr(a, name), getattr(b, name)
        vouched = name == "audio" and UNKNOWN in (mine, theirs)
        if mine != theirs and not vouched:
            yield f"{_LABELS.get(name, name)}: {_told(mine)} against {_told(theirs)}"


def _told(value: str) -> str:
    return "not known" if value == UNKNOWN else value


def _pairs(record: Method | Subject, *names: str) -> Iterator[tuple[str, str]]:
    for name in names:
        yield name, getattr(record, name)


def _told_load(values: dict[str, Any]) -> dict[str, Any]:
    """Without a load there is nothing to tell, and files stay as they were before there was any."""
    return values if values["load"] != ALONE else {k: v for k, v in values.items() if k != "load"}


def _plain(subject: Subject) -> dict[str, Any]:
    return {**asdict(subject), "packages": dict(subject.packages)}


def _subject(values: Values) -> Subject:
    packages = tuple(sorted(values.get("packages", {}).items()))
    return Subject(**_known(Subject, values) | {"packages": packages})


_Record = TypeVar("_Record", Subject, Run)


def _known(kind: type[_Record], values: Values) -> dict[str, Any]:
    return {each.name: values[each.name] for each in fields(kind) if each.name in values}
