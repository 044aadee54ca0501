"""What may come of a lead, as an app declares it: a target with what it takes from the lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.api import ChildRow, PluginError, Words, WriteContext
from plugins.crm_leads.models import Lead

CONTACT, COMPANY, DEAL = "contact", "company", "deal"

HOOK = "register_conversion_targets"


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
    """What a target takes from a lead: parsed values by the target's field names, and rows by child's name.

    `notes` are sentences on what comes besides, for the preview.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Sequence[ChildRow]] = field(default_factory=dict)
    notes: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """A record that the lead may go into, which the person may see; `why` are sentences (“Same RIF J-1”), best first.

    `keys` are the names of what they have in common (`document`, `email`).
    """

    record_id: int
    title: str
    subtitle: str = ""
    why: tuple[Words, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asking:
    """One lead for which records are suggested: what the target would take, and what other targets are to go into."""

    source: Source
    taken: Taken
    existing: Mapping[str, int]


Suggest = Callable[[Sequence[Asking], WriteContext], Sequence[Sequence[Suggestion]]]


@dataclass(frozen=True)
class Target:
    """One kind of record that a lead can become; gathered by the hook `register_conversion_targets`.

    Args:
        name: as in the API (`"targets": ["contact"]`).
        resource: name of the resource whose record it is.
        order: records are made in this order, so that a later one can refer to those before it.
        asked: fields a dialog asks for when the record is made anew; the required ones are asked for besides.
        take: (source, names of all targets chosen for this lead, context) → what the target takes. It asks the
            database nothing: it is called for each of many leads.
        fits: whether a record may be chosen as the existing one (a contact is a person); `among` says the same as a
            query of its list (`kind=person`), for the choice while its name is typed.
        suggest: (askings, context) → for each lead the records it may go into, the best first.
        link: (source, ids of the records of other targets that are there, context) → values that refer to them.
        linked: names of the fields that `link` may fill; while their record is still to be made they lack nothing.
        ties: field → the field whose choice it follows (a number's type follows the number).
        told: (draft values, context) → the line below the record's title in the preview.
        grown: (session, {record's id: moment of the conversion}) → for those that somebody has added something to
            without changing them, what, in a sentence; they are not removed by an undo.
        receives: files and what else is handed over go to the target with the highest.
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
    take: Callable[[Source, frozenset[str], WriteContext], Taken]
    suggest: Suggest
    link: Callable[[Source, Mapping[str, int], WriteContext], Mapping[str, Any]] = (
        lambda source, made, context: {}
    )
    linked: tuple[str, ...] = ()
    ties: Mapping[str, str] = field(default_factory=dict)
    fits: Callable[[Any], bool] = lambda record: True
    among: str = ""
    told: Callable[[Mapping[str, Any], WriteContext], str] = lambda values, context: ""
    grown: Callable[[Any, Mapping[int, Any]], Mapping[int, Words]] = lambda session, since: {}
    receives: int = 0


def targets_in(context: WriteContext) -> dict[str, Target]:
    """The targets of the apps that are on, by name, in the order in which they are made.

    Raises:
        PluginError: an app failed to say what it makes of leads.
    """
    found: list[Target] = []
    for plugin, targets in context.house.hooks.strict(HOOK):
        for each in targets:
            if each.resource not in context.house.resources or any(one.name == each.name for one in found):
                raise PluginError(plugin, HOOK, ValueError(f"target {each.name!r} does not fit"))
            found.append(each)
    return {each.name: each for each in sorted(found, key=lambda each: each.order)}
