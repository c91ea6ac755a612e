"""Settings: the values of a configuration record, each declared once with its help and bounds.

A record is a dataclass. `setting` declares one of its values; the command line's help, the checks
of a configuration and the defaults of `conf/` all follow from that one line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from itertools import pairwise
from typing import Any

from streamwer.errors import ConfigError

_DECLARED = "setting"


@dataclass(frozen=True)
class Declaration:
    """What `setting` says of a value besides its default.

    Attributes:
        help: one line for a user.
        unit: in words, such as "seconds"; empty for a plain number.
        at_least: the smallest value; `above` excludes the bound itself. Of a list, each value's.
        at_most: the largest value; `below` excludes the bound itself.
        one_of: the only values there are.
        valid: whether a value can be used, where bounds do not say it.
        remedy: what is said of a value that is not `valid`.
        secret: whether a wrong value is not shown, because it may be a key or a password.
    """

    help: str = ""
    unit: str = ""
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    one_of: Sequence[Any] | None = None
    valid: Callable[[Any], bool] | None = None
    remedy: str = ""
    secret: bool = False

    def has_bounds(self) -> bool:
        """Tell whether any value would be refused."""
        bounds = (self.at_least, self.above, self.at_most, self.below, self.one_of, self.valid)
        return any(bound is not None for bound in bounds)

    def allows(self, value: Any) -> bool:
        """Tell whether a value can be used; of a list, whether each can, and there is one."""
        if self.valid:
            return bool(self.valid(value))
        if self.one_of is not None:
            return bool(value in self.one_of)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return bool(value) and all(map(self.allows, value))
        # Written so that NaN is never inside.
        return bool(
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
            and math.isfinite(value)
        )

    def describe(self, *, kind: str = "") -> str:
        """Return the remedy for a value that is not allowed: "must be at least 0".

        Args:
            kind: the declared type, such as "float | None".
        """
        if self.valid:
            return self.remedy
        if self.one_of is not None:
            return f"must be one of {', '.join(map(str, self.one_of))}"
        text = self._describe_range()
        if "float" in kind and self.at_most is None and self.below is None:
            text += " and finite"
        many = "one or more numbers " if kind.startswith("list") else ""
        return f"must be {many}{text}" + (", or null" if "None" in kind else "")

    def _describe_range(self) -> str:
        if self.at_least is not None and self.at_most is not None:
            return f"between {self.at_least:g} and {self.at_most:g}"
        bounds = {
            "at least": self.at_least,
            "above": self.above,
            "at most": self.at_most,
            "below": self.below,
        }
        return " and ".join(
            f"{word} {bound:g}" for word, bound in bounds.items() if bound is not None
        )


@dataclass(frozen=True)
class SettingField:
    """One value of a record, as declared.

    Attributes:
        key: its name in the configuration.
        kind: its type, as the text of the annotation.
        default: `dataclasses.MISSING` if there is none.
    """

    key: str
    kind: str
    default: Any
    declaration: Declaration

    @property
    def help(self) -> str:
        """The help with its unit, as in "longest window, seconds"."""
        return ", ".join(filter(None, (self.declaration.help, self.declaration.unit)))


def setting(default: Any, help: str, *, unit: str = "", **bounds: Any) -> Any:
    """Declare a value of a configuration record.

    A subclass that only changes the default writes `key: type = default` and inherits the rest.

    Args:
        default: a list becomes a fresh list for each record.
        help: what it is, in one line, without its unit.
        unit: in words, such as "seconds".
        **bounds: those of `Declaration`, such as `at_least=0` or `one_of=("a", "b")`.
    """
    metadata = {_DECLARED: Declaration(help, unit, **bounds)}
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def list_settings(record: Any) -> list[SettingField]:
    """List the settings of a record, or of its class, in the order of its fields."""
    owner = record if isinstance(record, type) else type(record)
    return [
        SettingField(
            each.name, _read_kind(each), _read_default(each), _find_declaration(owner, each)
        )
        for each in fields(owner)
    ]


def list_public_values(record: Any) -> dict[str, Any]:
    """List the values of a record by key, without those that are declared secret."""
    return {
        each.key: getattr(record, each.key)
        for each in list_settings(record)
        if not each.declaration.secret
    }


def check_settings(group: str, record: Any) -> None:
    """Refuse the first value of a record that is out of its bounds.

    A record whose values must also fit each other has a method `check_relations(group)`.

    Args:
        group: the configuration group or path, such as "policy" or "condition.noise".
        record: an instance of a dataclass.

    Raises:
        ConfigError: there is one; it names `group.key=value` and what the value must be.
    """
    for each in list_settings(record):
        value, declared = getattr(record, each.key), each.declaration
        optional = value is None and "None" in each.kind
        if optional or not declared.has_bounds() or declared.allows(value):
            continue
        shown = "" if declared.secret else f"={value}"
        raise ConfigError(f"{group}.{each.key}{shown} {declared.describe(kind=each.kind)}")
    if check_relations := getattr(record, "check_relations", None):
        check_relations(group)


def check_order(group: str, record: Any, *keys: str, strict: bool = False) -> None:
    """Refuse values of a record that do not ascend.

    Args:
        group: the configuration group, such as "policy".
        record: an instance of a dataclass.
        *keys: of the values, from the smallest to the largest.
        strict: whether two of them may not be equal.

    Raises:
        ConfigError: two do not; both are named.
    """
    for low, high in pairwise(keys):
        least, most = getattr(record, low), getattr(record, high)
        if not (least < most or (least == most and not strict)):
            must = "below" if strict else "at most"
            raise ConfigError(f"{group}.{low}={least} must be {must} {group}.{high}={most}")


def _find_declaration(owner: type, of: Field[Any]) -> Declaration:
    """Find what the class, or the nearest one that it derives from, declares of a field."""
    for base in owner.__mro__:
        known: dict[str, Field[Any]] = vars(base).get("__dataclass_fields__", {})
        if of.name in known and _DECLARED in known[of.name].metadata:
            declared: Declaration = known[of.name].metadata[_DECLARED]
            return declared
    return Declaration(help=str(of.metadata.get("help", "")))


def _read_default(of: Field[Any]) -> Any:
    return of.default if of.default_factory is MISSING else of.default_factory()


def _read_kind(of: Field[Any]) -> str:
    return of.type.__name__ if isinstance(of.type, type) else str(of.type)
