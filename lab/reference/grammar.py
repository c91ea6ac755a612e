"""What callers say: sentences from templates, split for good into training and held-out ones.

Commas are pauses for the synthesiser; the transcript leaves them out.
"""

from __future__ import annotations

import hashlib
import random
import re

_WORDS = {
    "first": "james mary robert linda michael susan david karen sarah thomas nancy daniel lisa mark"
    " helen paul laura george anna peter emma oliver sophie henry alice",
    "last": "smith johnson brown taylor wilson moore clark lewis walker hall young king wright"
    " green baker hill carter mitchell turner parker",
    "city": "london boston chicago denver paris dublin seattle austin toronto berlin madrid sydney"
    " houston portland dallas phoenix",
    "street": "main street|oak avenue|park road|river lane|church street|station road|king street"
    "|garden drive|lake avenue|hill road",
    "item": "laptop phone router printer camera keyboard monitor headset charger tablet package"
    " battery cable watch ticket invoice",
    "color": "red blue green black white silver grey yellow orange purple",
    "month": "january february march april may june july august september october november"
    " december",
    "day": "monday tuesday wednesday thursday friday saturday sunday",
    "problem": "is not working|arrived broken|never arrived|keeps turning off|is too slow"
    "|makes a strange noise|will not connect|was delivered late|is missing a part|does not turn on"
    "|has a cracked screen|lost the signal",
    "adj": "quick small large new old simple difficult important final early late clear strange"
    " heavy cheap expensive careful local public private",
    "noun": "question answer problem message number order account payment service meeting letter"
    " form plan price report contract address password meter",
    "verb": "check change cancel confirm update send open close read write find review collect"
    " return",
    "who": "my wife|my brother|the driver|the manager|the agent|the company|the bank|the doctor"
    "|the customer|my sister|my neighbour",
    "weather": "rain snow sun wind fog",
    "pet": "dog cat horse bird",
    "meal": "breakfast lunch dinner coffee tea",
    "ordinal": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth twentieth thirtieth",
}
WORDS = {
    name: words.split("|") if "|" in words else words.split() for name, words in _WORDS.items()
}

TEMPLATES = {
    "greeting": (
        "hello, my name is {first} {last}",
        "good morning, this is {first} speaking, how can i help you",
        "good afternoon, you are speaking with {first} {last}",
        "hi, this is {first} from {city}",
        "hello, i hope you can help me, my name is {first}",
    ),
    "reason": (
        "i am calling about my {item}, it {problem}",
        "the {color} {item} that i ordered on {day} {problem}",
        "my {item} {problem} and i want a refund",
        "i would like to speak to a manager about this {adj} {noun}",
        "i need to {verb} a {noun} for {month} the {ordinal}",
        "i ordered a {color} {item} in {month} and it {problem}",
        "{who} told me to call you about the {adj} {noun}",
    ),
    "detail": (
        "please {verb} the {noun} before {day}",
        "could you {verb} my {noun} and {verb} the {noun} as well",
        "is there a {adj} way to {verb} the {noun}",
        "they told me that the {noun} was {adj}",
        "that is a {adj} {noun} and i am not happy about it",
        "what is the {adj} {noun} on your {noun}",
        "when will the {noun} be {adj} again",
        "{who} said that the {item} {problem}",
        "we moved from {city} to {city} in {month}",
        "the {noun} for {first} {last} is ready to {verb}",
        "{who} will {verb} the {noun} on {day}",
    ),
    "number": (
        "my account number is {digits8}",
        "the order number is {digits6} and the date is {month} the {ordinal}",
        "my phone number is {digits10}",
        "i paid {n3} dollars for it on the {ordinal} of {month}",
        "the total comes to {n4} dollars and {n2} cents",
        "there are {n2} {color} ones and {n2} {color} ones left",
        "she said the {item} costs {n3} dollars in {city}",
        "the code on the {item} is {digits4}",
    ),
    "address": (
        "i live at {n3} {street} in {city}",
        "can you spell your last name please, it is {last}",
        "please send it to {n2} {street}, {city}",
        "our office in {city} is open from {n1} until {n1}",
        "the new address is {n3} {street} in {city}",
    ),
    "agent": (
        "let me {verb} that for you, one moment please",
        "the delivery is planned for {day}, between {n1} and {n1} in the afternoon",
        "we can send a new {item} to {city} by {day}",
        "please hold the line while i {verb} the {noun}",
        "i have been waiting for {n2} minutes on the line",
        "could you repeat that please",
        "sorry, i did not hear you",
        "yes, that is correct",
        "no, that is not right",
    ),
    "smalltalk": (
        "we had a lot of {weather} in {city} this {month}",
        "{who} has a {color} {pet} and a {adj} garden",
        "i was having {meal} when {who} called me",
        "how is the {weather} in {city} on {day}",
        "i hope you had a {adj} {meal} on {day}",
        "my {pet} does not like the {weather} at all",
    ),
    "closing": (
        "thank you for your help, have a nice {day}",
        "thank you {first}, i will call again on {day}",
        "that is all for now, goodbye",
        "thanks, i will wait for the {noun}, goodbye",
        "please call me back before {day}, thank you",
    ),
}

