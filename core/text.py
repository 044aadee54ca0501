"""Text in the forms in which it is compared: folded of case and accents, or squeezed to letters and digits."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def fold(text: str) -> str:
    """Lower case without accents or apostrophes, single spaces: `D’Aubigné  S.A.` → `daubigne s.a.`"""
    if not text.isascii():
        text = _strip_marks(text)
    return " ".join(text.casefold().replace("'", "").split())


def compact(text: str) -> str:
    """Only letters and digits, upper case: `J-30.456.118-2` → `J304561182`; how document numbers are compared."""
    return _NOT_ALPHANUMERIC.sub("", text).upper()


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
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
