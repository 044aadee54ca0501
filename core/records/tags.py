"""Tags of records: read for a whole page at once, written for a whole batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.records.models import RecordTag, Tag
from core.text import fold


def tags_of(session: Session, resource: str, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The tag names of each of these records, in alphabetical order; one query."""
    found: dict[int, list[str]] = defaultdict(list)
    if ids:
        rows = session.execute(
            sa.select(RecordTag.record_id, Tag.name)
            .join(Tag, Tag.id == RecordTag.tag_id)
            .where(RecordTag.resource == resource, RecordTag.record_id.in_(ids))
            .order_by(Tag.name_folded)
        )
        for record_id, name in rows:
            found[record_id].append(name)
    return {record_id: tuple(names) for record_id, names in found.items()}


def set_tags(
    session: Session, resource: str, wanted: Mapping[int, Iterable[str]], *, fresh: bool = False
) -> None:
    """Give each record exactly these tags; new tag words are made. `fresh` records have none yet."""
    if not fresh and wanted:
        session.execute(
            sa.delete(RecordTag).where(RecordTag.resource == resource, RecordTag.record_id.in_(list(wanted)))
        )
    words = {fold(word): word for words in wanted.values() for word in words}
    ids = _tag_ids(session, words)
    rows = [
        {"resource": resource, "record_id": record_id, "tag_id": tag_id}
        for record_id, words_of_one in wanted.items()
        for tag_id in {ids[fold(word)] for word in words_of_one}
    ]
    if rows:
        session.execute(sa.insert(RecordTag), rows)


def _tag_ids(session: Session, words: Mapping[str, str]) -> dict[str, int]:
    if not words:
        return {}
    ids = _known(session, words)
    for folded, word in words.items():
        if folded not in ids:
            # somebody may make the same tag at this moment: theirs is as good as ours
            dialect = session.get_bind().dialect.name
            insert = _insert_for(dialect)(Tag.__table__).values(name=word, name_folded=folded, hue="slate")
            session.execute(insert.on_conflict_do_nothing(index_elements=["name_folded"]))
    return ids if len(ids) == len(words) else _known(session, words)


def _known(session: Session, words: Mapping[str, str]) -> dict[str, int]:
    rows = session.execute(sa.select(Tag.name_folded, Tag.id).where(Tag.name_folded.in_(list(words))))
    return {folded: id for folded, id in rows}


def _insert_for(dialect: str):  # type: ignore[no-untyped-def]
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert

        return insert
    from sqlalchemy.dialects.postgresql import insert as insert_postgresql

    return insert_postgresql
