"""Cuts by a text: which texts have most records, and how those of one text, or of all the others, are listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from core.api import Choice, Country, Field, Invalid, Reading, Resource, Text

MOST_TEXTS = 20
"""Texts with a row of their own; a list has an end, what people type has none."""

LONGEST_ADDRESS = 1500
"""Letters of the filter that names the others; web servers take no endless addresses."""

EITHER = ("~empty", "~any")
"""What a list reads as something else than the text that it is."""


class Other(Enum):
    """Stands for all texts that have no row of their own."""

    TEXTS = "others"


Value = int | str | Other | None
"""By what records are grouped: an id, a text, all other texts, or nothing."""


def is_text(field: Field) -> bool:
    """Whether records can be grouped by what is written there, and a list finds them by it again."""
    kept = field.kind.attributes(field)
    return (
        isinstance(field.kind, (Text, Choice, Country))
        and "is" in field.kind.operators
        and kept in ((field.attribute,), (field.attribute, _twin(field)))
    )


def largest_texts(
    model: Any,
    field: Field,
    name: str,
    counted: Any,
    where: Sequence[Any],
    selected_from: Callable[[sa.Select[Any]], sa.Select[Any]],
) -> sa.Subquery:
    """The texts with most of what is `counted`: `compared` tells them apart, `written` is how one of them is spelled."""
    written = getattr(model, field.attribute)
    compared = compared_by(model, field)
    return (
        selected_from(sa.select(compared.label("compared"), sa.func.min(written).label("written")))
        .where(written.isnot(None), *where)
        .group_by(compared)
        .order_by(counted.desc(), sa.func.count().desc(), compared)
        .limit(MOST_TEXTS)
        .subquery(f"largest_{name}")
    )


def compared_by(model: Any, field: Field) -> Any:
    """The column by which two spellings are one text, where the field has one."""
    return getattr(model, _twin(field) if _twin(field) in field.kind.attributes(field) else field.attribute)


def narrowing_to(
    resource: Resource, name: str, field: Field, value: Value, shown: Sequence[Value], reading: Reading
) -> dict[str, tuple[str, ...]] | None:
    """How a list narrows to a text, to empty ones, or to all but those shown; None where its words cannot say it."""
    is_own = has_further(resource, name)
    if value is None:
        return {f"{name}.main" if is_own else name: ("~empty",)}
    texts = [value] if isinstance(value, str) else [text for text in shown if isinstance(text, str)]
    if not all(_reads_back(field, text, reading) for text in texts):
        return None
    key = (
        (f"{name}.main" if is_own else name)
        if isinstance(value, str)
        else f"{name}.{'main_not' if is_own else 'not'}"
    )
    narrowing = {key: tuple(texts)}
    return narrowing if len(urlencode(narrowing, doseq=True)) <= LONGEST_ADDRESS else None


def has_further(resource: Resource, name: str) -> bool:
    """Whether further rows of a record have such a value too: a list finds it by those as well, a group is of its own."""
    return any(name in child.mirrors.values() for child in resource.children)


def _reads_back(field: Field, text: str, reading: Reading) -> bool:
    try:
        return text not in EITHER and field.kind.parse(text, field, reading) == text
    except Invalid:
        return False


def _twin(field: Field) -> str:
    return f"{field.attribute}_folded"
