"""What the pages of a reference list draw: its values in groups, which group is shown, what is asked before one goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, request
from sqlalchemy.orm import Session

from core.admin.settings.checking import HUES
from core.admin.settings.columns import list_columns
from core.admin.settings.groups import group_id, members_of, only_group, places_offered, used_values
from core.admin.settings.usage import uses_of
from core.admin.settings.values import last_of_meaning, may_be_default, values_of
from core.db import db
from core.fields.kind import ReferenceItem
from core.formats import reading_for
from core.house import current_house
from core.references import references_of
from core.resources.declare import ReferenceList
from core.text import fold


@dataclass(frozen=True)
class MeaningGroup:
    """Values of one meaning under its heading; a list without meanings is one group without heading."""

    key: str
    label: str
    values: Sequence[Any]
    may_be_default: bool
    asked: ReferenceList | None = None
    """The list of what is asked on the way there: the reasons for discarding."""
    answers: int = 0
    """How many values that has."""


@dataclass(frozen=True)
class Move:
    """A value of a group that records have: how many, and (id, words) of where they may go; `chosen` is likely right."""

    value: Any
    number: int
    places: Sequence[tuple[int, str]]
    chosen: int | None


def values_shown(declared: ReferenceList) -> dict[str, Any]:
    """What the page of a list draws: its values in groups by meaning, of a list with groups those of the one shown."""
    session = db.session()
    group = group_shown(session, declared, request.args.get("in", type=int))
    found = values_of(session, declared)
    found = [each for each in found if group_id(declared, each) == group]
    meanings = [(key, str(label)) for key, label in declared.meanings] or [("", "")]
    return {
        "list": declared,
        "meaning_groups": [
            MeaningGroup(
                key,
                label,
                [each for each in found if not key or each.meaning == key],
                may_be_default(declared, key),
                (asked := _asked(declared, key)),
                len(references_of(session).items(asked.name)) if asked else 0,
            )
            for key, label in meanings
        ],
        "uses": uses_of(session, declared.model),
        "last": last_of_meaning(found, declared) | only_group(session, declared),
        "hues": HUES,
        "columns": [each for each in list_columns(declared) if each.field.name != declared.within],
        "shown_group": group,
        "groups_shown": groups_of(session, declared),
        "members": (members := members_of(current_house(), declared)),
        "members_in": {each.name: _numbers(session, each) for each in members},
        "at": at_of(declared),
        "formats": reading_for(session, g.actor).formats,
    }


def at_of(declared: ReferenceList) -> dict[str, Any]:
    """The arguments of the list's addresses: of one with groups also which is shown."""
    group = group_shown(db.session(), declared, request.args.get("in", type=int))
    return {"name": declared.name, **({"in": group} if group is not None else {})}


def _asked(declared: ReferenceList, meaning: str) -> ReferenceList | None:
    """The list one chooses from on the way to a status of this meaning, where a resource asks for that."""
    house = current_house()
    for resource in house.resources.values():
        if resource.path is None or resource.path.list != declared.name:
            continue
        ask = resource.path.asks.get(meaning)
        for name in ask.fields[:1] if ask else ():
            if resource.has_field(name):
                return house.lists.get(getattr(resource.field(name).kind, "list", ""))
    return None


def _numbers(session: Session, member: ReferenceList) -> Mapping[int | None, int]:
    """How many values each group of a list has."""
    return Counter(item.group for item in references_of(session).items(member.name))


def groups_of(session: Session, declared: ReferenceList) -> Sequence[ReferenceItem]:
    """The groups of a list in their order; none of a list without."""
    return references_of(session).items(declared.groups) if declared.groups else ()


def group_shown(session: Session, declared: ReferenceList, wanted: int | None) -> int | None:
    """The group whose values are shown: the wanted one, else the default one; None in a list without groups."""
    groups = groups_of(session, declared)
    ids = [each.id for each in groups]
    first = next((each.id for each in groups if each.is_default), ids[0] if ids else None)
    return wanted if wanted in ids else first


def moves_of(session: Session, declared: ReferenceList, value: Any) -> list[Move]:
    """What is asked before a group goes: for each of its values in use, which one of another group takes its place."""
    offered = places_offered(session, declared, value.id)
    found = []
    for member, used, number in used_values(session, declared, value.id):
        places = [each for each in offered[member.name] if each.meaning == used.meaning]
        names = {each.id: each.name for each in references_of(session).items(declared.name)}
        words = [(each.id, f"{names.get(group_id(member, each) or 0, '')} › {each.name}") for each in places]
        found.append(Move(used, number, words, _likely(used, places)))
    return found


def places_given(form: Mapping[str, str]) -> dict[int, int]:
    """Where the records of each value go, as the question sends it."""
    found = {}
    for key, chosen in form.items():
        word, _dash, id = key.partition("-")
        if word == "place" and id.isdecimal() and chosen.isdecimal() and max(len(id), len(chosen)) < 19:
            found[int(id)] = int(chosen)
    return found


def _likely(used: Any, places: Sequence[Any]) -> int | None:
    """One of the same name, else the first."""
    alike = [each for each in places if fold(each.name) == fold(used.name)]
    return next((each.id for each in [*alike, *places]), None)
