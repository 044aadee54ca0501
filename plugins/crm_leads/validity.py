"""How long a lead is worth working on: what is about to expire, what has, and giving it more time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import (
    Filter,
    Integer,
    Refused,
    Setting,
    SettingsSection,
    Shortcut,
    WriteContext,
    _,
    _l,
    db,
    formats_for,
)
from plugins.crm_leads.conversion.short import SETTING as BECOMES
from plugins.crm_leads.fields import SOON_DAYS
from plugins.crm_leads.meanings import meaning_in, meaning_of
from plugins.crm_leads.models import OPEN, Lead, Status
from plugins.crm_leads.repeat import SETTINGS as REPEAT_SETTINGS

LONGEST = 36500
"""Days of validity: a lead of a hundred years ago may still be given more time."""

USUAL_DAYS = 30
"""How much time a lead is given where the administrator has said nothing."""

EXPIRED, SOON = "expired", "soon"

SETTINGS = SettingsSection(
    "leads",
    _l("Leads"),
    (
        Setting(
            "validity_days",
            _l("Validity"),
            Integer(minimum=1, maximum=3650, unit=_l("days")),
            help=_l("New leads expire so many days after they came in, and are extended by as many."),
        ),
        *REPEAT_SETTINGS,
        BECOMES,
    ),
)


def usual_validity(context: WriteContext) -> int | None:
    """How many days new leads are given; None where they do not expire."""
    days = context.settings.get("leads.validity_days")
    return int(days) if days else None


def expires_within(choice: str) -> Any:
    """The criterion of the filter: open leads that expire soon, or have expired."""
    today = company_today(db.session())
    if choice == EXPIRED:
        due = Lead.expires_on < today
    elif choice == SOON:
        due = Lead.expires_on.between(today, today + timedelta(days=SOON_DAYS))
    else:
        return sa.false()
    # By id, so that the list's own index, which has no expiry, still serves beside the one of expiries.
    runs_out = Lead.id.in_(sa.select(Lead.id).where(due))
    return sa.and_(runs_out, Lead.status_id.in_(sa.select(Status.id).where(Status.meaning == OPEN)))


def expiring_leads(session: Session, day: date) -> Sequence[sa.Row[tuple[int, str, int | None, date | None]]]:
    """(id, name, salesperson_id, expires_on) of the open leads that expire within days from `day`, or did the day before."""
    return session.execute(
        sa.select(Lead.id, Lead.name, Lead.salesperson_id, Lead.expires_on)
        .join(Status, Status.id == Lead.status_id)
        .where(
            Status.meaning == OPEN,
            Lead.expires_on.between(day - timedelta(days=1), day + timedelta(days=SOON_DAYS)),
        )
        .order_by(Lead.id)
    ).all()


def company_today(session: Session) -> date:
    """The day it is where the company is."""
    return datetime.now(formats_for(session, None).zone).date()


def _extended(context: WriteContext, lead: Lead, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """So many days from today on; the validity is counted from the day of entry."""
    if meaning_in(context.formats, lead.status_id) != OPEN:
        return None
    days = given["days"] if given.get("days") is not None else usual_validity(context) or USUAL_DAYS
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 3650:
        raise Refused(_("From %(low)s to %(high)s.", low=1, high=3650), "out_of_range")
    today = datetime.now(context.formats.zone).date()
    return {"validity_days": max((today - lead.entered_on).days + days, 1)}


def _runs_out(lead: Lead) -> bool:
    if lead.expires_on is None or meaning_of(lead) != OPEN:
        return False
    return (lead.expires_on - company_today(db.session())).days <= SOON_DAYS


EXPIRES = Filter(
    "expires",
    _l("Expiry"),
    lambda: ((SOON, _l("Expires soon")), (EXPIRED, _l("Has expired"))),
    expires_within,
)

EXTEND = Shortcut(
    "extend",
    _l("Extend"),
    "clock-play",
    fields=("validity_days",),
    changes=_extended,
    told=_l("“%(record)s” has more time."),
    visible=_runs_out,
)
