"""What is done with notifications: tell somebody, list what a person was told, mark it read, keep their choices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import User
from core.db import insert_for, utcnow
from core.declare import NotificationKind
from core.formats import zone_of
from core.house import House, house_for
from core.i18n import use_language
from core.mail import send_later
from core.notifications.models import AT_ONCE, DAILY, NEVER, Notification, NotificationChoice
from core.notifications.words import sentence_of
from core.records.models import Follower
from core.settings import settings_of

PAGE = 30
AT_ONE_TIME = 100
KEEP_READ = timedelta(days=90)
URGENT_FOR = timedelta(hours=1)
MOST_URGENT = 3


@dataclass(frozen=True)
class Note:
    """What one person is told; the arguments of `notify`."""

    user_id: int
    values: Mapping[str, Any]
    resource: str | None = None
    record_id: int | None = None
    url: str = ""
    unique: str | None = None

    @property
    def link(self) -> str:
        """Where it leads, from the root of the site."""
        return self.url or (f"/{self.resource}/{self.record_id}" if self.resource and self.record_id else "")


def notify(
    session: Session,
    user_ids: Iterable[int],
    kind: str,
    values: Mapping[str, Any],
    *,
    resource: str | None = None,
    record_id: int | None = None,
    url: str = "",
    unique: str | None = None,
) -> int:
    """Tell these people, by bell and by mail as each has chosen; the caller commits. Answers how many were told.

    Args:
        values: fill the kind's sentence; text, numbers, days and moments (with their zone) as ISO text. `sentence` chooses
            another of the kind's sentences.
        resource, record_id: the record it is about; who may no longer see it later reads nothing of it.
        url: where it leads, from the root of the site; the record's page where it names one.
        unique: the same person is never told twice under the same key.

    Raises:
        KeyError: no plugin that is on declares this kind.
    """
    notes = [Note(user_id, values, resource, record_id, url, unique) for user_id in sorted(set(user_ids))]
    return tell(session, kind, notes)


def tell(session: Session, kind: str, notes: Sequence[Note]) -> int:
    """Like `notify`, many people at once, each of something else.

    Raises:
        KeyError: no plugin that is on declares this kind.
    """
    house = house_for(session)
    declared = house.notifications[kind] if house is not None else None
    if house is None or declared is None:
        raise KeyError(kind)
    told = 0
    for start in range(0, len(notes), AT_ONE_TIME):
        told += _tell(session, house, declared, notes[start : start + AT_ONE_TIME])
    return told


def _tell(session: Session, house: House, kind: NotificationKind, notes: Sequence[Note]) -> int:
    ids = {note.user_id for note in notes}
    people = {each.id: each for each in session.scalars(sa.select(User).where(User.id.in_(ids), User.active))}
    choices = _choices(session, kind.name, ids)
    now, rows, wanted = utcnow(), [], []
    for note in notes:
        bell, mail = choices.get(note.user_id, (True, usual_mail(kind)))
        if note.user_id in people and (bell or mail != NEVER):
            wanted.append((note, mail))
            rows.append(_row(kind, note, now, bell, mail))
    kept = _keep(session, rows) if rows else set()
    told = 0
    for note, mail in wanted:
        if note.unique is not None:
            if (note.user_id, note.unique) not in kept:
                continue
            kept.discard((note.user_id, note.unique))
        told += 1
        if mail == AT_ONCE:
            _mail(session, house, people[note.user_id], kind, note)
    return told


def _row(kind: NotificationKind, note: Note, now: datetime, bell: bool, mail: str) -> dict[str, Any]:
    """The row; who does not want the bell has read it already, and it waits for the day's mail where that is wanted."""
    return {
        "user_id": note.user_id,
        "kind": kind.name,
        "values": dict(note.values),
        "resource": note.resource,
        "record_id": note.record_id,
        "url": note.link,
        "unique": note.unique,
        "at": now,
        "read_at": None if bell else now,
        "digest": mail == DAILY,
    }


def usual_mail(kind: NotificationKind) -> str:
    """When mail of this kind is sent to who has chosen nothing."""
    return AT_ONCE if kind.mail else NEVER


def unread_count(session: Session, user_id: int, *, limit: int = 100) -> int:
    """How many the person has not read, counted no further than `limit`."""
    unread = sa.select(Notification.id).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    return session.scalar(sa.select(sa.func.count()).select_from(unread.limit(limit).subquery())) or 0


