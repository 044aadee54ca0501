"""Rules, absences and lines of the log as pages and API tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, request

from core.assignment.models import Absence, AssignmentLog
from core.assignment.rules import DOORS, METHODS, KeptRule
from core.assignment.words import reason_text
from core.db import db
from core.fields import Date, Formats
from core.fields.references import USERS
from core.house import House, current_house
from core.i18n import Text, _
from core.records.timeline import SOURCES, when_text
from core.resources.declare import Resource
from core.resources.kept_filter import conditions_of
from core.resources.pages.filter_form import filter_words
from core.resources.pages.here import Here


@dataclass(frozen=True)
class RuleLine:
    """A rule as the list shows it."""

    id: int
    name: str
    active: bool
    method: Text
    doors: str
    filters: Sequence[str]
    people: str
    broken: bool


@dataclass(frozen=True)
class LogLine:
    """A line of the log as its reader sees it; `title` is '' of a record out of their sight."""

    id: int
    when: str
    title: str
    address: str
    kind: Text
    person: str
    why: str
    by: str
    source: Text


@dataclass(frozen=True)
class AbsenceLine:
    """An absence as its reader sees it."""

    id: int
    person: str
    since: str
    until: str
    substitute: str


def here_at(resource: Resource) -> Here:
    return Here(resource, current_house(), db.session(), g.actor)


def with_owners(house: House) -> list[Resource]:
    """The resources whose records can be given to somebody, in the order of the navigation."""
    return [each for each in house.in_menu_order() if each.owner is not None]


def name_of(user_id: int | None, formats: Formats) -> str:
    item = formats.references.get(USERS, user_id)
    return item.name if item else ""


def rule_line(here: Here, rule: KeptRule) -> RuleLine:
    names = [name_of(each.user_id, here.formats) for each in rule.people]
    return RuleLine(
        rule.id,
        rule.name,
        rule.active,
        METHODS[rule.method],
        ", ".join(str(DOORS[door]) for door in rule.doors),
        filter_words(here, rule.query),
        ", ".join(names[:4]) + (f" +{len(names) - 4}" if len(names) > 4 else ""),
        conditions_of(here.resource, rule.query) is None,
    )


def log_lines(house: House, rows: Sequence[AssignmentLog], formats: Formats) -> list[LogLine]:
    """Lines for their reader; the names of the records cost a query for each kind among them."""
    for name in {row.resource for row in rows}:
        formats.references.know_records(name, [row.record_id for row in rows if row.resource == name])
    return [_log_line(house, row, formats) for row in rows]


def absence_lines(rows: Sequence[Absence], formats: Formats) -> list[AbsenceLine]:
    def day(value: date) -> str:
        return Date().text(value, formats)

    return [
        AbsenceLine(
            row.id,
            name_of(row.user_id, formats),
            day(row.since),
            day(row.until),
            name_of(row.substitute_id, formats),
        )
        for row in rows
    ]


def rule_json(resource: Resource, rule: KeptRule, formats: Formats) -> dict[str, Any]:
    """A rule as the API tells it; its filters as the arguments of a list."""
    return {
        "id": rule.id,
        "resource": rule.resource,
        "name": rule.name,
        "active": rule.active,
        "filter": rule.query,
        "method": rule.method,
        "doors": list(rule.doors),
        "broken": conditions_of(resource, rule.query) is None,
        "people": [
            {
                "user": user_json(each.user_id, formats),
                "weight": each.weight,
                "most_open": each.most_open,
                "most_a_day": each.most_a_day,
            }
            for each in rule.people
        ],
    }


def user_json(user_id: int | None, formats: Formats) -> dict[str, Any] | None:
    item = formats.references.get(USERS, user_id)
    if item is None:
        return None
    return {"id": item.id, "name": item.name, "email": item.keys[0] if item.keys else None}


def absence_json(row: Absence, formats: Formats) -> dict[str, Any]:
    return {
        "id": row.id,
        "user": user_json(row.user_id, formats),
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        "substitute": user_json(row.substitute_id, formats),
    }


def log_json(row: AssignmentLog, formats: Formats) -> dict[str, Any]:
    title = formats.references.record_name(row.resource, row.record_id)
    return {
        "id": row.id,
        "resource": row.resource,
        "record": None if title is None else {"id": row.record_id, "name": title},
        "user": user_json(row.user_id, formats),
        "rule": row.rule_id,
        "by": user_json(row.by_id, formats),
        "source": row.source,
        "at": row.at.isoformat(),
        "reason": reason_text(row.reason, formats),
    }


def _log_line(house: House, row: AssignmentLog, formats: Formats) -> LogLine:
    title = formats.references.record_name(row.resource, row.record_id)
    return LogLine(
        row.id,
        when_text(row.at, formats),
        title or "",
        f"{request.script_root}/{row.resource}/{row.record_id}" if title is not None else "",
        house.resources[row.resource].label,
        name_of(row.user_id, formats),
        reason_text(row.reason, formats),
        name_of(row.by_id, formats) or _("The system"),
        SOURCES.get(row.source, ""),
    )
