"""After a kill: what an operation left behind is one row of the lock, for its transaction did not come about."""

from __future__ import annotations

import logging

import sqlalchemy as sa

from core.config import Config
from core.db import engine_for, utcnow, writing
from core.host.lifecycle.lock import release_stale
from core.host.state import PluginEvent, has_tables

log = logging.getLogger("prospecto.plugins")


def recover(config: Config) -> str | None:
    """Free the lock of an operation whose process died, and write down that it was reverted.

    Every operation moves tables, states and generation in one transaction, so the database itself has undone it.
    Answers the plugin concerned, None where nothing was left.
    """
    with engine_for(config.database_url).connect() as connection:
        if not has_tables(connection):
            return None
    left = release_stale(config)
    if left is None:
        return None
    operation, plugin = left
    log.warning("%s of %s was cut short and has been reverted", operation, plugin)
    event = {"plugin": plugin, "action": "revert", "actor_name": "", "reason": f"{operation} was cut short"}
    with writing(), engine_for(config.database_url).begin() as connection:
        connection.execute(sa.insert(PluginEvent).values(at=utcnow(), detail="", **event))
    return plugin
