"""Who speaks: espeak-ng accents and voice variants, some kept for the corpus alone."""

from __future__ import annotations

import random

from lab.reference.speech import Voice
from streamwer.errors import DatasetError

ACCENTS = (
    "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-us-nyc en-029 en-gb-x-gbcwmd".split()
)
TRAINING_VARIANTS = (
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Andrea Alex Annie adam anika aunty belinda benjamin"
    " boris caleb edward gene grandma grandpa ed iven jacky john kaukovalta linda marcelo max"
    " michel miguel norbert pablo paul pedro quincy rob robert sandro shelby steph travis victor"
    " zac"
).split()
CORPUS_VARIANTS = (
    "Denis Hugo Henrique Michael Mike Nguyen Tweaky Lee Mario Gene2 antonio Alicia david Diogo"
    " gustave"
).split()


def training_voice(rng: random.Random) -> Voice:
    """A random voice that the corpus never uses."""
    name = rng.choice(ACCENTS)
    if rng.random() < 0.95:
        name += "+" + rng.choice(TRAINING_VARIANTS)
    return Voice(name, rng.randint(130, 210), rng.randint(25, 75), rng.randint(20, 80))


def corpus_voices(count: int, seed: int) -> list[Voice]:
    """`count` different voices, none of whose variants is heard in training.

    Every variant comes once, in random accents, before one comes again.
    """
    rng = random.Random(seed)
    variants = rng.sample(CORPUS_VARIANTS, len(CORPUS_VARIANTS))
    accents = {variant: rng.sample(ACCENTS, len(ACCENTS)) for variant in variants}
    names = [
        f"{accents[variant][i]}+{variant}" for i in range(len(ACCENTS)) for variant in variants
    ]
    if count > len(names):
        raise DatasetError(f"there are {len(names)} corpus voices, not {count}")
    return [
        Voice(name, rng.randint(140, 190), rng.randint(35, 65), rng.randint(30, 70))
        for name in names[:count]
    ]
