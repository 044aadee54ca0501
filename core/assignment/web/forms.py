"""What a rule's form sends, and what it is filled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from core.assignment.keeping import Wanted
from core.assignment.rules import TURN, USUAL_DOORS, KeptPerson, KeptRule, owner_field
from core.fields.references import USERS
from core.resources.criteria import Condition, read_conditions
from core.resources.kept_filter import shown_conditions
from core.resources.pages.filter_form import FilterChoice, choices_for_rule
from core.resources.pages.here import Here

OWN = "rule-"
"""The rule's own inputs begin so; the others are filters, named as in a list's URL."""


@dataclass(frozen=True)
class Seat:
    """A line of the table of people: who, whether they are in, and what is typed of them."""

    id: int
    name: str
    hue: str
    chosen: bool
    weight: str = "1"
    most_open: str = ""
    most_a_day: str = ""


@dataclass(frozen=True)
class Filled:
    """A rule's form as it stands."""

    name: str = ""
    method: str = TURN
    doors: Sequence[str] = USUAL_DOORS
    active: bool = True
    seats: Sequence[Seat] = ()
    conditions: Sequence[Condition] = ()


def stored_form(here: Here, rule: KeptRule | None) -> Filled:
    """The form of a rule as it is kept, or of a new one."""
    if rule is None:
        return Filled(seats=_seats(here, {}))
    typed = {
        each.user_id: (str(each.weight), str(each.most_open or ""), str(each.most_a_day or ""))
        for each in rule.people
    }
    conditions = shown_conditions(here.resource, rule.query, here.formats)
    return Filled(rule.name, rule.method, rule.doors, rule.active, _seats(here, typed), conditions)


def sent_form(here: Here) -> Filled:
    """The form as it was sent, whatever is wrong with it."""
    form = request.form
    typed = {
        int(id): tuple(form.get(f"{OWN}{name}-{id}", "").strip()[:9] for name in ("weight", "open", "day"))
        for id in form.getlist(f"{OWN}person")
        if id.isdecimal() and len(id) < 19
    }
    return Filled(
        form.get(f"{OWN}name", "").strip()[:200],
        form.get(f"{OWN}method", TURN),
        tuple(form.getlist(f"{OWN}door")),
        f"{OWN}active" in form,
        _seats(here, typed),
        read_conditions(here.resource, filters_sent()),
    )


def wanted_of(here: Here, filled: Filled) -> Wanted:
    """The rule that a form means; what is no number is so far off that it is refused in words."""
    people = [
        KeptPerson(each.id, _number(each.weight or "1"), _most(each.most_open), _most(each.most_a_day))
        for each in filled.seats
        if each.chosen
    ]
    return Wanted(
        here.resource.name, filled.name, people, filters_sent(), filled.method, filled.doors, filled.active
    )


def filters_sent() -> Mapping[str, list[str]]:
    """The filters among what was sent, as a list's URL has them."""
    return {
        name: [value for value in values if value.strip()]
        for name, values in request.form.to_dict(flat=False).items()
        if not name.startswith(OWN) and name != "csrf_token"
    }


def filter_choices(here: Here, conditions: Sequence[Condition]) -> list[FilterChoice]:
    """Every filter of the list but whose a record is, those that are set first."""
    owner = owner_field(here.resource)
    return choices_for_rule(here, conditions, hidden=[owner.name] if owner else [])


def _seats(here: Here, typed: Mapping[int, tuple[Any, ...]]) -> list[Seat]:
    """Those who are in, in their order, then everybody else who is active."""
    known = {item.id: item for item in here.formats.references.items(USERS)}
    chosen = [known[id] for id in typed if id in known]
    others = [item for item in known.values() if item.active and item.id not in typed]
    return [
        *(Seat(item.id, item.name, item.hue, True, *typed[item.id]) for item in chosen),
        *(Seat(item.id, item.name, item.hue, False) for item in others),
    ]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _most(text: str) -> int | None:
    return _number(text) if text else None
