"""What records are called that others point to: asked for by the page, and only of those the session's person may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event as listening
from sqlalchemy.orm import Session, SessionTransaction

from core.access.actor import actor_of
from core.routing import LARGEST_ID
from core.text import compact, fold

if TYPE_CHECKING:
    from core.house import House
    from core.resources.declare import Resource

KEPT = "record_names"
ENOUGH = 2
"""Of records with one name: whether it is one or several is all that is asked."""


class RecordNames:
    """Names of records by resource and id. They are kept until the session's transaction ends, never longer."""

    def __init__(self, session: Session, house: House | None) -> None:
        self._session = session
        self._house = house

    def know(self, resource_name: str, ids: Iterable[int | None]) -> None:
        """Read the names of these records, in one query, where they are not known yet."""
        known, resource = self._known(resource_name), self._resource(resource_name)
        wanted = sorted({id for id in ids if id is not None and 0 < id <= LARGEST_ID} - known.keys())
        if not wanted:
            return
        known.update(dict.fromkeys(wanted))
        if resource is not None:
            model = resource.model
            title = getattr(model, resource.field(resource.title).attribute)
            rows = self._session.execute(sa.select(model.id, title).where(model.id.in_(wanted)))
            known.update({id: name or f"{resource.label} {id}" for id, name in rows})

    def name(self, resource_name: str, id: int) -> str | None:
        """What a record is called; None where there is none that the person may see."""
        self.know(resource_name, [id])
        return self._known(resource_name).get(id)

    def find(self, resource_name: str, text: str) -> Sequence[int]:
        """The records of exactly this name, however it is written in case and accents, else of this document number."""
        resource = self._resource(resource_name)
        if resource is None:
            return ()
        found = self._ids(resource, _is_called(resource, text))
        number = compact(text)
        if found or not number or not (resource.identity and resource.subtitle):
            return found
        return self._ids(resource, getattr(resource.model, resource.identity[0].attributes[0]) == number)

    def _ids(self, resource: Resource, criterion: Any) -> Sequence[int]:
        model = resource.model
        wanted = sa.select(model.id).where(criterion).order_by(model.id).limit(ENOUGH)
        return self._session.scalars(wanted).all()

    def _resource(self, name: str) -> Resource | None:
        return self._house.resources.get(name) if self._house else None

    def _known(self, resource_name: str) -> dict[int, str | None]:
        """What is known in this person's name; another's eyes see other names."""
        actor = actor_of(self._session)
        kept: dict[Any, dict[int, str | None]] = self._session.info.setdefault(KEPT, {})
        return kept.setdefault((actor.user_id if actor else None, resource_name), {})


def _is_called(resource: Resource, text: str) -> Any:
    attribute = resource.field(resource.title).attribute
    folded = getattr(resource.model, f"{attribute}_folded", None)
    return folded == fold(text) if folded is not None else getattr(resource.model, attribute) == text


@listening.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(KEPT, None)
