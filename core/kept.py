"""Figures that were counted, kept in this process for as long as none of the tables they were read from is written.

What is kept is numbers, by the very statement with all its parameters, a person's scope among them: who may see other
records asks another statement.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import ORMExecuteState, Session

from core.access import scope
from core.db import Base
from core.written import Token, token_of

KEPT = {"kept": True}
"""Execution options of a statement whose rows may be taken from what was kept."""

MOST_ROWS = 200_000
"""Kept in one process, of all statements together; what was not asked for longest goes first."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class _Rows:
    token: Token
    keys: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


_kept: OrderedDict[tuple[str, ...], _Rows] = OrderedDict()
_lock = Lock()


def look_up(state: ORMExecuteState) -> Any:
    """Answer a statement from what was kept, or keep what it finds; None where it is none of these."""
    if not state.execution_options.get("kept") or not state.is_select:
        return None
    statement: Any = state.statement
    bind = state.session.get_bind()
    compiled = statement.compile(dialect=bind.dialect)
    tables = _tables_in(str(compiled))
    token = token_of(state.session, tables)
    if token is None:
        return None
    place = (
        str(bind.engine.url),
        str(compiled),
        repr(sorted(compiled.construct_params().items(), key=lambda each: each[0])),
    )
    with _lock:
        found = _kept.get(place)
        if found is not None and found.token == token:
            _kept.move_to_end(place)
            return _result(found)
    read = state.invoke_statement()
    found = _Rows(token, tuple(read.keys()), [tuple(row) for row in read])
    with _lock:
        _kept[place] = found
        _kept.move_to_end(place)
        while len(_kept) > 1 and sum(len(each.rows) + 1 for each in _kept.values()) > MOST_ROWS:
            _kept.popitem(last=False)
    return _result(found)


def forget_kept() -> None:
    """Keep nothing any more."""
    with _lock:
        _kept.clear()


def _result(found: _Rows) -> sa.Result[Any]:
    return IteratorResult(SimpleResultMetaData(found.keys), iter(found.rows))


def _tables_in(statement: str) -> set[str]:
    """Every table that is named in it; a name that is also another thing's only makes what is kept go sooner."""
    return Base.metadata.tables.keys() & set(_WORD.findall(statement))


def _install() -> None:
    """After the scope, whose criteria are part of what is looked up; once per process."""
    assert scope
    if not event.contains(Session, "do_orm_execute", look_up):
        event.listen(Session, "do_orm_execute", look_up)


_install()
