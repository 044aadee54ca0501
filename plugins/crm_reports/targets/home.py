"""The card of home: how far one's own targets of the running periods are, and those of one's teams."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import Actor, Panel, _l, current_house, db
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.models import SPANS, Target
from plugins.crm_reports.readers import reader_for
from plugins.crm_reports.services import RIGHT
from plugins.crm_reports.targets.progress import Progress, progress_of
from plugins.crm_reports.targets.spans import first_of

MOST_LINES = 8


def home_card(actor: Actor) -> list[Panel]:
    """The card, for who has a target now."""
    session = db.session()
    reader = reader_for(session, current_house(), actor, request.script_root)
    if not actor.may(*RIGHT) or not _of(session, reader, actor, 1):
        return []
    return [Panel("targets", _l("My targets"), _card, permission=RIGHT)]


def my_progress(session: Session, reader: Reader, actor: Actor) -> list[Progress]:
    """How far this person's running targets and those of their teams are, their own first."""
    found = progress_of(session, reader, actor, _of(session, reader, actor, MOST_LINES))
    return sorted(found, key=lambda each: each.whose.kind != "user")


def _card(actor: Actor) -> Markup:
    session = db.session()
    reader = reader_for(session, current_house(), actor, request.script_root)
    found = my_progress(session, reader, actor)
    return Markup(render_template("crm_reports/_my_targets.html", found=found))


def _of(session: Session, reader: Reader, actor: Actor, limit: int) -> Sequence[Target]:
    keys = [f"user:{actor.user_id}", *(f"team:{id}" for id in sorted(actor.in_teams))]
    running = sa.or_(
        *(sa.and_(Target.span == span, Target.first == first_of(span, reader.today)) for span in SPANS)
    )
    wanted = sa.select(Target).where(Target.whose.in_(keys), running)
    return session.scalars(wanted.order_by(Target.whose.desc(), Target.report, Target.id).limit(limit)).all()
