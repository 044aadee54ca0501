"""Which column is which field: headers compared without accents, case, punctuation or spacing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

FieldNames = tuple[str, Sequence[str]]
"""A field's name and the other names it goes by, its labels in all languages among them."""


def match_headers(headers: Sequence[str], fields: Sequence[FieldNames]) -> dict[int, str]:
    """Column index -> field name, for the columns that can be told; no field is given twice.

    A header that says a field's name or alias exactly comes first; after that a header that contains one as
    whole words ("Teléfono 1 (móvil)" contains "Teléfono 1"), the one that leaves least unsaid before others.
    """
    names = [(field, fold(name)) for field, aliases in fields for name in (field, *aliases)]
    folded = [fold(header) for header in headers]
    matched: dict[int, str] = {}
    taken: set[str] = set()

    exact: dict[str, str] = {}
    for field, name in names:
        if name:
            exact.setdefault(_squeezed(name), field)
    for column, header in enumerate(folded):
        found = exact.get(_squeezed(header))
        if found is not None and found not in taken:
            matched[column] = found
            taken.add(found)

    contained = sorted(
        (-len(name) / len(header), column, order, field)
        for column, header in enumerate(folded)
        if column not in matched and header
        for order, (field, name) in enumerate(names)
        if len(name) > 2 and f" {name} " in f" {header} "
    )
    for _share, column, _order, field in contained:
        if column not in matched and field not in taken:
            matched[column] = field
            taken.add(field)
    return dict(sorted(matched.items()))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text as words of plain letters and digits: 'Razón  Social:' -> 'razon social'."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", plain.casefold()).strip()


def _squeezed(folded: str) -> str:
    """'e mail' and 'email', 'post code' and 'postcode' are the same name."""
    return folded.replace(" ", "")


_NOT_WORD = re.compile(r"[\W_]+")
