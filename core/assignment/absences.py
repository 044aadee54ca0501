"""Who is away: days on which a person is given nothing, and who stands in for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import User
from core.assignment.models import Absence
from core.db import utcnow
from core.formats import zone_of
from core.i18n import _
from core.resources.context import Refused
from core.state import forget, remembered

LONGEST = timedelta(days=3 * 366)
MOST_OF_ONE = 100


@dataclass(frozen=True)
class Away:
    """Days of one person's absence, both included."""

    user_id: int
    since: date
    until: date
    substitute_id: int | None


def away_on(session: Session, user_id: int, day: date) -> Away | None:
    """The absence this person is in on a day of theirs, the longest one; costs no query while none has changed."""
    known = remembered(session, "absences", _load)
    found = [each for each in known.get(user_id, ()) if each.since <= day <= each.until]
    return max(found, key=lambda each: each.until, default=None)


def absences_of(session: Session, user_id: int | None = None, *, past: bool = False) -> Sequence[Absence]:
    """Absences that are not over, the next first; of one person, or of everybody."""
    wanted = sa.select(Absence).order_by(Absence.since, Absence.id).limit(500)
    if not past:
        wanted = wanted.where(Absence.until >= utcnow().date() - timedelta(days=1))
    return session.scalars(wanted if user_id is None else wanted.where(Absence.user_id == user_id)).all()


def add_absence(
    session: Session, user_id: int, since: date, until: date, substitute_id: int | None = None
) -> Absence:
    """Keep that somebody is away; the caller commits.

    Raises:
        Refused: the days are in the wrong order, over, or too many; the substitute is nobody who may stand in.
    """
    person = session.get(User, user_id)
    if person is None:
        raise Refused(_("There is no such person."), "user")
    if until < since:
        raise Refused(_("The last day is before the first."), "days")
    if until < datetime.now(zone_of(person.zone)).date():
        raise Refused(_("These days are over."), "days")
    if until - since > LONGEST:
        raise Refused(_("An absence lasts three years at most; who has left is switched off."), "days")
    substitute = session.get(User, substitute_id) if substitute_id is not None else None
    if substitute_id is not None and (substitute is None or not substitute.active):
        raise Refused(_("Nobody active can be found for this substitute."), "substitute")
    if substitute_id == user_id:
        raise Refused(_("Nobody stands in for themselves."), "substitute")
    number = session.scalar(sa.select(sa.func.count()).where(Absence.user_id == user_id)) or 0
    if number >= MOST_OF_ONE:
        raise Refused(_("There are %(max)s absences already; remove one first.", max=MOST_OF_ONE), "too_many")
    row = Absence(user_id=user_id, since=since, until=until, substitute_id=substitute_id)
    session.add(row)
    session.flush()
    forget(session)
    return row


def remove_absence(session: Session, id: int, user_id: int | None = None) -> bool:
    """Remove an absence, with `user_id` only that person's own; False where there is none. The caller commits."""
    row = session.get(Absence, id)
    if row is None or (user_id is not None and row.user_id != user_id):
        return False
    session.delete(row)
    forget(session)
    return True


def _load(session: Session) -> dict[int, list[Away]]:
    found: dict[int, list[Away]] = {}
    for row in absences_of(session):
        found.setdefault(row.user_id, []).append(Away(row.user_id, row.since, row.until, row.substitute_id))
    return found