ONES = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SLOT = re.compile(r"\{(\w+?)(\d*)\}")
_ARTICLE = re.compile(r"\ba (?=[aeiou])")
_HELD_OUT_SHARE = 8  # one sentence in so many never enters training


def number(n: int) -> str:
    """0 ≤ n < 10,000 in words, as callers say it."""
    if n < 10:
        return ONES[n]
    if n < 20:
        return _TEENS[n - 10]
    if n < 100:
        return _TENS[n // 10 - 2] + (f" {ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{ONES[n // 100]} hundred" + (f" and {number(n % 100)}" if n % 100 else "")
    return f"{number(n // 1000)} thousand" + (f" {number(n % 1000)}" if n % 1000 else "")


def digits(rng: random.Random, count: int) -> str:
    """A number read out digit by digit, often in groups with a pause between them."""
    spoken = [
        f"double {rng.choice(ONES)}" if rng.random() < 0.08 else rng.choice([*ONES, "oh"])
        for _ in range(count)
    ]
    size = rng.choice((2, 3, 4, count))
    groups = (spoken[i : i + size] for i in range(0, count, size))
    return ", ".join(" ".join(group) for group in groups)


def sentence(rng: random.Random, kind: str | None = None) -> str:
    """A random sentence of the given kind (any kind by default), with commas for pauses."""
    kind = kind or rng.choices(list(TEMPLATES), weights=[2, 4, 6, 6, 3, 3, 3, 2])[0]
    filled = _SLOT.sub(lambda slot: _fill(rng, slot[1], slot[2]), rng.choice(TEMPLATES[kind]))
    return _ARTICLE.sub("an ", filled)


def _fill(rng: random.Random, name: str, size: str) -> str:
    if name == "digits":
        return digits(rng, int(size))
    if name == "n":
        k = int(size)
        return number(rng.randrange(1 if k == 1 else 10 ** (k - 1), 10**k))
    return rng.choice(WORDS[name])


def transcript(spoken: str) -> str:
    """The words of a spoken sentence without the pauses."""
    return spoken.replace(",", "")


def held_out(spoken: str) -> bool:
    """Whether a sentence is kept for the corpus: its words alone decide, so no list is needed."""
    digest = hashlib.sha256(transcript(spoken).encode()).digest()
    return digest[0] % _HELD_OUT_SHARE == 0


def drawn(rng: random.Random, *, held: bool, kind: str | None = None) -> str:
    """A sentence from the training side or from the held-out side of the split."""
    for _ in range(1000):
        candidate = sentence(rng, kind)
        if held_out(candidate) == held:
            return candidate
    raise ValueError(f"no {'held-out' if held else 'training'} sentence of kind {kind!r}")
