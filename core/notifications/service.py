"""What is done with notifications: tell somebody, list what a person was told, mark it read, keep their choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from sqlalchemy.orm import Session

from core.access.models import User
from core.db import is_sqlite, utcnow
from core.declare import NotificationKind
from core.house import House, house_for
from core.i18n import get_locale, use_language
from core.mail import send_later
from core.notifications.models import Notification, NotificationChoice
from core.records.models import Follower
from core.settings import settings_of

PAGE = 30
KEEP_READ = timedelta(days=90)


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
        values: fill the kind's sentence; text, numbers, and days as ISO text.
        resource, record_id: the record it is about; who may no longer see it later reads nothing of it.
        url: where it leads, from the root of the site; the record's page where it names one.
        unique: the same person is never told twice under the same key.

    Raises:
        KeyError: no plugin that is on declares this kind.
    """
    house = house_for(session)
    declared = house.notifications[kind] if house is not None else None
    if house is None or declared is None:
        raise KeyError(kind)
    people = session.scalars(sa.select(User).where(User.id.in_(set(user_ids)), User.active)).all()
    choices = _choices(session, kind, [person.id for person in people])
    link = url or (f"/{resource}/{record_id}" if resource and record_id else "")
    told = 0
    for person in people:
        bell, mail = choices.get(person.id, (True, declared.mail))
        if not (bell or mail):
            continue
        row = {
            "user_id": person.id,
            "kind": kind,
            "values": dict(values),
            "resource": resource,
            "record_id": record_id,
            "url": link,
            "unique": unique,
            "at": utcnow(),
            "read_at": None if bell else utcnow(),
        }
        if not _keep(session, row):
            continue
        told += 1
        if mail:
            _mail(session, house, person, declared, values, link)
    return told


def sentence_of(kind: NotificationKind, values: Mapping[str, Any]) -> str:
    """What the reader reads, in their language; a kind whose words have changed since is told without its values."""
    text = str(kind.sentence)
    try:
        return text % {name: _shown(value) for name, value in values.items()}
    except (KeyError, TypeError, ValueError):
        return str(kind.label)


def _shown(value: Any) -> Any:
    """A value for the reader: days as they write them."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return format_date(date.fromisoformat(value), "short", locale=get_locale() or "en")
        except ValueError:
            return value
    return value


def unread_count(session: Session, user_id: int, *, limit: int = 100) -> int:
    """How many the person has not read, counted no further than `limit`."""
    unread = sa.select(Notification.id).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    return session.scalar(sa.select(sa.func.count()).select_from(unread.limit(limit).subquery())) or 0


def page_of(
    session: Session, user_id: int, before: int | None = None
) -> tuple[Sequence[Notification], int | None]:
    """The person's notifications, newest first, and where the next page begins."""
    wanted = sa.select(Notification).where(Notification.user_id == user_id)
    if before is not None:
        wanted = wanted.where(Notification.id < before)
    found = session.scalars(wanted.order_by(Notification.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def mark_read(session: Session, user_id: int, id: int | None = None) -> int:
    """Mark one of the person's notifications read, or all; answers how many were unread. The caller commits."""
    mine = sa.update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    if id is not None:
        mine = mine.where(Notification.id == id)
    return len(session.scalars(mine.values(read_at=utcnow()).returning(Notification.id)).all())


def choices_of(session: Session, house: House, user_id: int) -> list[tuple[NotificationKind, bool, bool]]:
    """Every kind with what the person wants of it: bell, mail."""
    rows = session.scalars(sa.select(NotificationChoice).where(NotificationChoice.user_id == user_id))
    chosen = {row.kind: (row.bell, row.mail) for row in rows}
    return [(kind, *chosen.get(kind.name, (True, kind.mail))) for kind in house.notifications.values()]


def choose(session: Session, house: House, user_id: int, chosen: Mapping[str, tuple[bool, bool]]) -> None:
    """Keep what the person wants: {kind: (bell, mail)}. Kinds that nobody declares are left alone."""
    for kind, (bell, mail) in chosen.items():
        if kind in house.notifications:
            session.merge(NotificationChoice(user_id=user_id, kind=kind, bell=bell, mail=mail))


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


def _choices(session: Session, kind: str, user_ids: Sequence[int]) -> dict[int, tuple[bool, bool]]:
    rows = session.scalars(
        sa.select(NotificationChoice).where(
            NotificationChoice.kind == kind, NotificationChoice.user_id.in_(user_ids)
        )
    )
    return {row.user_id: (row.bell, row.mail) for row in rows}


def _keep(session: Session, row: Mapping[str, Any]) -> bool:
    """Store it unless this person was told under the same key already, by whichever process."""
    if is_sqlite(session):
        from sqlalchemy.dialects.sqlite import insert as insert_sqlite

        statement: Any = insert_sqlite(Notification).values(**row)
    else:
        from sqlalchemy.dialects.postgresql import insert as insert_postgresql

        statement = insert_postgresql(Notification).values(**row)
    kept = statement.on_conflict_do_nothing(index_elements=["user_id", "unique"]).returning(Notification.id)
    return session.execute(kept).first() is not None


def _mail(
    session: Session,
    house: House,
    person: User,
    kind: NotificationKind,
    values: Mapping[str, Any],
    link: str,
) -> None:
    root = house.config.public_url
    with use_language(person.language):
        words = sentence_of(kind, values)
        company = settings_of(session)["company.name"]
    parts = [words, f"{root}{link}" if root and link else ""]
    text = "\n\n".join(part for part in parts if part)
    send_later(session, person.email, words[:200], f"{text}\n\n-- \n{company}\n")
