"""What a reference list keeps of a value besides its name: shown in its row, read from what the row sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, request
from wtforms import SelectChoice

from core.db import db
from core.fields import Invalid
from core.fields.inputs import choices_of
from core.formats import reading_for
from core.resources.context import Refused
from core.resources.declare import Field, ReferenceList
from core.resources.pages.inputs import typed

MOST_CHOICES = 60
"""Of a select that stands in every row."""


@dataclass(frozen=True)
class ListColumn:
    """A column of the list's own; `choices` None where one types, as there is nothing or too much to choose from."""

    field: Field
    choices: Sequence[SelectChoice] | None


def list_columns(declared: ReferenceList) -> list[ListColumn]:
    """What the list keeps of a value besides the common: each with what one chooses from, where one does."""
    formats = reading_for(db.session(), g.actor).formats
    found = ((each, choices_of(each.kind, formats)) for each in declared.columns)
    return [
        ListColumn(each, choices if len(choices or ()) <= MOST_CHOICES else None) for each, choices in found
    ]


def columns_given(declared: ReferenceList) -> dict[str, Any]:
    """What the request says of the list's own columns, by attribute.

    Raises:
        Refused: it is not of the column's kind.
    """
    reading = reading_for(db.session(), g.actor)
    given = {}
    for column in list_columns(declared):
        each, raw = column.field, request.form.get(column.field.name)
        if raw is None:
            continue
        meant = raw if column.choices is None else typed(each, raw)
        try:
            given[each.attribute] = each.kind.parse(meant, each, reading)
        except Invalid as error:
            raise Refused(error.message, error.code) from error
    return given
