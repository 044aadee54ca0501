"""Why somebody got a record, in words for its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.assignment.people import AWAY, BLIND, FULL, FULL_TODAY, INACTIVE
from core.assignment.rules import CAPACITY, TURN
from core.fields import Date, Formats
from core.fields.references import USERS
from core.i18n import _

BY_HAND = "hand"
GIVEN = "assignment"
"""Under this name history tells why a record was given to whom it was given."""


def reason_text(reason: Mapping[str, Any], formats: Formats) -> str:
    """What the log keeps of a reason, as a sentence: “Rule “Caracas”: in turn, 3 of 4; Ana is away until 3 Dec”."""
    parts = [_how(reason)]
    if "for" in reason:
        parts.append(_("in place of %(person)s", person=_name(reason["for"], formats)))
    parts += [_passed(each, formats) for each in reason.get("passed", ())]
    return "; ".join(part for part in parts if part)


def _how(reason: Mapping[str, Any]) -> str:
    rule, how = reason.get("rule", ""), reason.get("how")
    seat, of = reason.get("seat"), reason.get("of")
    if how == BY_HAND:
        return _("By hand")
    if how == TURN and rule:
        return _("Rule “%(rule)s”: in turn, %(seat)s of %(of)s", rule=rule, seat=seat, of=of)
    if how == CAPACITY:
        return _("Rule “%(rule)s”: by weight and capacity", rule=rule)
    if rule:
        return _("Rule “%(rule)s”: nobody could take it", rule=rule)
    return _("In turn, %(seat)s of %(of)s", seat=seat, of=of) if seat else _("Nobody could take it")


def _passed(told: Sequence[Any], formats: Formats) -> str:
    user_id, why, *more = told
    person = _name(user_id, formats)
    if why == AWAY:
        day = Date().text(date.fromisoformat(more[0]), formats)
        return _("%(person)s is away until %(day)s", person=person, day=day)
    if why == FULL:
        return _("%(person)s has %(number)s open already", person=person, number=more[0])
    if why == FULL_TODAY:
        return _("%(person)s has had %(number)s today", person=person, number=more[0])
    if why == BLIND:
        return _("%(person)s may not see such records", person=person)
    return _("%(person)s is not active", person=person) if why == INACTIVE else ""


def _name(user_id: int | None, formats: Formats) -> str:
    item = formats.references.get(USERS, user_id)
    return item.name if item else "—"
