"""A trigger that comes with time: so many days before or after a date of the record, at an hour of the company's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.api import Choice, Condition, Date, DateTime, Field, Integer, _, _l, find_many, ids_meant, ngettext
from plugins.crm_automation.declare import Due, Place, TriggerKind, Values
from plugins.crm_automation.offering import field_choice, label_of

BEFORE, AFTER = "before", "after"
MORNING = 8


def _date_fields(place: Place) -> list[Field]:
    return [each for each in place.resource.fields if isinstance(each.kind, (Date, DateTime))]


def _fields(place: Place, values: Values) -> Sequence[Field]:
    return (
        Field("field", _l("Date"), field_choice(_date_fields(place)), required=True),
        Field("days", _l("Days"), Integer(minimum=0, maximum=3650), default=lambda context: 0),
        Field(
            "side",
            _l("When"),
            Choice(((BEFORE, _l("before it")), (AFTER, _l("after it")))),
            required=True,
            default=lambda context: BEFORE,
        ),
        Field(
            "hour",
            _l("From which hour"),
            Integer(minimum=0, maximum=23),
            default=lambda context: MORNING,
            help=_l("Of the company’s day, from 0 to 23."),
        ),
    )


def _words(place: Place, values: Values) -> str:
    label, days = label_of(place, values.get("field") or ""), values.get("days") or 0
    if not days:
        return _("the day of “%(field)s” has come", field=label)
    if values.get("side") == AFTER:
        return ngettext(
            "“%(field)s” was %(num)d day ago", "“%(field)s” was %(num)d days ago", days, field=label
        )
    return ngettext("“%(field)s” is in %(num)d day", "“%(field)s” is in %(num)d days", days, field=label)


def _due(place: Place, values: Values, since: datetime, until: datetime) -> list[Due]:
    name = values.get("field") or ""
    if not place.resource.has_field(name):
        return []
    declared, zone = place.resource.field(name), place.formats.zone
    shift = timedelta(days=(values.get("days") or 0) * (-1 if values.get("side") == BEFORE else 1))
    hour = values.get("hour")
    first, last = (moment.astimezone(zone).date() - shift for moment in (since, until))
    conditions = (
        Condition(name, "from", (first.isoformat(),)),
        Condition(name, "to", (last.isoformat(),)),
    )
    found = []
    for start in _chunks(ids_meant(place.session, place.resource, conditions)):
        for stored in find_many(place.session, place.resource, start):
            day = _day(stored.value(declared), zone)
            if day is None:
                continue
            at = datetime.combine(day + shift, time(MORNING if hour is None else hour), zone).astimezone(UTC)
            if since < at <= until:
                found.append(Due(stored.id, at, day.isoformat()))
    return found


def _day(value: Any, zone: Any) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value if isinstance(value, date) else None


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + 500] for start in range(0, len(ids), 500)]


DATE = TriggerKind(
    "date",
    _l("A date comes"),
    "calendar-event",
    words=_words,
    fields=_fields,
    offered=lambda place: bool(_date_fields(place)),
    due=_due,
)
