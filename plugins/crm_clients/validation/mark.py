"""The mark itself: which values of a record are validated or being asked about, and how that is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import current_app
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import DateTime, Mark, Marked, Resource, _, _l, utcnow
from plugins.crm_clients.validation.places import KINDS, channel_of, is_validated, key_of

LINK, CODE = "link", "code"
"""By what somebody confirmed a value."""

TRIES = 5
"""A code is dead after so many wrong ones."""


@dataclass(frozen=True)
class Status:
    """What is known of one value: when and how it was confirmed, and whether a code may be typed now."""

    confirmed_at: datetime | None = None
    via: str | None = None
    by_id: int | None = None
    sent_at: datetime | None = None
    open_until: datetime | None = None

    @property
    def is_valid(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_open(self) -> bool:
        """Something was sent and its code may still be typed."""
        return not self.is_valid and self.open_until is not None and self.open_until > utcnow()


Statuses = Mapping[tuple[str, str], Status]
"""By channel and key."""


@dataclass(frozen=True)
class ValidationMark(Mark):
    """The mark of a resource whose validations are kept in `model`, which points at the record by `parent`."""

    model: type[Any]
    parent: str


def validation_mark(model: type[Any], parent: str) -> ValidationMark:
    """The red and green marks of a resource with a card."""
    return ValidationMark(
        "validation", _l("Validation"), KINDS, partial(statuses, model, parent), draw, model, parent
    )


def mark_of(resource: Resource) -> ValidationMark | None:
    """The validation mark of a resource, if it has one."""
    return next((each for each in resource.marks if isinstance(each, ValidationMark)), None)


def statuses(model: type[Any], parent: str, session: Session, ids: Sequence[int]) -> dict[int, Statuses]:
    """What is known of the values of these records, in one query."""
    column = getattr(model, parent)
    rows = session.execute(
        sa.select(
            column,
            model.channel,
            model.key,
            model.sent_at,
            model.expires_at,
            model.code_hash,
            model.tries,
            model.confirmed_at,
            model.confirmed_via,
            model.confirmed_by_id,
        )
        .where(column.in_(ids))
        .order_by(model.id)
    )
    found: dict[int, dict[tuple[str, str], Status]] = defaultdict(dict)
    for record_id, channel, key, sent_at, expires_at, code, tries, confirmed_at, via, by_id in rows:
        before = found[record_id].get((channel, key))
        if confirmed_at is not None:
            found[record_id][channel, key] = Status(confirmed_at, via, by_id, sent_at)
        elif before is None or not before.is_valid:
            until = expires_at if code and tries < TRIES else None
            found[record_id][channel, key] = Status(sent_at=sent_at, open_until=until)
    return dict(found)


def draw(
    state: Statuses | None, marked: Marked, problem: str = "", *, is_answer: bool = False
) -> Markup | None:
    """The mark before one value; nothing before a number that no country knows, for nobody can be asked there.

    The answer to a press takes the focus on, which went with what was pressed.
    """
    key = key_of(marked.value)
    resource, place = marked.resource, marked.place
    if key is None or (resource.has_field(place) and not is_validated(resource.field(place))):
        return None
    status = (state or {}).get((channel_of(marked.value), key), Status())
    if marked.in_list and not status.is_valid:
        return None  # a column of red would say nothing
    templates = current_app.jinja_env
    if not marked.editable:
        parts: Any = templates.get_template("ui/parts.html").module
        return Markup(parts.mark(status.is_valid, _title(status, marked)))
    return Markup(
        templates.get_template("crm_clients/mark.html").render(
            status=status,
            title=_title(status, marked),
            problem=problem,
            is_answer=is_answer,
            channel=channel_of(marked.value),
            value=marked.value.typed,
            dom_id="mark-" + place.replace(".", "-"),
            address={"resource": resource.name, "id": marked.record_id, "place": place},
        )
    )


def _title(status: Status, marked: Marked) -> str:
    if not status.is_valid:
        return _("Not validated")
    when = DateTime().text(status.confirmed_at, marked.formats)
    if status.via == LINK:
        return _("Validated on %(when)s by the link that was sent", when=when)
    who = marked.formats.references.get("users", status.by_id)
    if who is None:
        return _("Validated on %(when)s", when=when)
    return _("Validated on %(when)s; the code was typed by %(who)s", when=when, who=who.name)