def page_of(
    session: Session, user_id: int, before: int | None = None, *, unread: bool = False
) -> tuple[Sequence[Notification], int | None]:
    """The person's notifications, newest first, and where the next page begins; with `unread` only those."""
    wanted = sa.select(Notification).where(Notification.user_id == user_id)
    if unread:
        wanted = wanted.where(Notification.read_at.is_(None))
    if before is not None:
        wanted = wanted.where(Notification.id < before)
    found = session.scalars(wanted.order_by(Notification.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def urgent_news(session: Session, house: House, user_id: int) -> Sequence[Notification]:
    """What the person should see over whatever page is open: urgent, not read, of the last hour; newest first."""
    kinds = [kind.name for kind in house.notifications.values() if kind.urgent]
    if not kinds:
        return ()
    fresh = sa.select(Notification).where(
        Notification.user_id == user_id,
        Notification.read_at.is_(None),
        Notification.kind.in_(kinds),
        Notification.at > utcnow() - URGENT_FOR,
    )
    return session.scalars(fresh.order_by(Notification.id.desc()).limit(MOST_URGENT)).all()


def mark_read(session: Session, user_id: int, id: int | None = None) -> int:
    """Mark one of the person's notifications read, or all; answers how many were unread. The caller commits.

    What was read is not mailed any more.
    """
    mine = sa.update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    if id is not None:
        mine = mine.where(Notification.id == id)
    done = mine.values(read_at=utcnow(), digest=False).returning(Notification.id)
    return len(session.scalars(done).all())


def settle(
    session: Session, user_ids: Collection[int], kind: str, resource: str, ids: Collection[int]
) -> None:
    """What these people were told of these records needs nothing more of them: it is read. The caller commits."""
    theirs = sa.update(Notification).where(
        Notification.user_id.in_(user_ids),
        Notification.read_at.is_(None),
        Notification.kind == kind,
        Notification.resource == resource,
        Notification.record_id.in_(ids),
    )
    session.execute(
        theirs.values(read_at=utcnow(), digest=False), execution_options={"synchronize_session": False}
    )


def mark_unread(session: Session, user_id: int, id: int) -> int:
    """Mark one of the person's notifications not read again; answers how many were read. The caller commits."""
    mine = sa.update(Notification).where(
        Notification.user_id == user_id, Notification.id == id, Notification.read_at.is_not(None)
    )
    return len(session.scalars(mine.values(read_at=None).returning(Notification.id)).all())


def choices_of(session: Session, house: House, user_id: int) -> list[tuple[NotificationKind, bool, str]]:
    """Every kind with what the person wants of it: bell, and when mail."""
    rows = session.scalars(sa.select(NotificationChoice).where(NotificationChoice.user_id == user_id))
    chosen = {row.kind: (row.bell, row.mail_when) for row in rows}
    return [(kind, *chosen.get(kind.name, (True, usual_mail(kind)))) for kind in house.notifications.values()]


def choose(session: Session, house: House, user_id: int, chosen: Mapping[str, tuple[bool, str]]) -> None:
    """Keep what the person wants: {kind: (bell, when mail)}. Kinds that nobody declares are left alone."""
    for kind, (bell, mail) in chosen.items():
        if kind in house.notifications:
            session.merge(NotificationChoice(user_id=user_id, kind=kind, bell=bell, mail_when=mail))


def people_who_follow(session: Session, resource: str, record_ids: Sequence[int]) -> dict[int, set[int]]:
    """{record id: ids of the users who follow it}, for records of one resource."""
    found: dict[int, set[int]] = {}
    for start in range(0, len(record_ids), 500):
        rows = session.execute(
            sa.select(Follower.record_id, Follower.user_id).where(
                Follower.resource == resource, Follower.record_id.in_(record_ids[start : start + 500])
            )
        )
        for record_id, user_id in rows:
            found.setdefault(record_id, set()).add(user_id)
    return found


def forget_read(session: Session) -> None:
    """Remove what was read long ago. The caller commits."""
    session.execute(sa.delete(Notification).where(Notification.read_at < utcnow() - KEEP_READ))


def _choices(session: Session, kind: str, user_ids: Collection[int]) -> dict[int, tuple[bool, str]]:
    rows = session.scalars(
        sa.select(NotificationChoice).where(
            NotificationChoice.kind == kind, NotificationChoice.user_id.in_(user_ids)
        )
    )
    return {row.user_id: (row.bell, row.mail_when) for row in rows}


def _keep(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[tuple[int, str | None]]:
    """Store what these people were not told under the same key already, by whichever process; answers whom and the key."""
    kept = (
        insert_for(session)(Notification)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["user_id", "unique"])
    )
    told = session.execute(kept.returning(Notification.user_id, Notification.unique))
    return {(user_id, unique) for user_id, unique in told}


def _mail(session: Session, house: House, person: User, kind: NotificationKind, note: Note) -> None:
    root = house.config.public_url
    with use_language(person.language):
        words = sentence_of(kind, note.values, zone_of(person.zone))
        company = settings_of(session)["company.name"]
    parts = [words, f"{root}{note.link}" if root and note.link else ""]
    text = "\n\n".join(part for part in parts if part)
    send_later(session, person.email, words[:200], f"{text}\n\n-- \n{company}\n")
