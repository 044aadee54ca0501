"""Two kinds of field that only leads have: the day of entry that knows its expiry, and the condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from markupsafe import Markup, escape

from core.api import Choice, Date, Field, Formats, _, ngettext
from plugins.crm_leads.meanings import meaning_in
from plugins.crm_leads.models import OPEN

SOON_DAYS = 3
"""From this many days before it expires a lead is marked (SCREENS, 01)."""


class EntryDay(date):
    """The day a lead came in, with the day it expires beside it."""

    expires_on: date | None = None
    status_id: int | None = None


@dataclass(frozen=True)
class EntryDate(Date):
    """The day a lead came in, shown as its age with what is left of its validity under it (S3, "Días de Vigencia")."""

    name: ClassVar[str] = "date"

    def attributes(self, field: Field) -> tuple[str, ...]:
        return (field.attribute, "expires_on", "status_id")

    def load(self, record: Any, field: Field) -> date | None:
        entered = getattr(record, field.attribute)
        if entered is None:
            return None
        day = EntryDay(entered.year, entered.month, entered.day)
        day.expires_on, day.status_id = record.expires_on, record.status_id
        return day

    def store(self, value: date | None, field: Field) -> Mapping[str, Any]:
        return {field.attribute: None if value is None else date(value.year, value.month, value.day)}

    def html(self, value: date | None, formats: Formats) -> Markup:
        if value is None:
            return super().html(value, formats)
        today = datetime.now(formats.zone).date()
        age = (today - value).days
        words = (
            _("today") if age == 0 else _("%(days)s d", days=age) if age > 0 else self.text(value, formats)
        )
        shown = Markup(
            f'<time datetime="{value.isoformat()}" title="{self.text(value, formats)}">{escape(words)}</time>'
        )
        if not isinstance(value, EntryDay) or meaning_in(formats, value.status_id) != OPEN:
            return shown
        return shown + expiry_mark(value.expires_on, today)


@dataclass(frozen=True)
class Condition(Choice):
    """Prospect or client (S3, 4.1): not kept, but read from whether the lead was converted."""

    name: ClassVar[str] = "choice"
    sortable: ClassVar[bool] = False
    operators: ClassVar[tuple[str, ...]] = ()

    def attributes(self, field: Field) -> tuple[str, ...]:
        return ("converted_at",)

    def load(self, record: Any, field: Field) -> str:
        return "client" if record.converted_at else "prospect"

    def store(self, value: str | None, field: Field) -> Mapping[str, Any]:
        return {}


def due_mark(expires_on: date | None, today: date) -> Markup | None:
    """What stands beside a lead's name while it is about to expire, or has."""
    left = (expires_on - today).days if expires_on is not None else SOON_DAYS + 1
    if left > SOON_DAYS:
        return None
    if left < 0:
        return Markup('<span class="due bad-text">{}</span>').format(_("Has expired"))
    words = (
        _("Expires today")
        if left == 0
        else ngettext("Expires in %(num)d day", "Expires in %(num)d days", left)
    )
    return Markup('<span class="due warn-text">{}</span>').format(words)


def expiry_mark(expires_on: date | None, today: date) -> Markup:
    """What the list says under a lead's age; nothing while it is far from expiring."""
    if expires_on is None:
        return Markup("")
    left = (expires_on - today).days
    if left < 0:
        return Markup('<span class="row-due bad-text">{}</span>').format(_("expired"))
    if left > SOON_DAYS:
        return Markup("")
    words = (
        _("expires today") if left == 0 else ngettext("expires in %(num)s d", "expires in %(num)s d", left)
    )
    return Markup('<span class="row-due warn-text">{}</span>').format(escape(words))
