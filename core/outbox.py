"""What leaves after a commit: events to the plugins that listen, and mail that a worker sends, with patience."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event as listening
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from core.db import Id, Json, Model, UtcDateTime, db, engine_for, utcnow, writing
from core.events import Event, MailPutOff, MailRefused, MailSent
from core.host.faults import PluginError
from core.house import EXTENSION, House
from core.settings import decoded, encoded

log = logging.getLogger(__name__)

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""How long after each failure the next attempt is made; after the last the row has failed for good."""
CLAIM = timedelta(minutes=5)
"""A row that somebody is sending is nobody else's for this long."""
GRACE = timedelta(seconds=30)
"""How long the process that committed an event has to deliver it before a worker does."""

WAITING, FAILED = "waiting", "failed"


class OutboxRow(Model):
    """Something to be sent. It is removed once it is."""

    __tablename__ = "core_outbox"
    __table_args__ = (sa.Index("ix_core_outbox_status_run_after", "status", "run_after"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(sa.String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class NeverPossible(Exception):
    """Sending this will fail every time; do not try again."""


def announce(session: Session, event: Event) -> None:
    """Tell plugins of this event once the transaction is committed, and not at all if it is rolled back.

    An event class with `retry = True` is also kept in the outbox until every plugin has taken it.
    """
    house: House | None = session.info.get("house")
    if house is None or not house.hooks.has("after_commit"):
        return
    row = None
    if getattr(event, "retry", False):
        row = post(session, "event", {"event": _as_json(event), "plugins": None}, after=GRACE)
    session.info.setdefault("announced", []).append(
        (event, row.id if row else None, session.get_nested_transaction())
    )


def post(
    session: Session, kind: str, payload: Mapping[str, Any], *, after: timedelta = timedelta()
) -> OutboxRow:
    """Have a worker send this (kind mail, or event) soon after the caller's transaction is committed."""
    row = OutboxRow(kind=kind, payload=dict(payload), run_after=utcnow() + after)
    session.add(row)
    session.flush()
    return row


def deliver_due(app: Flask) -> int:
    """Send what is due, as a worker does; answers how many rows were tried."""
    house: House = app.extensions[EXTENSION]
    url = house.config.database_url
    with Session(engine_for(url)) as session:
        due = sa.select(OutboxRow.id).where(OutboxRow.status == WAITING, OutboxRow.run_after <= utcnow())
        ids = list(session.scalars(due.order_by(OutboxRow.run_after).limit(50)))
    for row_id in ids:
        _deliver(app, url, row_id)
    return len(ids)


def failed_count(session: Session) -> int:
    """How many could not be sent at all; for Health."""
    return session.scalar(sa.select(sa.func.count()).where(OutboxRow.status == FAILED)) or 0


# -- events -------------------------------------------------------------------------------------------------------


def tell_plugins(house: House, event: Event, only: Iterable[str] | None = None) -> list[str]:
    """Give the event to the plugins that listen (or only to these); answers the names of those that failed."""
    failed = []
    for plugin in house.manifests if only is None else only:
        try:
            house.hooks.of_plugin(plugin, "after_commit", event=event)
        except PluginError as error:
            house.hooks.failed(plugin, "after_commit", error.original)
            failed.append(plugin)
    return failed


@listening.listens_for(Session, "after_commit")
def _keep_for_the_end(session: Session) -> None:
    """The root transaction is stored. Its events wait until it has ended: before that nobody could use the session."""
    if "announced" in session.info and not session.in_nested_transaction():
        session.info.setdefault("to_tell", []).extend(session.info.pop("announced"))


@listening.listens_for(Session, "after_transaction_end")
def _tell(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None or "to_tell" not in session.info or session.info.get("telling"):
        return
    house: House = session.info["house"]
    session.info["telling"] = True
    try:
        while session.info.get("to_tell"):
            # Listeners may commit work of their own, which may announce further events: those join the queue.
            for event, row_id, _nested in session.info.pop("to_tell"):
                _settle(house, row_id, tell_plugins(house, event))
                if session.in_transaction():
                    session.rollback()
    finally:
        session.info.pop("to_tell", None)
        session.info.pop("telling", None)


@listening.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    """What was announced in a transaction, or in a savepoint of it, is undone with it."""
    announced = session.info.pop("announced", None)
    if announced and previous.nested:
        kept = [each for each in announced if not _is_within(each[2], previous)]
        if kept:
            session.info["announced"] = kept


def _is_within(inner: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False


def _settle(house: House, row_id: int | None, failed: list[str]) -> None:
    """Of an event kept in the outbox: done with it, or leave it for those that failed."""
    if row_id is None:
        return
    with writing(), Session(engine_for(house.config.database_url)) as session:
        row = session.get(OutboxRow, row_id)
        if row is None:
            return  # a worker was quicker
        if failed:
            row.payload = row.payload | {"plugins": failed}
            row.attempts, row.run_after = 1, utcnow() + WAITS[0]
        else:
            session.delete(row)
        session.commit()


def _as_json(event: Event) -> dict[str, Any]:
    kind = type(event)
    values = {each.name: encoded(getattr(event, each.name)) for each in fields(event)}
    return {"class": f"{kind.__module__}:{kind.__qualname__}", "values": values}


def _from_json(kept: Mapping[str, Any]) -> Event:
    module, _colon, name = kept["class"].partition(":")
    kind = getattr(importlib.import_module(module), name)
    event: Event = kind(**{key: decoded(value) for key, value in kept["values"].items()})
    return event


# -- sending ------------------------------------------------------------------------------------------------------


def _deliver(app: Flask, url: str, row_id: int) -> None:
    now = utcnow()
    mine = sa.update(OutboxRow).where(
        OutboxRow.id == row_id, OutboxRow.status == WAITING, OutboxRow.run_after <= now
    )
    with writing(), Session(engine_for(url), expire_on_commit=False) as session:
        claimed = session.execute(
            mine.values(run_after=now + CLAIM, attempts=OutboxRow.attempts + 1).returning(OutboxRow.id)
        ).scalar_one_or_none()
        row = session.get(OutboxRow, row_id, populate_existing=True) if claimed else None
        session.commit()
        if row is None:
            return  # another worker was quicker
    try:
        with app.app_context():
            db.session.info["house"] = app.extensions[EXTENSION]
            try:
                _SENDERS[row.kind](app, row)
            finally:
                db.session.remove()
    except (
        Exception
    ) as error:  # whatever a mail server or a plugin raises, the row waits for its next attempt
        log.warning("Outbox row %s (%s), attempt %s: %s", row.id, row.kind, row.attempts, error)
        _put_off(app, row, error)
        return
    with _settling(app, row) as session:
        if row.kind == "mail":
            _note_sent(session, row)
        session.execute(sa.delete(OutboxRow).where(OutboxRow.id == row.id))


def _put_off(app: Flask, row: OutboxRow, error: Exception) -> None:
    values: dict[str, Any] = {"error": f"{type(error).__name__}: {error}"[:2000], "payload": row.payload}
    if isinstance(error, NeverPossible) or row.attempts > len(WAITS):
        values["status"] = FAILED
    else:
        values["run_after"] = utcnow() + WAITS[row.attempts - 1]
    with _settling(app, row) as session:
        if row.kind == "mail" and row.payload.get("reference"):
            told = {"at": utcnow(), "actor_id": None, "reference": row.payload["reference"]}
            failed = "status" in values
            announce(session, (MailRefused if failed else MailPutOff)(reason=str(error)[:500], **told))
        session.execute(sa.update(OutboxRow).where(OutboxRow.id == row.id).values(values))


@contextmanager
def _settling(app: Flask, row: OutboxRow) -> Iterator[Session]:
    """A transaction of its own for what became of a row; plugins hear of it once it is stored."""
    with app.app_context(), writing():
        db.session.info["house"] = app.extensions[EXTENSION]
        try:
            yield db.session()
            db.session.commit()
        finally:
            db.session.remove()


def _note_sent(session: Session, row: OutboxRow) -> None:
    from core.mail.files import forget_sent_files

    forget_sent_files(session, row.payload)
    if row.payload.get("reference"):
        announce(session, MailSent(at=utcnow(), actor_id=None, reference=row.payload["reference"]))


def _send_mail(app: Flask, row: OutboxRow) -> None:
    from core.mail.send import send_now

    send_now(app.extensions[EXTENSION].config, db.session(), row.payload)


def _tell_again(app: Flask, row: OutboxRow) -> None:
    failed = tell_plugins(app.extensions[EXTENSION], _from_json(row.payload["event"]), row.payload["plugins"])
    if failed:
        row.payload = row.payload | {"plugins": failed}
        raise RuntimeError(f"failed in {', '.join(failed)}")


_SENDERS: Mapping[str, Callable[[Flask, OutboxRow], None]] = {"mail": _send_mail, "event": _tell_again}
