"""The processes of the installation, as each shows itself now and then: for the Health page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import core
from core.config import Config
from core.db import engine_for, utcnow, writing
from core.host.state import ProcessRow
from core.jobs.whereabouts import is_gone, own_name

log = logging.getLogger("prospecto")

EVERY_SECONDS = 60.0
FORGOTTEN_AFTER = timedelta(hours=1)


class Pulse:
    """Writes this process's row every minute at most, beside the request that is due and never in its way."""

    def __init__(self, config: Config, kind: str) -> None:
        self._config = config
        self._kind = kind
        self._began = utcnow()
        self._due = 0.0
        self._shown: int | None = None

    def beat(self, generation: int) -> None:
        """Show up, if it is time or the generation is another."""
        now = monotonic()
        if now < self._due and generation == self._shown:
            return
        self._due, self._shown = now + EVERY_SECONDS, generation
        arguments = (self._config, self._kind, self._began, generation)
        threading.Thread(target=show_up, args=arguments, name="pulse", daemon=True).start()


def show_up(config: Config, kind: str, began: datetime, generation: int) -> None:
    """Write this process's row, and remove those of processes that are gone."""
    values = {"kind": kind, "version": core.__version__, "generation": generation, "seen_at": utcnow()}
    mine = own_name()
    try:
        with writing(), engine_for(config.database_url).begin() as connection:
            change = sa.update(ProcessRow).where(ProcessRow.id == mine).values(**values)
            if not connection.execute(change).rowcount:
                connection.execute(sa.insert(ProcessRow).values(id=mine, started_at=began, **values))
            known = connection.execute(sa.select(ProcessRow.id, ProcessRow.seen_at))
            lost = [id for id, seen in known if is_gone(id) or utcnow() - seen > FORGOTTEN_AFTER]
            connection.execute(sa.delete(ProcessRow).where(ProcessRow.id.in_(lost)))
    except SQLAlchemyError:
        log.warning("this process could not show itself", exc_info=True)


def processes(session: Session) -> Sequence[ProcessRow]:
    """Those that showed themselves lately, the newest last; at most a hundred."""
    query = sa.select(ProcessRow).where(ProcessRow.seen_at > utcnow() - FORGOTTEN_AFTER)
    rows = session.scalars(query.order_by(ProcessRow.kind, ProcessRow.started_at).limit(100)).all()
    return [row for row in rows if not is_gone(row.id)]
