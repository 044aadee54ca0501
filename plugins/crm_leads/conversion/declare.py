"""What may come of a lead, as an app declares it: a target with what it takes from the lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.api import ChildRow, Words, WriteContext
from plugins.crm_leads.models import Lead

CONTACT, COMPANY, DEAL = "contact", "company", "deal"


@dataclass(frozen=True)
class Source:
    """A lead with all that is read of it, once for a whole batch.

    `values` are by field name, those of attributes an administrator added among them; `rows` by child's name.
    """

    lead: Lead
    values: Mapping[str, Any]
    rows: Mapping[str, Sequence[ChildRow]]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """What a target takes from a lead: parsed values by the target's field names, and rows by child's name."""

    values: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Sequence[ChildRow]] = field(default_factory=dict)


@dataclass(frozen=True)
class Suggestion:
    """A record that the lead may go into, which the person may see; `why` are sentences (“Same RIF J-1”), best first."""

    record_id: int
    title: str
    subtitle: str = ""
    why: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Target:
    """One kind of record that a lead can become; gathered by the hook `register_conversion_targets`.

    Args:
        name: as in the API (`"targets": ["contact"]`).
        resource: name of the resource whose record it is.
        order: records are made in this order, so that a later one can refer to those before it.
        asked: fields a dialog asks for when the record is made anew; the required ones are asked for besides.
        take: (sources, chosen, context) → for each lead what the target takes. `chosen` says for each lead which
            other targets are made or filled with it, so that a company knows whether its contact becomes a record.
        fits: whether a record may be chosen as the existing one (a contact is a person); `among` says the same as a
            query of its list (`kind=person`), for the choice while its name is typed.
        suggest: (sources, existing, context) → for each lead the records it may go into. `existing` are for each
            lead the ids already chosen for other targets (an open deal of that company is offered).
        link: (made, context) → values that refer to the records of other targets: called for each lead with the
            ids of those that are there already.
        told: (values, context) → the line below the record's title in the preview (“Sales, first stage · $ 900,50”).
        receives: the handed-over rows (files, interactions) go to the first target, by descending `receives`.
    """

    name: str
    label: Words
    new: Words
    existing: Words
    resource: str
    icon: str
    hue: str
    order: int
    asked: tuple[str, ...]
    take: Callable[[Sequence[Source], Sequence[frozenset[str]], WriteContext], Sequence[Taken]]
    suggest: Callable[
        [Sequence[Source], Sequence[Mapping[str, int]], WriteContext], Sequence[Sequence[Suggestion]]
    ]
    link: Callable[[Mapping[str, int], WriteContext], Mapping[str, Any]] = lambda made, context: {}
    fits: Callable[[Any], bool] = lambda record: True
    among: str = ""
    told: Callable[[Mapping[str, Any], WriteContext], str] = lambda values, context: ""
    receives: int = 0


def targets_in(context: WriteContext) -> Mapping[str, Target]:
    """The targets of the apps that are on, by name, in the order in which they are made."""
    raise NotImplementedError
