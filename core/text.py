"""Text in the forms in which it is compared: folded of case and accents, or squeezed to letters and digits."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def fold(text: str) -> str:
    """Lower case without accents or apostrophes, single spaces: `D’Aubigné  S.A.` → `daubigne s.a.`"""
    if not text.isascii():
        text = _strip_marks(text)
    return " ".join(text.casefold().replace("'", "").split())


def compact(text: str) -> str:
    """Only letters and digits, upper case: `J-30.456.118-2` → `J304561182`; how document numbers are compared."""
    return "".join(character for character in text if character.isalnum()).upper()


@lru_cache(maxsize=4096)
def _strip_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(
        character for character in decomposed if not unicodedata.combining(character) and character not in "’‘ʼ´`"
    ).replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ł", "l")
