"""Whom a record matters to: people who follow it, and what each keeps at hand in the navigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.access.models import User
from core.house import House
from core.i18n import _, _l
from core.records.models import Favourite, Follower
from core.records.views import views_of
from core.resources.context import Refused
from core.resources.declare import Filter, Resource
from core.resources.names import RecordNames

MOST_FAVOURITES = 20


@dataclass(frozen=True)
class Kept:
    """A favourite as the navigation shows it; `url` from the root of the site."""

    id: int
    label: str
    icon: str
    url: str


def follow(session: Session, resource: str, record_id: int, user_id: int) -> None:
    """From now on this person hears of changes. The caller has checked that they see the record, and commits."""
    session.merge(Follower(resource=resource, record_id=record_id, user_id=user_id))


def unfollow(session: Session, resource: str, record_id: int, user_id: int) -> None:
    """No longer. The caller commits."""
    session.execute(
        sa.delete(Follower).where(
            Follower.resource == resource, Follower.record_id == record_id, Follower.user_id == user_id
        )
    )


def followers_of(session: Session, resource: str, record_id: int) -> list[tuple[int, str]]:
    """(id, name) of who follows a record, by name."""
    rows = session.execute(
        sa.select(User.id, User.name)
        .join(Follower, Follower.user_id == User.id)
        .where(Follower.resource == resource, Follower.record_id == record_id)
        .order_by(User.name, User.id)
    )
    return [(user_id, name) for user_id, name in rows]


def followed_filter(resource: Resource) -> Filter:
    """The filter that every list has: what its reader follows (`followed=me`), and what anybody does."""

    def followed(value: str, actor: Any) -> Any:
        rows = sa.select(Follower.record_id).where(Follower.resource == resource.name)
        if value != "anybody":
            rows = rows.where(Follower.user_id == (actor.user_id if actor else None))
        return resource.model.id.in_(rows)

    return Filter(
        "followed",
        _l("Followed"),
        lambda: (("me", _l("by me")), ("anybody", _l("by anybody"))),
        lambda value: followed(value, None),
        personal=followed,
    )


def is_favourite(session: Session, user_id: int | None, resource: str, record_id: int) -> bool:
    found = _mine(user_id, resource, record_id=record_id)
    return session.scalar(found.with_only_columns(Favourite.id).limit(1)) is not None


def keep_at_hand(
    session: Session, user_id: int, resource: str, *, record_id: int | None = None, view_id: int | None = None
) -> None:
    """Add a record or a saved view to the person's favourites; keeping it twice is keeping it once. The caller commits.

    Raises:
        Refused: there are too many.
    """
    wanted = _mine(user_id, resource, record_id=record_id, view_id=view_id)
    if session.scalars(wanted).first() is not None:
        return
    last, count = session.execute(
        sa.select(sa.func.max(Favourite.position), sa.func.count()).where(Favourite.user_id == user_id)
    ).one()
    if count >= MOST_FAVOURITES:
        raise Refused(_("You have %(max)s favourites; remove one first.", max=MOST_FAVOURITES), "too_many")
    session.add(
        Favourite(
            user_id=user_id,
            resource=resource,
            record_id=record_id,
            view_id=view_id,
            position=(last or 0) + 1,
        )
    )


def put_away(
    session: Session, user_id: int, resource: str, *, record_id: int | None = None, view_id: int | None = None
) -> None:
    """Take it out of the favourites. The caller commits."""
    for each in session.scalars(_mine(user_id, resource, record_id=record_id, view_id=view_id)):
        session.delete(each)


def remove_favourite(session: Session, user_id: int, id: int) -> None:
    """Take one of the person's own favourites out. The caller commits."""
    session.execute(sa.delete(Favourite).where(Favourite.id == id, Favourite.user_id == user_id))


def order_favourites(session: Session, user_id: int, ids: Sequence[int]) -> None:
    """Put the person's favourites in this order; ids of others are left alone. The caller commits."""
    for position, id in enumerate(ids, start=1):
        session.execute(
            sa.update(Favourite)
            .where(Favourite.id == id, Favourite.user_id == user_id)
            .values(position=position)
        )


def favourites_of(session: Session, house: House, actor: Actor) -> list[Kept]:
    """The person's favourites in their order; what they can no longer see, or what is off, is left out."""
    rows = session.scalars(
        sa.select(Favourite)
        .where(Favourite.user_id == actor.user_id)
        .order_by(Favourite.position, Favourite.id)
    ).all()
    names = RecordNames(session, house)
    for name in {row.resource for row in rows}:
        names.know(name, [row.record_id for row in rows if row.resource == name])
    found = []
    for row in rows:
        resource = house.resources.get(row.resource)
        if resource is None or not actor.may(resource.name, "view"):
            continue
        if row.record_id is not None:
            title = names.name(row.resource, row.record_id)
            if title is not None:
                found.append(Kept(row.id, title, resource.icon, f"/{resource.name}/{row.record_id}"))
            continue
        views = {each.id: each for each in views_of(session, resource.name, actor.user_id)}
        view = views.get(row.view_id or 0)
        if view is not None:
            url = f"/{resource.name}?view=s{view.id}&{view.query}"
            found.append(Kept(row.id, view.name, "filter", url))
    return found


def _mine(
    user_id: int | None, resource: str, *, record_id: int | None = None, view_id: int | None = None
) -> sa.Select[tuple[Favourite]]:
    return sa.select(Favourite).where(
        Favourite.user_id == user_id,
        Favourite.resource == resource,
        Favourite.record_id == record_id if record_id is not None else Favourite.record_id.is_(None),
        Favourite.view_id == view_id if view_id is not None else Favourite.view_id.is_(None),
    )
