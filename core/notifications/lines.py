"""Notifications as their reader sees them: in words, with where they lead, without what is no longer theirs to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.declare import NotificationKind
from core.fields import Formats
from core.house import House
from core.i18n import Text, _
from core.notifications.models import Notification
from core.notifications.words import act_url, sentence_of
from core.records.timeline import when_text


@dataclass(frozen=True)
class Act:
    """A button of a notification."""

    label: Text
    url: str
    icon: str


@dataclass(frozen=True)
class Line:
    """A notification as its page shows it."""

    id: int
    kind: str
    text: str
    icon: str
    when: str
    moment: datetime
    is_read: bool
    url: str
    acts: Sequence[Act] = ()


def lines_of(session: Session, house: House, formats: Formats, rows: Sequence[Notification]) -> list[Line]:
    """What each says to the person the session works for; of a record they can no longer see it says nothing more."""
    seen = visible(session, house, rows)
    return [_line(house, formats, row, is_hidden(row, seen)) for row in rows]


def is_hidden(row: Notification, seen: set[tuple[Any, Any]]) -> bool:
    """Whether it is about a record that is not among those the reader sees."""
    return row.record_id is not None and (row.resource, row.record_id) not in seen


def visible(session: Session, house: House, rows: Sequence[Notification]) -> set[tuple[Any, Any]]:
    """(resource, id) of the records among these that the reader may see; one query a resource."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.resource in house.resources and row.record_id is not None:
            wanted.setdefault(row.resource, set()).add(row.record_id)
    seen: set[tuple[Any, Any]] = set()
    for name, ids in wanted.items():
        model = house.resources[name].model
        seen |= {(name, id) for id in session.scalars(sa.select(model.id).where(model.id.in_(ids)))}
    return seen


def kind_of(house: House, row: Notification) -> NotificationKind:
    """Its declaration; of an app that is off now, one that only has its name."""
    return house.notifications.get(row.kind) or NotificationKind(row.kind, row.kind, row.kind)


def _line(house: House, formats: Formats, row: Notification, hidden: bool) -> Line:
    kind = kind_of(house, row)
    text = (
        _("You can no longer see what this was about.")
        if hidden
        else sentence_of(kind, row.values, formats.zone)
    )
    acts = [
        Act(act.label, act_url(act.url, {**row.values, "notification": row.id}), act.icon)
        for act in kind.acts
    ]
    return Line(
        row.id,
        row.kind,
        text,
        kind.icon,
        when_text(row.at, formats),
        row.at,
        row.read_at is not None,
        "" if hidden else row.url,
        () if hidden or row.read_at is not None else [act for act in acts if act.url],
    )
