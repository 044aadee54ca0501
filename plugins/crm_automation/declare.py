"""What a rule is made of, as plugins declare it: kinds of triggers and kinds of actions; all frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.api import Field, Formats, House, Resource, Words, WriteContext, Written

Values = Mapping[str, Any]
"""What somebody chose in a trigger or an action, by the names of its fields."""


@dataclass(frozen=True)
class Place:
    """For which resource a rule is, and how values look to whoever reads it."""

    resource: Resource
    house: House
    formats: Formats
    session: Session


def everywhere(place: Place) -> bool:
    return True


def no_fields(place: Place, values: Values) -> Sequence[Field]:
    return ()


def as_kept(place: Place, values: Values) -> Values:
    return values


@dataclass(frozen=True)
class Due:
    """A record for which a moment has come; `mark` tells this moment from later ones of the same record."""

    record_id: int
    at: datetime
    mark: str


@dataclass(frozen=True)
class TriggerKind:
    """Something that rules wait for: either it happens in a write, or a moment comes.

    Args:
        words: (place, values) → what it is in words, after “When”: “a lead is made”.
        fields: (place, values) → what is asked; where it depends on what was chosen, on `values`.
        offered: whether it makes sense for a resource.
        happens: (resource, kept values, what was written) → whether this is it. It is asked inside the transaction of
            every write, for each record: it looks at nothing but its arguments. Values are in the API's form.
        ready: (place, kept values) → the kept values as `happens` wants them; called once for all records of a write.
        due: (place, values, since, until) → the records whose moment came after `since`, up to `until`.
    """

    name: str
    label: Words
    icon: str
    words: Callable[[Place, Values], str]
    fields: Callable[[Place, Values], Sequence[Field]] = no_fields
    offered: Callable[[Place], bool] = everywhere
    happens: Callable[[Resource, Values, Written], bool] | None = None
    ready: Callable[[Place, Values], Values] = as_kept
    due: Callable[[Place, Values, datetime, datetime], Sequence[Due]] | None = None


@dataclass(frozen=True)
class Link:
    """A record that an action made or changed besides its own."""

    label: str
    resource: str
    record_id: int


@dataclass(frozen=True)
class Done:
    """What an action did, in words, and what it made."""

    text: str
    links: Sequence[Link] = ()


@dataclass(frozen=True)
class Doing:
    """What an action works with: the record, what was chosen, and a context in the name of the rule's owner."""

    context: WriteContext
    resource: Resource
    record: Any
    values: Values
    rule_name: str
    fill: Callable[[str], str] = field(repr=False)
    """Puts the record's values into a text: “Call {name}”."""


@dataclass(frozen=True)
class ActionKind:
    """Something that rules do to a record.

    Args:
        words: (place, values) → what it does in words: “give it to Ana”.
        do: does it in the caller's transaction, through the services that people use too, so that every rule of the
            business holds; None where it was so already. `Refused` and `NotValid` say why it cannot be: then nothing of
            what the rule did to this record stays.
        texts: names of the fields that hold texts with variables, which are checked when the rule is saved.
        check: (place, values) → what is wrong beyond single fields, a sentence by field.
    """

    name: str
    label: Words
    icon: str
    words: Callable[[Place, Values], str]
    do: Callable[[Doing], Done | None]
    fields: Callable[[Place, Values], Sequence[Field]] = no_fields
    offered: Callable[[Place], bool] = everywhere
    texts: tuple[str, ...] = ()
    check: Callable[[Place, Values], Mapping[str, Words]] | None = None
