"""The trigram index: any three letters in a row find a record, in one table per resource kept by the host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.attributes.values import words_of
from core.db import is_sqlite
from core.records.tags import tags_of
from core.resources.children.rows import further_texts
from core.text import compact, fold

if TYPE_CHECKING:
    from core.resources.declare import Resource

BATCH = 2000


@lru_cache(maxsize=64)
def search_table(resource_name: str) -> sa.TableClause:
    """`search_<resource>(rowid, body)`: rowid is the record's id, body its folded text."""
    return sa.table(f"search_{resource_name}", sa.column("rowid", sa.BigInteger), sa.column("body", sa.Text))


def ensure_search(session: Session, resource: Resource) -> None:
    """Make the resource's search table where it is missing and fill it from the records there are."""
    if not resource.search or has_search(session, resource):
        return
    name = search_table(resource.name).name
    if is_sqlite(session):
        session.execute(
            sa.text(f"CREATE VIRTUAL TABLE {name} USING fts5(body, tokenize='trigram')"), **_UNSCOPED
        )
    else:
        session.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"), **_UNSCOPED)
        session.execute(
            sa.text(f"CREATE TABLE {name} (rowid bigint PRIMARY KEY, body text NOT NULL)"), **_UNSCOPED
        )
        session.execute(
            sa.text(f"CREATE INDEX ix_{name}_body ON {name} USING gin (body gin_trgm_ops)"), **_UNSCOPED
        )
    rebuild(session, resource)


def has_search(session: Session, resource: Resource) -> bool:
    return sa.inspect(session.connection()).has_table(search_table(resource.name).name)


def drop_search(session: Session, resource_name: str) -> None:
    """Remove the resource's search table (its plugin is uninstalled)."""
    session.execute(sa.text(f"DROP TABLE IF EXISTS {search_table(resource_name).name}"), **_UNSCOPED)


def rebuild(session: Session, resource: Resource) -> None:
    """Index every record anew."""
    model = resource.model
    session.execute(sa.delete(search_table(resource.name)), **_UNSCOPED)
    last = 0
    while True:
        records = session.scalars(
            sa.select(model).where(model.id > last).order_by(model.id).limit(BATCH), **_UNSCOPED
        ).all()
        if not records:
            return
        last = records[-1].id
        tags = tags_of(session, resource.name, [record.id for record in records])
        index(session, resource, ((record, tags.get(record.id, ())) for record in records))
        session.expunge_all()


def index_ids(session: Session, resource: Resource, ids: Sequence[int]) -> None:
    """Index these records anew: something beside them that they are found by has changed."""
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        model = resource.model
        records = session.scalars(sa.select(model).where(model.id.in_(part)), **_UNSCOPED).all()
        tags = tags_of(session, resource.name, part)
        index(session, resource, ((record, tags.get(record.id, ())) for record in records), fresh=False)


def index(
    session: Session,
    resource: Resource,
    found: Iterable[tuple[Any, Sequence[str]]],
    *,
    fresh: bool = True,
    children: bool = True,
) -> None:
    """Put (record, its tags) into the index; records that are not `fresh` are taken out first.

    With `children` False nobody looks for further rows (addresses, contact persons): the records are known to have none.
    """
    if not resource.search:
        return
    table = search_table(resource.name)
    taken = list(found)
    ids = [record.id for record, _tags in taken]
    words = words_of(session, resource, ids)
    further = further_texts(session, resource, ids) if children else {}
    rows = [
        {
            "rowid": record.id,
            "body": body_of(resource, record, tags, [*words.get(record.id, ()), *further.get(record.id, ())]),
        }
        for record, tags in taken
    ]
    if not rows:
        return
    if not fresh:
        unindex(session, resource, [row["rowid"] for row in rows])
    session.execute(sa.insert(table), rows, **_UNSCOPED)


def unindex(session: Session, resource: Resource, ids: Sequence[int]) -> None:
    """Take records out of the index."""
    if resource.search and ids:
        table = search_table(resource.name)
        session.execute(sa.delete(table).where(table.c.rowid.in_(ids)), **_UNSCOPED)


def body_of(resource: Resource, record: Any, tags: Sequence[str], more: Sequence[str] = ()) -> str:
    """The text by which a record is found: each searched attribute and what lies beside it on a line, then its tags."""
    kept = vars(
        record
    )  # what was just written or read is here; asking the mapper for each would take ten times as long
    lines = [str(value) for name in resource.search if (value := kept.get(name))]
    lines += more
    return fold("\n".join(lines)) + ("\n" + fold(" ".join(tags)) if tags else "")


def search_criteria(resource: Resource, text: str, sqlite: bool) -> tuple[list[Any], bool]:
    """Criteria on the search table for all words of `text`, and whether there are any.

    Words of one or two letters cannot use the trigrams; they only narrow what the longer words found, and alone
    they match the beginning of a word.
    """
    table = search_table(resource.name)
    words = fold(text).split()
    if not words:
        return [], False
    long = [word for word in words if len(word) >= 3]
    short = [word for word in words if len(word) < 3]
    criteria: list[Any] = []
    if sqlite and long:
        query = " AND ".join(
            f"({' OR '.join(_quoted(variant) for variant in _variants(word))})" for word in long
        )
        criteria.append(sa.literal_column(table.name).op("MATCH")(query))
    elif long:
        criteria += [
            sa.or_(*(table.c.body.contains(variant, autoescape=True) for variant in _variants(word)))
            for word in long
        ]
    criteria += [table.c.body.contains(word, autoescape=True) for word in short]
    return criteria, True


def found_by(session: Session, resource: Resource, text: str) -> sa.ColumnElement[bool]:
    """That a record holds all words of `text`, as a list's search means them."""
    table = search_table(resource.name)
    criteria, any_words = search_criteria(resource, text, is_sqlite(session))
    if not any_words or not resource.search:
        return sa.true() if not any_words else sa.false()
    return resource.model.id.in_(sa.select(table.c.rowid).where(*criteria))


def _variants(word: str) -> list[str]:
    """The word as typed and, where it holds digits and punctuation, squeezed as documents and phones are kept."""
    squeezed = compact(word).lower()
    if squeezed != word and len(squeezed) >= 3 and any(character.isdigit() for character in word):
        return [word, squeezed]
    return [word]


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


_UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
