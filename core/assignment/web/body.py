"""What a body of the API means: a rule, a person, a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qs

from core.assignment.keeping import Wanted
from core.assignment.rules import TURN, USUAL_DOORS, KeptPerson, KeptRule
from core.fields import Formats
from core.fields.references import USERS
from core.i18n import _
from core.rest.answers import ApiError
from core.rest.body import json_object

RULE = {"resource", "name", "active", "filter", "method", "doors", "people"}
PERSON = {"user", "weight", "most_open", "most_a_day"}


def rule_body() -> dict[str, Any]:
    """The request's body as a rule. Raises ApiError for names that are none."""
    body = json_object()
    known_only(body, RULE)
    return body


def known_only(body: Mapping[str, Any], names: set[str]) -> None:
    """Raises ApiError where the body has a name that means nothing here."""
    if unknown := sorted(set(body) - names):
        raise ApiError(422, "unknown_field", _("“%(field)s” is not known here.", field=unknown[0]))


def wanted_rule(formats: Formats, body: Mapping[str, Any], rule: KeptRule | None) -> Wanted:
    """The rule the body means; what it does not name stays as it is."""
    resource = rule.resource if rule else str(body.get("resource", ""))
    if rule is not None and body.get("resource", resource) != resource:
        raise ApiError(422, "resource", _("A rule stays with its kind of record."))
    query = body.get("filter", rule.query if rule else "")
    doors = body.get("doors", rule.doors if rule else USUAL_DOORS)
    if not isinstance(query, str) or not isinstance(doors, (list, tuple)):
        raise ApiError(422, "invalid_type", _("“filter” must be text as behind a list’s ?, “doors” a list."))
    return Wanted(
        resource,
        str(body.get("name", rule.name if rule else "")),
        _people(formats, body["people"]) if "people" in body else rule.people if rule else (),
        parse_qs(query.lstrip("?")),
        str(body.get("method", rule.method if rule else TURN)),
        [str(each) for each in doors],
        bool(body.get("active", rule.active if rule else True)),
    )


def _people(formats: Formats, given: Any) -> Sequence[KeptPerson]:
    if not isinstance(given, list):
        raise ApiError(422, "invalid_type", _("“people” must be a list."))
    found = []
    for each in given:
        told = each if isinstance(each, dict) and "user" in each else {"user": each}
        known_only(told, PERSON)
        found.append(
            KeptPerson(
                user_of(formats, told["user"]),
                _whole(told.get("weight", 1), "weight") or 0,
                _whole(told.get("most_open"), "most_open"),
                _whole(told.get("most_a_day"), "most_a_day"),
            )
        )
    return found


def user_of(formats: Formats, given: Any) -> int:
    """The user meant by an id, an e-mail, a name, or an object with an id."""
    references = formats.references
    if isinstance(given, dict):
        given = given.get("id")
    if isinstance(given, int) and not isinstance(given, bool):
        item = references.get(USERS, given)
    else:
        item = references.find(USERS, given) if isinstance(given, str) else None
    if item is None:
        raise ApiError(422, "user", _("There is no such person."))
    return item.id


def _whole(value: Any, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ApiError(422, "invalid_type", _("“%(field)s” must be a whole number.", field=name))
    return value


def day_of(body: Mapping[str, Any], name: str) -> date:
    """A day of the body; of the first day where the last is not said. Raises ApiError."""
    try:
        return date.fromisoformat(str(body.get(name) or body.get("since")))
    except ValueError:
        raise ApiError(422, "invalid", _("“%(field)s” must be a day: 2026-12-03.", field=name)) from None
