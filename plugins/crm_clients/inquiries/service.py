"""Taking an inquiry in: it becomes what it shall be in the mode that is on, and is kept as it came whatever happens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import NotValid, PluginError, Problem, Refused, WriteContext, db, utcnow, writing
from plugins.crm_clients.inquiries.cards import INPUT_OF
from plugins.crm_clients.inquiries.declare import AS_INQUIRY, KINDS, Inquiry, Routed
from plugins.crm_clients.inquiries.locks import wait_for_mode
from plugins.crm_clients.inquiries.models import REFUSED, TAKEN, KeptInquiry
from plugins.crm_clients.inquiries.reading import Misread, read_inquiry
from plugins.crm_clients.mode.rule import mode_of

KEPT = timedelta(days=90)
"""So long an inquiry that was taken is kept as it came; refused ones stay until they are sent in or deleted."""

PAGE = 50


def take_inquiry(context: WriteContext, payload: Mapping[str, Any]) -> KeptInquiry:
    """Take an inquiry in, or keep it with the reasons why it was refused; the caller commits either way."""
    kept = KeptInquiry(
        kind=_kind_of(payload),
        payload=dict(payload),
        mode="",
        by_id=context.actor.user_id if context.actor else None,
    )
    context.session.add(kept)
    _route(context, kept)
    return kept


def take_again(context: WriteContext, kept: KeptInquiry, payload: Mapping[str, Any]) -> KeptInquiry:
    """Send a refused inquiry in once more, as it was put right; one that was taken stays as it is. The caller commits."""
    context.session.refresh(kept, with_for_update=True)
    if kept.status == REFUSED:
        kept.payload, kept.kind = dict(payload), _kind_of(payload)
        kept.tries += 1
        _route(context, kept)
    return kept


def drop_inquiry(session: Session, kept: KeptInquiry) -> None:
    """Forget an inquiry as it came; what it became stays. The caller commits."""
    session.delete(kept)


def inquiries(
    session: Session, status: str = "", before: int | None = None
) -> tuple[Sequence[KeptInquiry], int | None]:
    """A page of what came in, newest first, and where the next one begins."""
    wanted = sa.select(KeptInquiry).order_by(KeptInquiry.id.desc()).limit(PAGE + 1)
    if status in (TAKEN, REFUSED):
        wanted = wanted.where(KeptInquiry.status == status)
    if before is not None:
        wanted = wanted.where(KeptInquiry.id < before)
    found = session.scalars(wanted).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def refused_count(session: Session, most: int = 100) -> int:
    """How many wait for somebody to look at them, counted no further than `most`."""
    waiting = sa.select(KeptInquiry.id).where(KeptInquiry.status == REFUSED).limit(most)
    return session.scalar(sa.select(sa.func.count()).select_from(waiting.subquery())) or 0


def forget_old(job: Any) -> None:
    """The daily work: what was taken long ago is known by its records."""
    with writing():
        session: Session = db.session()
        session.execute(
            sa.delete(KeptInquiry).where(KeptInquiry.status == TAKEN, KeptInquiry.at < utcnow() - KEPT)
        )
        session.commit()


def route(context: WriteContext, inquiry: Inquiry) -> Routed:
    """What becomes of an inquiry now, by the first app that has an answer; nothing is kept of how it came.

    Raises:
        Refused, NotValid: it cannot be taken.
        PluginError: an app failed; the message names it.
    """
    context = replace(context, source=AS_INQUIRY)
    answers = context.house.hooks.strict("route_inquiry", inquiry=inquiry, context=context)
    _plugin, routed = next(answers)  # this app's own answer is the last one
    found: Routed = routed
    return found


def _route(context: WriteContext, kept: KeptInquiry) -> None:
    session = context.session
    wait_for_mode(session)
    kept.mode = mode_of(session, context.house)
    kept.problems, kept.error, kept.results = [], None, []
    session.flush()
    try:
        inquiry = read_inquiry(kept.payload, context)
        with session.begin_nested():
            routed = route(context, inquiry)
    except Misread as error:
        _refuse(kept, error.problems)
    except NotValid as error:
        _refuse(kept, _as_asked(error.draft.problems))
    except Refused as error:
        _refuse(kept, [Problem("", error.message, error.code)])
    except PluginError as error:
        _refuse(kept, [Problem("", str(error), "plugin_failed", error.plugin)])
    else:
        kept.status, kept.attached = TAKEN, routed.attached
        kept.results = [
            {"resource": each.resource, "id": each.record_id, "title": each.title, "is_new": each.is_new}
            for each in routed.records
        ]
    session.flush()


def _refuse(kept: KeptInquiry, problems: Iterable[Problem]) -> None:
    kept.status = REFUSED
    kept.problems = [
        {"field": each.field, "message": str(each.message), "code": each.code} for each in problems
    ]
    kept.error = " ".join(dict.fromkeys(each["message"] for each in kept.problems))


def _as_asked(problems: Iterable[Problem]) -> list[Problem]:
    """Problems of a record under the names that the inquiry has for its fields."""
    return [replace(each, field=INPUT_OF.get(each.field, each.field)) for each in problems]


def _kind_of(payload: Mapping[str, Any]) -> str:
    kind = payload.get("kind")
    return kind if isinstance(kind, str) and kind in dict(KINDS) else "api"


def told(context: WriteContext, kept: KeptInquiry) -> list[dict[str, Any]]:
    """The records of an inquiry that this person may see: another's is not told of."""
    return records_of(context, [kept])[kept.id]


def records_of(context: WriteContext, found: Sequence[KeptInquiry]) -> dict[int, list[dict[str, Any]]]:
    """The same of many, with a query for each kind of record."""
    seen: set[tuple[str, int]] = set()
    results = [each for kept in found for each in kept.results]
    for name in {each["resource"] for each in results} & context.house.resources.keys():
        model = context.house.resources[name].model
        ids = {each["id"] for each in results if each["resource"] == name}
        there = context.session.scalars(sa.select(model.id).where(model.id.in_(ids)))
        seen |= {(name, id) for id in there}
    return {
        kept.id: [
            {**each, "url": f"/{each['resource']}/{each['id']}"}
            for each in kept.results
            if (each["resource"], each["id"]) in seen
        ]
        for kept in found
    }
