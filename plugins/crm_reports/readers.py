"""For whom figures are made outside of a report's own page: the reader of a request, or somebody a mail is written for."""

from __future__ import annotations

from flask import abort, g, request
from sqlalchemy.orm import Session

from core.api import Actor, House, current_house, db, formats_for, reading_for
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.services import RIGHT


def reader_for(session: Session, house: House, actor: Actor, root: str = "") -> Reader:
    """A reader as this person is; `root` stands before every address."""
    formats = formats_for(session, actor)
    return Reader(house, actor, formats, reading_for(session, actor, formats=formats), root)


def reader_here() -> tuple[Session, Reader, Actor]:
    """The session and the reader of this request; 403 for who may not see reports."""
    actor: Actor = g.actor
    if not actor.may(*RIGHT):
        abort(403)
    session = db.session()
    return session, reader_for(session, current_house(), actor, request.script_root), actor
