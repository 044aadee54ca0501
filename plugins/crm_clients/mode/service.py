"""Changing the mode: at once for what comes in from now on; a job brings along what is there, and can begin again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.api import (
    CLASSIC,
    SIMPLE,
    JobRow,
    Refused,
    Words,
    WriteContext,
    _,
    enqueue,
    note_setting,
    references_of,
    save_setting,
    utcnow,
)
from plugins.crm_clients.inquiries.locks import wait_for_mode
from plugins.crm_clients.mode.declare import Classic, Foresight, Way
from plugins.crm_clients.mode.models import DONE, STOPPED, WORKING, ModeChange
from plugins.crm_clients.mode.rule import MODE, classic_of, mode_of

CHANGE_JOB = "crm_clients.mode-change"
MODES = (CLASSIC, SIMPLE)
RIGHT = ("settings", "edit")


@dataclass(frozen=True)
class Wanted:
    """A change of mode as it is asked for.

    Args:
        to: the mode that shall be on.
        way: how open leads are converted, where it becomes simple; None: the usual way.
        bring_back: where it becomes classic, whether the leads that the last change converted come back.
        undoes: id of the change that this one takes back.
    """

    to: str
    way: Way | None = None
    bring_back: bool = True
    undoes: int | None = None


@dataclass(frozen=True)
class Plan:
    """What a change would do: the batch whose conversions come back, or the way in which open leads are converted."""

    wanted: Wanted
    way: Way | None
    source: ModeChange | None
    foresight: Foresight

    @property
    def has_work(self) -> bool:
        return self.foresight.total > 0


def plan_change(context: WriteContext, wanted: Wanted, *, look: bool = True) -> Plan:
    """What a change would come to; nothing is written. Without `look` it is only counted.

    Raises:
        Refused: it cannot be made now.
    """
    _check(context, wanted)
    classic = classic_of(context.house)
    if wanted.to == SIMPLE:
        way = wanted.way or usual_way(context)
        if classic is None or way is None:
            return Plan(wanted, None, None, Foresight(0))
        total = classic.open_leads(context.session)
        return Plan(wanted, way, None, classic.foresee(context, way) if look else Foresight(total))
    source = last_to_simple(context.session) if wanted.bring_back else None
    if classic is None or source is None:
        return Plan(wanted, None, None, Foresight(0))
    if look:
        return Plan(wanted, None, source, classic.foresee_back(context, source.batch))
    return Plan(wanted, None, source, Foresight(classic.done(context.session, source.batch)))


def change_mode(context: WriteContext, wanted: Wanted) -> ModeChange:
    """Change the mode, and have a job bring along what is there; the caller commits.

    What comes in from now on goes the new way, also while the job is at work.

    Raises:
        Refused: the person may not, the mode is that already, or a change is still being carried out.
    """
    session = context.session
    wait_for_mode(session, alone=True)
    _check(context, wanted)
    plan = plan_change(context, wanted, look=False)
    before = mode_of(session, context.house)
    change = ModeChange(
        by_id=context.actor.user_id if context.actor else None,
        from_mode=before,
        to_mode=wanted.to,
        is_running=True,
        wish=plan.way.as_json() if plan.way else {},
        source_id=plan.source.id if plan.source else None,
        undoes_id=wanted.undoes,
        total=plan.foresight.total,
    )
    try:
        with session.begin_nested():
            session.add(change)
    except IntegrityError:
        raise Refused(_("The mode is just being changed."), "running") from None
    save_setting(session, MODE, wanted.to)
    note_setting(session, MODE, before, wanted.to)
    if not plan.has_work:
        finish(change, DONE)
    else:
        title = _("CRM mode: %(mode)s", mode=mode_label(wanted.to))
        job = enqueue(session, CHANGE_JOB, {"change": change.id}, actor=context.actor, title=title)
        change.job_id = job.id
    session.flush()
    return change


def undoing(session: Session, change: ModeChange) -> Wanted:
    """What takes a change back: the opposite one. Only the last one can be.

    Raises:
        Refused: it is not the last, or it is still being carried out.
    """
    last = last_change(session)
    if last is None or last.id != change.id:
        raise Refused(_("Only the last change of mode can be taken back."), "not_last")
    if change.to_mode == SIMPLE:
        return Wanted(CLASSIC, undoes=change.id)
    source = session.get(ModeChange, change.source_id) if change.source_id else last_to_simple(session)
    way = Way.from_json(source.wish) if source is not None and source.wish else None
    return Wanted(SIMPLE, way, undoes=change.id)


def go_on_with(context: WriteContext) -> ModeChange:
    """Have what the last change has left tried once more: leads still open, or not brought back. The caller commits.

    Raises:
        Refused: nothing is left, or a change is still being carried out.
    """
    session = context.session
    _require_right(context)
    _none_running(session)
    last = last_change(session)
    left = left_of(context, last)
    if last is None or not left:
        raise Refused(_("There is nothing left to do."), "nothing")
    last.state, last.is_running, last.ended_at = WORKING, True, None
    last.total = last.done + left
    title = _("CRM mode: %(mode)s", mode=mode_label(last.to_mode))
    last.job_id = enqueue(session, CHANGE_JOB, {"change": last.id}, actor=context.actor, title=title).id
    session.flush()
    return last


def left_of(context: WriteContext, change: ModeChange | None) -> int:
    """How many leads a change has left: open ones in simple mode, conversions that still hold in classic mode."""
    classic = classic_of(context.house)
    if change is None or classic is None or mode_of(context.session, context.house) != change.to_mode:
        return 0
    if change.to_mode == SIMPLE:
        return classic.open_leads(context.session)
    source = context.session.get(ModeChange, change.source_id) if change.source_id else None
    return classic.done(context.session, source.batch) if source is not None else 0


def usual_way(context: WriteContext) -> Way | None:
    """What open leads become where nobody has said: by what each is, with a deal where there are deals."""
    classic = classic_of(context.house)
    found = classic.choices(context) if classic is not None else ()
    return Way(found[0].targets) if found else None


def last_change(session: Session) -> ModeChange | None:
    return session.scalars(sa.select(ModeChange).order_by(ModeChange.id.desc()).limit(1)).first()


def last_to_simple(session: Session) -> ModeChange | None:
    """The change that converted the leads which a way back brings back."""
    wanted = sa.select(ModeChange).where(ModeChange.to_mode == SIMPLE)
    return session.scalars(wanted.order_by(ModeChange.id.desc()).limit(1)).first()


def changes(session: Session, most: int = 20) -> Sequence[ModeChange]:
    """The last changes, newest first."""
    return session.scalars(sa.select(ModeChange).order_by(ModeChange.id.desc()).limit(most)).all()


def finish(change: ModeChange, state: str) -> None:
    change.state, change.is_running, change.ended_at = state, None, utcnow()


def settle(session: Session) -> ModeChange | None:
    """The change that is being carried out, if one is; one whose job was ended by somebody has stopped."""
    running = session.scalars(sa.select(ModeChange).where(ModeChange.is_running.is_(True))).first()
    if running is None:
        return None
    job = session.get(JobRow, running.job_id, populate_existing=True) if running.job_id else None
    return None if job is None or job.is_finished else running


def state_of(session: Session, change: ModeChange) -> str:
    """How a change stands: one whose job was ended has stopped, whatever its row says."""
    if not change.is_running:
        return change.state
    return WORKING if settle(session) is not None else STOPPED


def mode_label(mode: str) -> Words:
    return _("Classic") if mode == CLASSIC else _("Simple")


def _check(context: WriteContext, wanted: Wanted) -> None:
    session = context.session
    _require_right(context)
    if wanted.to not in MODES:
        raise Refused(_("The mode is classic or simple, not “%(value)s”.", value=wanted.to), "unknown")
    _none_running(session)
    if wanted.to == mode_of(session, context.house):
        raise Refused(_("This mode is on already."), "same")
    if wanted.to == CLASSIC and classic_of(context.house) is None:
        raise Refused(_("Classic mode needs the app Leads: switch it on under Apps first."), "no_leads")
    if wanted.way is not None and not _is_possible(context, wanted.way):
        raise Refused(_("Open leads cannot become that."), "targets")


def _is_possible(context: WriteContext, way: Way) -> bool:
    classic: Classic | None = classic_of(context.house)
    if classic is None:
        return True
    known = {target for each in classic.choices(context) for target in each.targets}
    pipelines = references_of(context.session)  # one may have been made for this very change
    has_pipeline = way.pipeline is None or pipelines.get("pipelines", way.pipeline) is not None
    return bool(way.targets) and set(way.targets) <= known and has_pipeline


def _none_running(session: Session) -> None:
    running = settle(session)
    if running is not None:
        raise Refused(_("The last change of mode is still being carried out."), "running")
    stopped = sa.select(ModeChange).where(ModeChange.is_running.is_(True))
    for each in session.scalars(stopped):  # its job was ended before it came to its end
        finish(each, STOPPED)
    session.flush()


def _require_right(context: WriteContext) -> None:
    if context.actor is not None and not context.actor.may(*RIGHT):
        raise Refused(_("You may not do this."), "forbidden")
