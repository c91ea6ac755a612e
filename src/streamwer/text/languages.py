"""Whisper's languages, by code and by name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

from streamwer.errors import ConfigError

AUTO = "auto"
"""Detect the language, once there is speech."""
ENGLISH = "en"


def _parse_table(text: str) -> dict[str, str]:
    return dict(entry.split(": ") for entry in text.split(", "))


LANGUAGES = _parse_table(
    "af: afrikaans, am: amharic, ar: arabic, as: assamese, az: azerbaijani, ba: bashkir, "
    "be: belarusian, bg: bulgarian, bn: bengali, bo: tibetan, br: breton, bs: bosnian, "
    "ca: catalan, cs: czech, cy: welsh, da: danish, de: german, el: greek, en: english, "
    "es: spanish, et: estonian, eu: basque, fa: persian, fi: finnish, fo: faroese, fr: french, "
    "gl: galician, gu: gujarati, ha: hausa, haw: hawaiian, he: hebrew, hi: hindi, hr: croatian, "
    "ht: haitian creole, hu: hungarian, hy: armenian, id: indonesian, is: icelandic, "
    "it: italian, ja: japanese, jw: javanese, ka: georgian, kk: kazakh, km: khmer, kn: kannada, "
    "ko: korean, la: latin, lb: luxembourgish, ln: lingala, lo: lao, lt: lithuanian, "
    "lv: latvian, mg: malagasy, mi: maori, mk: macedonian, ml: malayalam, mn: mongolian, "
    "mr: marathi, ms: malay, mt: maltese, my: myanmar, ne: nepali, nl: dutch, nn: nynorsk, "
    "no: norwegian, oc: occitan, pa: punjabi, pl: polish, ps: pashto, pt: portuguese, "
    "ro: romanian, ru: russian, sa: sanskrit, sd: sindhi, si: sinhala, sk: slovak, "
    "sl: slovenian, sn: shona, so: somali, sq: albanian, sr: serbian, su: sundanese, "
    "sv: swedish, sw: swahili, ta: tamil, te: telugu, tg: tajik, th: thai, tk: turkmen, "
    "tl: tagalog, tr: turkish, tt: tatar, uk: ukrainian, ur: urdu, uz: uzbek, vi: vietnamese, "
    "yi: yiddish, yo: yoruba, yue: cantonese, zh: chinese"
)
"""English names by code, as in Whisper."""

_OTHER_NAMES = _parse_table(
    "brazilian portuguese: pt, burmese: my, castilian: es, farsi: fa, filipino: tl, flemish: nl, "
    "haitian: ht, letzeburgesch: lb, mandarin: zh, moldavian: ro, moldovan: ro, "
    "norwegian bokmal: no, norwegian nynorsk: nn, panjabi: pa, pushto: ps, sinhalese: si, "
    "swiss german: de, valencian: ca"
)
_OTHER_CODES = {"fil": "tl", "iw": "he", "jv": "jw", "nb": "no", "cmn": "zh"}
_NAMES = {name: code for code, name in LANGUAGES.items()} | _OTHER_NAMES
_REGION = re.compile(r"([a-z]{2,3})[-_].*")
_NEAREST = 2
_LIKENESS = 0.7


def normalise_language(language: str) -> str:
    """Turn the name of a language into Whisper's code: `German`, `de-DE` and `de` into `de`.

    `auto` and what Whisper does not know stay as they are.
    """
    text = " ".join(language.strip().lower().split())
    code = _NAMES.get(text.replace("_", " "), text)
    if match := _REGION.fullmatch(code):
        code = match[1]
    code = _OTHER_CODES.get(code, code)
    return code if code in LANGUAGES or code == AUTO else language


def check_language(language: str) -> None:
    """Refuse a language that no Whisper model knows, and suggest the nearest.

    Raises:
        ConfigError: the language is unknown.
    """
    if normalise_language(language) in LANGUAGES or language == AUTO:
        return
    near = difflib.get_close_matches(language.strip().lower(), _NAMES, _NEAREST, _LIKENESS)
    hint = " or ".join(f"{_NAMES[name]} ({name})" for name in near)
    raise ConfigError(
        f"model.language={language!r} is no language that Whisper knows;"
        + (f" did you mean {hint}?" if hint else " give its code or its English name,")
        + ("" if hint else " such as de or german, or auto to have it detected")
    )


def check_model_language(language: str, model: str, known: Collection[str]) -> None:
    """Refuse a language that a loaded model does not know.

    Args:
        language: the value of `model.language`.
        model: the model's name.
        known: codes of the languages that the model knows.

    Raises:
        ConfigError: the model does not know the language.
    """
    check_language(language)
    code = normalise_language(language)
    if code == AUTO or code in known:
        return
    if set(known) == {ENGLISH}:
        raise build_english_only_error(language, model)
    name = LANGUAGES[code].title()
    raise ConfigError(
        f"model.language={language!r}: {model} does not know {name}; take a newer one: "
        "model=large_v3 or model=large_v3_turbo"
    )


def build_english_only_error(language: str, model: str) -> ConfigError:
    """Build the error for a language that an English-only model does not know."""
    instead = model.removesuffix("_en").removesuffix(".en")
    instead = instead if instead != model else "base"
    return ConfigError(
        f"model.language={language!r}: {model} knows only English; take model={instead}"
    )
