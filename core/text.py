"""Text in the forms in which it is compared: folded of case and accents, or squeezed to letters and digits."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LEGAL_FORMS = frozenset(
    (
        *("ca", "c a", "sa", "s a", "srl", "s r l", "rl", "cia", "compania anonima", "sociedad anonima"),
        *("sl", "s l", "slu", "sll", "sau", "slne", "sociedad limitada", "ltda", "limitada", "spa", "eirl"),
        *(
            "saic",
            "sac",
            "saa",
            "sa de cv",
            "s de rl de cv",
            "srl de cv",
            "sapi de cv",
            "fp",
            "firma personal",
        ),
        *("sarl", "sas", "sasu", "eurl", "sci", "snc", "scop", "selarl", "societe anonyme"),
        *("inc", "llc", "ltd", "limited", "corp", "plc", "gmbh", "ag", "bv", "nv"),
    )
)
"""What companies write after their name (some French ones before it), as `name_key` has it: without dots."""

FORMS_BEFORE = frozenset({"sarl", "sas", "sasu", "eurl", "sci", "snc", "selarl"})


def fold(text: str) -> str:
    """Lower case without accents or apostrophes, single spaces: `D’Aubigné  S.A.` → `daubigne s.a.`"""
    if not text.isascii():
        text = _strip_marks(text)
    return " ".join(text.casefold().replace("'", "").split())


def compact(text: str) -> str:
    """Only letters and digits, upper case: `J-30.456.118-2` → `J304561182`; how document numbers are compared."""
    return _NOT_ALPHANUMERIC.sub("", text).upper()


def name_key(name: str) -> str | None:
    """A name as duplicates compare it, without punctuation or legal form: `Farmacia D’Ávila, C.A.` → `farmacia davila`.

    None where too little is left of it to say anything.
    """
    words = _PUNCTUATION.sub(" ", fold(name).replace(".", "")).split()
    while len(words) > 1 and words[0] in FORMS_BEFORE:
        del words[0]
    while ending := _legal_ending(words):
        del words[-ending:]
    key = " ".join(words)
    return key if len(key) > 2 else None


def _legal_ending(words: list[str]) -> int:
    """How many words at the end are a legal form; never all of them."""
    return next((n for n in (5, 4, 3, 2, 1) if n < len(words) and " ".join(words[-n:]) in LEGAL_FORMS), 0)


@lru_cache(maxsize=4096)
def _strip_marks(text: str) -> str:
    return unicodedata.normalize("NFKD", text).translate(_PLAIN)


class _PlainLetters(dict[int, str]):
    """What is left of each letter, found out when the letter is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        left = "" if unicodedata.combining(letter) or letter in "’‘ʼ´`" else letter
        return self.setdefault(code, left)


_PLAIN = _PlainLetters({ord("ß"): "ss", ord("ø"): "o", ord("Ø"): "O", ord("ł"): "l"})
_PUNCTUATION = re.compile(r"[\W_]+")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
