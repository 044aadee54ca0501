"""What people are told of leads that run out: once each, in the morning of whoever works on them or follows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import (
    JobType,
    NotificationKind,
    _l,
    actor_for,
    current_house,
    db,
    may,
    notify,
    people_who_follow,
    writing,
)
from plugins.crm_leads.models import Lead
from plugins.crm_leads.validity import company_today, expiring_leads

EXPIRING, EXPIRED, MANY = "lead_expiring", "lead_expired", "leads_expiring"
MORNING = 7
"""The hour of their own day from which people are told."""
MOST_TOLD = 5
"""So many leads of one person are told one by one; of more, that there are so many."""
HOUR = 3600
BATCH = 500

KINDS = [
    NotificationKind(
        EXPIRING, _l("A lead expires soon"), _l("“%(lead)s” expires on %(day)s"), "clock", mail=True
    ),
    NotificationKind(EXPIRED, _l("A lead has expired"), _l("“%(lead)s” has expired"), "clock-x"),
    NotificationKind(
        MANY, _l("Many leads expire soon"), _l("%(count)s of your leads expire soon"), "clock", mail=True
    ),
]

Due = tuple[int, str, date]
"""A lead's id, its name and the day it expires."""


def tell_of_expiry(session: Session, now: datetime) -> int:
    """Tell owners, and followers who may see it, of what expires within days or did yesterday; the caller commits.

    Nobody hears of the same lead and day twice, however often this runs and in how many workers. Answers how many
    notifications came of it.
    """
    today = company_today(session)
    rows = list(expiring_leads(session, today))
    followers = people_who_follow(session, "leads", [row.id for row in rows])
    theirs: dict[int, list[Due]] = defaultdict(list)
    for row in rows:
        people = followers.get(row.id, set()) | ({row.salesperson_id} if row.salesperson_id else set())
        for user_id in people:
            theirs[user_id].append((row.id, row.name, row.expires_on))
    followed = _leads(session, sorted(followers))
    return sum(_tell(session, user_id, due, followed, today, now) for user_id, due in sorted(theirs.items()))


def _leads(session: Session, ids: Sequence[int]) -> Mapping[int, Lead]:
    found: dict[int, Lead] = {}
    for start in range(0, len(ids), BATCH):
        wanted = sa.select(Lead).where(Lead.id.in_(ids[start : start + BATCH]))
        found.update((lead.id, lead) for lead in session.scalars(wanted))
    return found


def _tell(
    session: Session,
    user_id: int,
    due: Iterable[Due],
    followed: Mapping[int, Lead],
    today: date,
    now: datetime,
) -> int:
    try:
        reader = actor_for(session, user_id)
    except LookupError:  # may no longer sign in
        return 0
    if now.astimezone(reader.zone).hour < MORNING or not reader.may("leads", "view"):
        return 0
    house = current_house()
    resource = house.resources["leads"]
    due = [
        each
        for each in due
        if each[0] not in followed or may(resource, followed[each[0]], "view", reader, house)
    ]
    soon = [each for each in due if each[2] >= today]
    if len(soon) > MOST_TOLD:
        values: dict[str, Any] = {"count": len(soon)}
        told = notify(
            session,
            [user_id],
            MANY,
            values,
            url="/leads?view=expiring&expires=soon&salesperson=~me",
            unique=f"{MANY}:{today}",
        )
        soon = []
    else:
        told = 0
    gone = [each for each in due if each[2] < today][:MOST_TOLD]
    for id, name, day in (*soon, *gone):
        kind = EXPIRING if day >= today else EXPIRED
        values = {"lead": name, "day": day.isoformat()}
        told += notify(
            session,
            [user_id],
            kind,
            values,
            resource="leads",
            record_id=id,
            unique=f"{kind}:{id}:{day}",
        )
    return told


def _run(job: Any) -> None:
    with writing():
        tell_of_expiry(db.session(), datetime.now().astimezone())
        db.session.commit()


JOB = JobType("leads_expiry", _l("Tell of leads that expire"), _run, every=HOUR)
