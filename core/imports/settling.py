"""What an importer says and asks of a single row: its problems, its keys, whether it is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import is_sqlite
from core.fields.references import Tags
from core.i18n import Text, _
from core.imports.models import DUPLICATE
from core.imports.outcome import Outcome
from core.imports.targets import in_file
from core.resources.context import Draft
from core.resources.declare import IdentityKey, Resource
from core.resources.side import stored_value

ONE_AT_A_TIME = 0x1A9057
"""The key of the lock that imports wait for on PostgreSQL."""


def one_at_a_time(session: Session) -> None:
    """Until this transaction ends no other import looks for duplicates: two of the same file would find none of each other.

    SQLite has one writer at a time as it is.
    """
    if not is_sqlite(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))


def told(draft: Draft) -> list[tuple[str, Text]]:
    """The problems of a draft under the names that columns are mapped to."""
    return [(in_file(draft.resource, problem.field), problem.message) for problem in draft.problems]


def refuse_lost_letters(draft: Draft) -> None:
    """A name of nothing but question marks had letters once: whoever wrote the file could not write them."""
    title = draft.resource.title
    name = draft.values.get(title)
    if isinstance(name, str) and name and not name.strip("? "):
        words = _("Nothing but question marks: its letters were lost when the file was written.")
        draft.problem(title, words, "lost_letters")


def skip(each: Outcome, words: Text, resource: str, record_id: int | None) -> None:
    each.outcome, each.problems = DUPLICATE, [("", words)]
    each.resource, each.record_id = resource, record_id


def rows_by_key(keys: Iterable[tuple[IdentityKey, str]], row: int) -> dict[tuple[str, str], int]:
    return {(key.name, value): row for key, value in keys}


def is_empty_on(record: Any, resource: Resource, name: str) -> bool:
    declared = resource.field(name)
    return not isinstance(declared.kind, Tags) and stored_value(resource, record, declared) in (None, "", ())


def whole_number(raw: Any) -> int | None:
    text = str(raw if raw is not None else "").strip()
    return int(text) if text.isdecimal() and len(text) < 18 else None
