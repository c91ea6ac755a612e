"""Try changed inputs: each is read, or refused in one of our own errors; nothing else may come."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from streamwer.errors import StreamwerError
from tests.fuzz.corpus import Input
from tests.fuzz.mutating import mutate

_KILLED = "its decoder was ended by"


class Failure(NamedTuple):
    """An input that ended in a traceback or a signal: reader, seed, and what it said."""

    name: str
    seed: str
    reason: str


def try_inputs(
    inputs: Sequence[Input], seed: int, cases: int, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Failure]:
    """Read changed inputs, each reader's in turn.

    Args:
        inputs: sound ones.
        seed: of the changes: the same one changes the same.
        cases: how many are read.
        tell: told of each before it is read: it may end the process.
    """
    for case in range(cases):
        each = inputs[(case + seed) % len(inputs)]
        name = f"{seed}:{case}"
        tell(f"{each.name} {name}")
        each.path.write_bytes(mutate(each.contents, random.Random(name)))
        try:
            each.read(each.path)
        except StreamwerError as error:
            if _KILLED in str(error):
                yield Failure(each.name, name, str(error))
        except Exception:  # noqa: BLE001 - that is what is looked for
            yield Failure(each.name, name, traceback.format_exc())
        finally:
            each.path.write_bytes(each.contents)
