"""What an administrator does to the tags themselves: rename, colour, merge, delete, and take the last deed back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import utcnow
from core.house import House
from core.i18n import _
from core.records.models import RecordTag, Tag, Undo
from core.records.undo import LASTS
from core.resources import search
from core.resources.context import Refused
from core.state import forget
from core.text import fold

NAME_LENGTH = 60
TAGS = "tags"
"""What stands as the resource of a deed to take back."""
MOST_TO_UNDO = 20_000


@dataclass(frozen=True)
class Used:
    """A tag and how many records have it."""

    tag: Tag
    count: int


def tags_in_use(session: Session, text: str = "") -> list[Used]:
    """All tags by name, or those whose name holds `text`, with how many records have each; one query."""
    counts = sa.select(RecordTag.tag_id, sa.func.count().label("count")).group_by(RecordTag.tag_id).subquery()
    wanted = (
        sa.select(Tag, sa.func.coalesce(counts.c.count, 0))
        .outerjoin(counts, counts.c.tag_id == Tag.id)
        .order_by(Tag.name_folded)
    )
    if text:
        wanted = wanted.where(Tag.name_folded.contains(fold(text), autoescape=True))
    return [Used(tag, count) for tag, count in session.execute(wanted)]


def add_tag(session: Session, name: str, hue: str = "slate") -> Tag:
    """A new tag. The caller commits.

    Raises:
        Refused: no name, too long a one, or one that is taken.
    """
    tag = Tag(name=_checked(session, name), name_folded=fold(name.strip()), hue=hue)
    session.add(tag)
    session.flush()
    return tag


def change_tag(
    session: Session, house: House, id: int, *, name: str | None = None, hue: str | None = None
) -> Tag:
    """Another name or colour. The caller commits.

    Raises:
        Refused: the tag is gone, or the name is taken: then one may merge the two.
    """
    tag = tag_of(session, id)
    if hue:
        tag.hue = hue
        session.flush()
    forget(session)  # where tags are drawn, their colours are remembered
    if name is not None and " ".join(name.split()) != tag.name:
        tag.name = _checked(session, name, tag)
        tag.name_folded = fold(tag.name)
        session.flush()
        _index_again(session, house, _records_of(session, [id]))
    return tag


def merge_tags(session: Session, house: House, actor: Actor, id: int, into: int) -> int | None:
    """Give the records of one tag another in its place; answers the id by which that is undone. The caller commits."""
    if id == into:
        raise Refused(_("Choose another tag."), "same")
    tag, other = tag_of(session, id), tag_of(session, into)
    records = _records_of(session, [id])
    has_both = set(records) & set(_records_of(session, [into]))
    undo = _remember(
        session, actor, tag, records, [each for each in records if each not in has_both], other.id
    )
    already = sa.select(RecordTag.record_id).where(RecordTag.tag_id == into)
    for resource in {name for name, _id in records}:
        same = already.where(RecordTag.resource == resource)
        session.execute(
            sa.update(RecordTag)
            .where(RecordTag.tag_id == id, RecordTag.resource == resource, RecordTag.record_id.not_in(same))
            .values(tag_id=into),
            execution_options={"synchronize_session": False},
        )
    _remove(session, house, tag, records)
    return undo


def delete_tag(session: Session, house: House, actor: Actor, id: int) -> int | None:
    """Take a tag from every record; answers the id by which that is undone. The caller commits."""
    tag = tag_of(session, id)
    records = _records_of(session, [id])
    undo = _remember(session, actor, tag, records, [], None)
    _remove(session, house, tag, records)
    return undo


def undo_tags(session: Session, house: House, actor: Actor, undo_id: int) -> None:
    """Bring a deleted or merged tag back to the records that had it. The caller commits.

    Raises:
        Refused: it is not this person's deed, too long ago, already taken back, or the name is taken again.
    """
    row = session.get(Undo, undo_id, with_for_update=True)
    if row is None or row.actor_id != actor.user_id or row.resource != TAGS:
        raise Refused(_("There is nothing to take back."), "absent")
    if row.used_at is not None or row.at < utcnow() - LASTS:
        raise Refused(_("This can no longer be taken back."), "too_late")
    row.used_at = utcnow()
    kept: dict[str, Any] = row.kept
    tag = Tag(name=_checked(session, kept["name"]), name_folded=fold(kept["name"]), hue=kept["hue"])
    session.add(tag)
    session.flush()
    forget(session)
    records = _still_there(session, house, kept["on"])
    if records:
        session.execute(
            sa.insert(RecordTag),
            [{"resource": name, "record_id": id, "tag_id": tag.id} for name, id in records],
        )
    for name, id in kept["moved"]:
        session.execute(
            sa.delete(RecordTag).where(
                RecordTag.resource == name, RecordTag.record_id == id, RecordTag.tag_id == kept["into"]
            )
        )
    _index_again(session, house, records)


def tag_of(session: Session, id: int) -> Tag:
    """The tag of this id.

    Raises:
        Refused: there is none; somebody deleted it meanwhile.
    """
    tag = session.get(Tag, id)
    if tag is None:
        raise Refused(_("This tag is no longer there."), "gone")
    return tag


def _checked(session: Session, name: str, own: Tag | None = None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Refused(_("A tag needs a name of at most %(max)s characters.", max=NAME_LENGTH), "name")
    other = session.scalars(sa.select(Tag).where(Tag.name_folded == fold(name))).first()
    if other is not None and other is not own:
        raise Refused(_("There is a tag “%(name)s” already; merge the two.", name=other.name), "taken")
    return name


def _records_of(session: Session, tag_ids: Sequence[int]) -> list[tuple[str, int]]:
    rows = session.execute(
        sa.select(RecordTag.resource, RecordTag.record_id).where(RecordTag.tag_id.in_(tag_ids))
    )
    return [(resource, record_id) for resource, record_id in rows]


def _remember(
    session: Session,
    actor: Actor,
    tag: Tag,
    records: Sequence[tuple[str, int]],
    moved: Sequence[tuple[str, int]],
    into: int | None,
) -> int | None:
    if len(records) > MOST_TO_UNDO:
        return None
    kept = {"name": tag.name, "hue": tag.hue, "on": list(records), "moved": list(moved), "into": into}
    row = Undo(actor_id=actor.user_id, resource=TAGS, kind=TAGS, kept=kept)
    session.add(row)
    session.flush()
    return row.id


def _remove(session: Session, house: House, tag: Tag, records: Sequence[tuple[str, int]]) -> None:
    session.execute(
        sa.delete(RecordTag).where(RecordTag.tag_id == tag.id),
        execution_options={"synchronize_session": False},
    )
    session.delete(tag)
    session.flush()
    forget(session)
    _index_again(session, house, records)


def _still_there(session: Session, house: House, records: Sequence[Sequence[Any]]) -> list[tuple[str, int]]:
    """Those of these records that there still are, whoever's they are: a tag comes back to all it was taken from."""
    found: list[tuple[str, int]] = []
    for name in {each[0] for each in records}:
        if name not in house.resources:
            continue
        model, ids = house.resources[name].model, [id for each, id in records if each == name]
        for start in range(0, len(ids), 500):
            rows = sa.select(model.id).where(model.id.in_(ids[start : start + 500]))
            found += [(name, id) for id in session.scalars(rows, execution_options={"unscoped": True})]
    return found


def _index_again(session: Session, house: House, records: Sequence[tuple[str, int]]) -> None:
    """Search finds records by their tags: put those that have others now into the index anew."""
    for name in {name for name, _id in records}:
        resource = house.resources.get(name)
        if resource is not None:
            search.index_ids(session, resource, [id for each, id in records if each == name])
