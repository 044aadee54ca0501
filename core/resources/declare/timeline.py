"""What a plugin adds to the timeline of records: strands of entries, which the host winds together with its own history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from markupsafe import Markup

from core.i18n import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.access.actor import Actor
    from core.fields.kind import Formats
    from core.house import House
    from core.resources.declare.resource import Resource

LAST_ID = 2**63 - 1


@dataclass(frozen=True)
class Before:
    """Where what has been shown of a strand ends: what is older than `at`, and of that moment what has a lower id."""

    at: datetime
    id: int = LAST_ID

    def criterion(self, at: Any, id: Any) -> sa.ColumnElement[bool]:
        """That a row with these columns comes after it in the order of time, newest first, then of id."""
        return sa.and_(at <= self.at, sa.or_(at < self.at, id < self.id))


@dataclass(frozen=True)
class Seek:
    """What a strand is asked for: its next entries on one record's timeline, for one reader who may see the record.

    Args:
        before: entries after that place only; None from the newest on.
        limit: no more than these.
        kind: one of the strand's `kinds`, '' for all.
        text: what somebody looks for in the timeline, '' for nothing.
    """

    session: Session
    house: House
    resource: Resource
    record: Any
    actor: Actor
    formats: Formats
    limit: int
    before: Before | None = None
    kind: str = ""
    text: str = ""


@dataclass(frozen=True)
class Told:
    """An entry of a strand: its moment, what is read of it, and the sign before it.

    `anchor` is the id of its line in the page, by which a link leads to it.
    """

    id: int
    at: datetime
    body: Markup
    icon: str
    hue: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Strand:
    """Entries of one sort on a record's timeline: what was said with it, which of its tasks are done.

    Args:
        read: the next entries, newest first and by descending id within one moment, in a fixed number of queries.
            `Before.criterion` says what comes next. It is guarded: one that raises becomes a quiet line.
        kinds: (key, label) by which the reader can narrow the strand further.
        permission: (resource, action) the reader needs.
        moment_of: (session, id) -> the moment of one of its entries, None where there is none, so that a link can
            open the timeline where that entry stands.
    """

    name: str
    label: Text
    read: Callable[[Seek], Sequence[Told]]
    kinds: Callable[[Formats], Sequence[tuple[str, Text]]] | None = None
    permission: tuple[str, str] | None = None
    moment_of: Callable[[Session, int], datetime | None] | None = None
