"""Saved views: a list as somebody likes it, kept for themselves or shared with everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.i18n import _
from core.records.models import SavedView
from core.resources.context import Refused
from core.state import forget, remembered

NAME_LENGTH = 60
QUERY_LENGTH = 2000
MOST_OF_ONE = 50


@dataclass(frozen=True)
class KeptView:
    """A saved view as lists need it; `query` are the list's URL arguments."""

    id: int
    name: str
    query: str
    owner_id: int | None
    shared: bool


def views_of(session: Session, resource: str, user_id: int | None) -> list[KeptView]:
    """This person's own views and the shared ones, by name; costs no query while none has changed."""
    return [each for each in _all_of(session, resource) if each.shared or each.owner_id == user_id]


def save_view(
    session: Session, resource: str, user_id: int, name: str, query: str, *, shared: bool = False
) -> int:
    """Keep a view under a name, in place of the person's own one of that name; answers its id. The caller commits.

    Raises:
        Refused: the name is missing or too long, or there are too many.
    """
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Refused(_("A view needs a name of at most %(max)s characters.", max=NAME_LENGTH), "name")
    if len(query) > QUERY_LENGTH:
        raise Refused(_("This view has too many filters to be saved."), "too_long")
    mine = sa.select(SavedView).where(SavedView.resource == resource, SavedView.owner_id == user_id)
    view = session.scalars(mine.where(SavedView.name == name)).first()
    if view is None:
        if (
            session.execute(sa.select(sa.func.count()).select_from(mine.subquery())).scalar_one()
            >= MOST_OF_ONE
        ):
            raise Refused(_("You have %(max)s views; delete one first.", max=MOST_OF_ONE), "too_many")
        view = SavedView(resource=resource, owner_id=user_id, name=name, query=query)
        session.add(view)
    view.query, view.shared = query, shared
    session.flush()
    forget(session)
    return view.id


def update_view(session: Session, id: int, user_id: int, query: str) -> bool:
    """Give the person's own view another query; False where it is none of theirs. The caller commits."""
    view = session.get(SavedView, id)
    if view is None or view.owner_id != user_id or len(query) > QUERY_LENGTH:
        return False
    view.query = query
    forget(session)
    return True


def delete_view(session: Session, id: int, user_id: int) -> bool:
    """Remove the person's own view; False where it is none of theirs. The caller commits."""
    view = session.get(SavedView, id)
    if view is None or view.owner_id != user_id:
        return False
    session.delete(view)
    forget(session)
    return True


def _all_of(session: Session, resource: str) -> Sequence[KeptView]:
    def load(session: Session) -> Sequence[KeptView]:
        found = session.scalars(
            sa.select(SavedView).where(SavedView.resource == resource).order_by(SavedView.name, SavedView.id)
        )
        return tuple(KeptView(each.id, each.name, each.query, each.owner_id, each.shared) for each in found)

    return remembered(session, f"views:{resource}", load)
