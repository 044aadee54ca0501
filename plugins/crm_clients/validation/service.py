"""Asking the owner of an e-mail address or a phone to confirm it, and taking the answer: a link opened, a code typed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api import (
    House,
    PluginError,
    Refused,
    Resource,
    WriteContext,
    _,
    by_link,
    digest,
    note,
    require_reach,
    utcnow,
)
from plugins.crm_clients.models import Question
from plugins.crm_clients.validation.mark import CODE, LINK, TRIES, ValidationMark, mark_of
from plugins.crm_clients.validation.messages import mail_question, send_sms, sms_text
from plugins.crm_clients.validation.places import EMAIL, PHONE, Place, place_of, places_of

LIVES = {EMAIL: timedelta(days=3), PHONE: timedelta(minutes=15)}
"""How long a question can be answered, by channel."""

PAUSE = timedelta(minutes=1)
"""Between two questions about one value."""
DAY = timedelta(days=1)
MOST_A_DAY = 5
"""Questions about one value, whosever records have it."""
MOST_A_DAY_OF_RECORD = 10

ASK, DONE, GONE = "ask", "done", "gone"
"""What a link can be worth."""


def ask(context: WriteContext, resource: Resource, record: Any, name: str) -> Place:
    """Send a link and a code to the value at this place; the caller commits.

    A code by SMS is committed before it is sent, for no gateway is waited for with the database locked; where the
    gateway refuses, it is taken back.

    Raises:
        LookupError: there is no such value.
        Refused: the person may not, it was asked too often, or nothing can be sent.
        PluginError: another app's gateway failed.
    """
    mark, place, key = _asked(context, resource, record, name)
    require_reach(resource, record, "edit", context)
    question = _keep_within_limits(context, resource, mark, record, key)
    code, token = f"{secrets.randbelow(10**6):06}", secrets.token_urlsafe(32)
    now = utcnow()
    row = mark.model(
        channel=place.channel,
        key=key,
        field=place.told[:80],
        sent_at=now,
        sent_by_id=context.actor.user_id if context.actor else None,
        expires_at=now + LIVES[place.channel],
        code_hash=_code_hash(context, key, code),
        link_hash=digest(token) if place.channel == EMAIL else None,
        **{mark.parent: record.id},
    )
    context.session.add(row)
    if place.channel == EMAIL:
        mail_question(context, place.value.typed, code, token)
    else:
        context.session.commit()
        _send_or_take_back(context, (row, question), key, sms_text(context, code))
    told = {place.told: [None, place.value.typed]}
    note(context.session, context, resource, record, "validation_sent", told)
    context.session.flush()
    return place


def answer_by_code(context: WriteContext, resource: Resource, record: Any, name: str, code: str) -> Place:
    """Take the code that the value's owner told; the caller commits. A wrong one is counted whatever the caller does.

    Raises:
        LookupError: there is no such value.
        Refused: the code is wrong or too old.
    """
    mark, place, key = _asked(context, resource, record, name)
    require_reach(resource, record, "edit", context)
    model, session = mark.model, context.session
    newest = session.scalar(
        sa.select(sa.func.max(model.id)).where(
            getattr(model, mark.parent) == record.id,
            model.channel == place.channel,
            model.key == key,
            model.confirmed_at.is_(None),
        )
    )
    tried = session.execute(
        sa.update(model)
        .where(
            model.id == newest,
            model.tries < TRIES,
            model.expires_at > utcnow(),
            model.code_hash.isnot(None),
        )
        .values(tries=model.tries + 1)
        .returning(model.id, model.code_hash, model.tries)
        .execution_options(synchronize_session=False)
    ).first()
    if tried is None:
        raise Refused(_("This code is too old or was mistyped too often. Send a new one."), "expired")
    row_id, expected, tries = tried
    digits = "".join(each for each in code if each.isdecimal())
    if not hmac.compare_digest(expected, _code_hash(context, key, digits)):
        session.commit()
        if tries >= TRIES:
            raise Refused(_("This is not the code, for the fifth time. Send a new one."), "wrong_code")
        raise Refused(_("This is not the code."), "wrong_code")
    by_id = context.actor.user_id if context.actor else None
    _confirm(context, resource, record, place, mark, row_id, CODE, by_id)
    return place


def answer_by_link(session: Session, house: House, token: str) -> bool:
    """Take the press on the page that a mail's link leads to; whether it still opened. The caller commits.

    Who holds the link holds the address. Pressed again it says the same.
    """

    def confirm(context: WriteContext, row: Any) -> bool:
        if row.expires_at <= utcnow():
            return False
        if row.confirmed_at is None:
            resource, mark = _marked_by(house, row)
            record = context.session.get(resource.model, getattr(row, mark.parent))
            asked = (row.channel, row.key)
            places = places_of(context.session, resource, record)
            place = next((each for each in places if (each.channel, each.key) == asked), None)
            _confirm(context, resource, record, place, mark, row.id, LINK, None)
        return True

    return bool(by_link(session, house, _link_columns(house), token, confirm))


def state_of_link(session: Session, house: House, token: str) -> str:
    """What a link is worth now: ask, done, or gone."""

    def state(context: WriteContext, row: Any) -> str:
        if row.expires_at <= utcnow():
            return GONE
        return DONE if row.confirmed_at else ASK

    return by_link(session, house, _link_columns(house), token, state) or GONE


def _link_columns(house: House) -> list[Any]:
    marks = (mark_of(resource) for resource in house.resources.values())
    return [mark.model.link_hash for mark in marks if mark is not None]


def _marked_by(house: House, row: Any) -> tuple[Resource, ValidationMark]:
    """The resource whose validations this row is one of."""
    return next(
        (resource, mark)
        for resource in house.resources.values()
        if (mark := mark_of(resource)) is not None and isinstance(row, mark.model)
    )


def carry_over(
    session: Session,
    old: ValidationMark,
    new: ValidationMark,
    becomes: Mapping[int, Sequence[tuple[int, Set[str]]]],
) -> dict[int, dict[int, str]]:
    """Let records that came of others (clients of leads) have their marks; questions still open go along.

    `becomes` says what each became, with the compared values that each of those holds: a question is answered for the
    first that holds its value, else for the last. Answers by old record whose links went, by row: the way back.
    """
    names = [
        column.key
        for column in sa.inspect(old.model).column_attrs
        if column.key not in ("id", old.parent, "link_hash")
    ]
    of_them = getattr(old.model, old.parent).in_(becomes)
    rows = session.scalars(sa.select(old.model).where(of_them).order_by(old.model.id)).all()
    links: dict[int, dict[int, str]] = {}
    for row in rows:
        if row.confirmed_at is None and row.link_hash:  # it is the new record's to be answered now
            links.setdefault(getattr(row, old.parent), {})[row.id] = row.link_hash
            row.link_hash = None
    session.flush()
    for row in rows:
        old_id = getattr(row, old.parent)
        targets = becomes[old_id]
        asked = next((id for id, held in targets if row.key in held), targets[-1][0])
        for id, _held in targets:
            link = links.get(old_id, {}).get(row.id) if id == asked else None
            values = {name: getattr(row, name) for name in names}
            session.add(new.model(**values, link_hash=link, **{new.parent: id}))
    session.flush()
    return links


def _asked(
    context: WriteContext, resource: Resource, record: Any, name: str
) -> tuple[ValidationMark, Place, str]:
    mark = mark_of(resource)
    place = place_of(context.session, resource, record, name) if mark else None
    if mark is None or place is None:
        raise LookupError(name)
    if place.key is None:
        raise Refused(_("No phone number of its country looks like this."), "invalid")
    return mark, place, place.key


def _confirm(
    context: WriteContext,
    resource: Resource,
    record: Any,
    place: Place | None,
    mark: ValidationMark,
    row_id: int,
    via: str,
    by_id: int | None,
) -> None:
    """Two at once confirm once. A value that has left the record meanwhile is confirmed all the same."""
    model = mark.model
    done = context.session.execute(
        sa.update(model)
        .where(model.id == row_id, model.confirmed_at.is_(None))
        .values(confirmed_at=utcnow(), confirmed_via=via, confirmed_by_id=by_id)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None and place is not None:
        changes = {place.told: [None, place.value.typed]}
        note(context.session, context, resource, record, "validated", changes)


def _keep_within_limits(
    context: WriteContext, resource: Resource, mark: ValidationMark, record: Any, key: str
) -> Question:
    """Nobody's mailbox or phone is flooded, whoever presses; the record's row makes two at once wait for each other."""
    session, now = context.session, utcnow()
    session.execute(
        sa.select(resource.model.id).where(resource.model.id == record.id).with_for_update()
    ).all()
    lately = session.scalars(
        sa.select(Question.at).where(Question.digest == digest(key), Question.at > now - DAY)
    ).all()
    of_record = session.scalar(
        sa.select(sa.func.count(mark.model.id)).where(
            getattr(mark.model, mark.parent) == record.id, mark.model.sent_at > now - DAY
        )
    )
    if lately and max(lately) > now - PAUSE:
        raise Refused(_("It was sent just now. Wait a minute before you send it again."), "too_often")
    if len(lately) >= MOST_A_DAY or (of_record or 0) >= MOST_A_DAY_OF_RECORD:
        raise Refused(_("It was sent often enough today. Try again tomorrow."), "too_often")
    session.execute(sa.delete(Question).where(Question.at <= now - DAY))
    question = Question(digest=digest(key), at=now)
    session.add(question)
    return question


def _send_or_take_back(context: WriteContext, rows: Sequence[Any], number: str, text: str) -> None:
    try:
        send_sms(context.house, number, text)
    except (Refused, PluginError):
        context.session.rollback()
        for row in rows:
            context.session.delete(row)
        context.session.commit()
        raise


def _code_hash(context: WriteContext, key: str, code: str) -> str:
    """Six digits are soon tried out, so what is kept of them needs the installation's secret to be compared with."""
    secret = context.house.config.secret("validation")
    return hmac.new(secret.encode(), f"{key}:{code}".encode(), hashlib.sha256).hexdigest()
