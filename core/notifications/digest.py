"""The day's mail: what a person wants to read once a day, at their hour, in one mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor, work_for
from core.access.actors import actor_for
from core.access.models import User
from core.db import insert_for, utcnow
from core.declare import Errand
from core.formats import zone_of
from core.house import House, house_for
from core.i18n import Text, _, ngettext, use_language
from core.mail import send_later
from core.notifications.lines import is_hidden, kind_of, visible
from core.notifications.models import MORNING, Digest, Notification
from core.notifications.words import sentence_of
from core.settings import settings_of

EVERY = 30.0
PEOPLE = 20
"""So many in one transaction."""
MOST_LINES = 100


def hour_of(session: Session, user_id: int) -> int:
    """At which hour of their day the person gets the day's mail."""
    hour = session.scalar(sa.select(Digest.hour).where(Digest.user_id == user_id))
    return MORNING if hour is None else hour


def set_hour(session: Session, user_id: int, hour: int) -> None:
    """From now on the day's mail comes at this hour. The caller commits."""
    row = session.get(Digest, user_id)
    if row is None:
        session.add(Digest(user_id=user_id, hour=hour))
    else:
        row.hour = hour


def send_due(session: Session, now: datetime | None = None) -> bool:
    """Write the mails of some people whose hour has come; answers whether others wait. The caller commits."""
    moment = now or utcnow()
    due = [each for each in _waiting(session) if each.is_due(moment)]
    for each in due[:PEOPLE]:
        _send(session, each, moment)
    return len(due) > PEOPLE


def something_waits(session: Session) -> bool:
    """Whether anybody's hour has come."""
    moment = utcnow()
    return any(each.is_due(moment) for each in _waiting(session))


ERRAND = Errand("core.digest", something_waits, send_due, every=EVERY)


class _Waiting:
    """A person for whom something waits."""

    def __init__(
        self, user_id: int, zone: str, hour: int | None, sent_on: date | None, oldest: datetime
    ) -> None:
        self.user_id = user_id
        self.zone: ZoneInfo = zone_of(zone)
        self.hour = MORNING if hour is None else hour
        self.sent_on = sent_on
        self.oldest = oldest if oldest.tzinfo else oldest.replace(tzinfo=UTC)

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def latest(self, now: datetime) -> datetime:
        """What was told before this belongs to the mail whose hour came last: today's, or before that yesterday's."""
        today = datetime.combine(self.today(now), time(self.hour), self.zone).astimezone(UTC)
        if today <= now:
            return today
        return datetime.combine(self.today(now) - timedelta(days=1), time(self.hour), self.zone).astimezone(
            UTC
        )

    def day(self, now: datetime) -> date:
        """The day whose mail it is."""
        return self.latest(now).astimezone(self.zone).date()

    def is_due(self, now: datetime) -> bool:
        return self.oldest < self.latest(now) and (self.sent_on is None or self.sent_on < self.day(now))


def _waiting(session: Session) -> Sequence[_Waiting]:
    rows = session.execute(
        sa.select(User.id, User.zone, Digest.hour, Digest.sent_on, sa.func.min(Notification.at))
        .select_from(Notification)
        .join(User, User.id == Notification.user_id)
        .outerjoin(Digest, Digest.user_id == User.id)
        .where(Notification.digest, User.active)
        .group_by(User.id, User.zone, Digest.hour, Digest.sent_on)
    )
    return [_Waiting(*row) for row in rows]


def _send(session: Session, waiting: _Waiting, now: datetime) -> None:
    """Claim the day for this person and what waited until then, and write the mail of it; another worker finds neither."""
    house = house_for(session)
    if house is None or not _claim(session, waiting.user_id, waiting.day(now)):
        return
    try:
        reader = actor_for(session, waiting.user_id)
    except LookupError:  # may no longer sign in
        return
    mine = sa.update(Notification).where(
        Notification.user_id == waiting.user_id, Notification.digest, Notification.at < waiting.latest(now)
    )
    ids = session.scalars(mine.values(digest=False).returning(Notification.id)).all()
    rows = session.scalars(
        sa.select(Notification).where(Notification.id.in_(ids)).order_by(Notification.id)
    ).all()
    work_for(session, reader)
    try:
        with use_language(reader.language):
            _write(session, house, reader, rows)
    finally:
        work_for(session, None)


def _claim(session: Session, user_id: int, day: date) -> bool:
    """Whether this worker may send this person's mail of the day: nobody has."""
    first = insert_for(session)(Digest).values(user_id=user_id, hour=MORNING, sent_on=day)
    claim = first.on_conflict_do_update(
        index_elements=["user_id"],
        set_={"sent_on": day},
        where=sa.or_(Digest.sent_on.is_(None), Digest.sent_on < day),
    ).returning(Digest.user_id)
    return session.execute(claim).first() is not None


def _write(session: Session, house: House, reader: Actor, rows: Sequence[Notification]) -> None:
    seen = visible(session, house, rows)
    shown = [row for row in rows if not is_hidden(row, seen)]
    if not shown:
        return
    company = settings_of(session)["company.name"]
    subject = ngettext(
        "%(company)s: one notification", "%(company)s: %(num)d notifications", len(shown), company=company
    )
    parts = [f"{label}\n\n" + "\n".join(lines) for label, lines in _grouped(house, reader, shown).items()]
    if len(shown) > MOST_LINES:
        parts.append(_("and %(count)s more", count=len(shown) - MOST_LINES))
    if house.config.public_url:
        parts.append(f"{_('All notifications')}: {house.config.public_url}/notifications")
    send_later(session, reader.email, subject, "\n\n".join(parts) + f"\n\n-- \n{company}\n")


def _grouped(house: House, reader: Actor, rows: Sequence[Notification]) -> Mapping[Text, list[str]]:
    """{label of the kind: lines}, each with where it leads."""
    found: dict[Text, list[str]] = {}
    root = house.config.public_url
    for row in rows[:MOST_LINES]:
        kind = kind_of(house, row)
        link = f"\n  {root}{row.url}" if root and row.url else ""
        line = f"- {sentence_of(kind, row.values, reader.zone)}{link}"
        found.setdefault(str(kind.label), []).append(line)
    return found
