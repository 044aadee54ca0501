"""Numbers by how they begin: a document is found while it is typed, with or without its leading letter."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

import sqlalchemy as sa

AFTER_ALL = "\u9fa5"
"""Sorts after every Latin letter and digit, whatever the collation of the database."""


def begins(squeezed: Any, wanted: str) -> Any:
    """That a number squeezed to letters and digits begins so."""
    return sa.or_(*(sa.and_(squeezed >= low, squeezed < high) for low, high in beginnings(wanted)))


def beginnings(wanted: str) -> list[tuple[str, str]]:
    """The ranges in which squeezed numbers lie that begin so: each is one look into an index.

    The letter that many countries put before the digits may be left out.
    """
    letters = ascii_uppercase if wanted[:1].isdigit() else ""
    return [(f"{letter}{wanted}", f"{letter}{wanted}{AFTER_ALL}") for letter in ("", *letters)]
