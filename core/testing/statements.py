"""Statements compiled once for a whole run, though each test has a database, and so an engine, of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

_kept: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


def share_statements(engine: Engine) -> None:
    """Let the engine use what engines of its kind have compiled before; for engines that are made alike.

    SQLAlchemy keeps a compiled statement by its dialect, of which every engine has one of its own.
    """
    kind = engine.dialect.name
    if kind not in _kept:
        engine.connect().close()  # the first connection tells the dialect which server it speaks to
        _kept[kind] = engine.dialect, LRUCache(3000)
    engine.dialect, statements = _kept[kind]
    engine.update_execution_options(compiled_cache=statements)
