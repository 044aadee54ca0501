"""People named with @ in an interaction's text: whoever of them may see it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from core.api import (
    Draft,
    NotificationKind,
    ReferenceItem,
    WriteContext,
    _l,
    actor_for,
    fold,
    may,
    notify,
)
from plugins.crm_interactions.models import Interaction, Mention

MENTIONED = NotificationKind(
    "crm_interactions.mentioned",
    _l("Somebody named me"),
    _l("%(actor)s named you at %(record)s: “%(text)s”"),
    icon="message",
    mail=True,
)
BEGINS = re.compile(r"(?<![\w@])@(?=\w)")
LONGEST = 140
MOST = 50
"""More people than this are not named in one text."""


def named_in(text: str, people: Iterable[ReferenceItem]) -> list[ReferenceItem]:
    """The active people whose name, e-mail address or otherwise unused first name follows an @, in the order named."""
    active = [each for each in people if each.active]
    words = sorted(
        ((fold(word), each) for each in active for word in (each.name, *each.keys) if word),
        key=lambda pair: -len(pair[0]),
    )
    firsts: dict[str, list[ReferenceItem]] = {}
    for each in active:
        firsts.setdefault(fold(each.name).split(" ")[0], []).append(each)
    found: dict[int, ReferenceItem] = {}
    for begin in BEGINS.finditer(text):
        rest = fold(text[begin.end() : begin.end() + 300])
        person = next((each for word, each in words if _begins(rest, word)), None)
        if person is None:
            first = re.match(r"\w+", rest)
            alone = firsts.get(first[0], []) if first else []
            person = alone[0] if len(alone) == 1 else None
        if person is not None:
            found.setdefault(person.id, person)
    return list(found.values())[:MOST]


def keep_mentions(written: Sequence[tuple[Any, Draft]], context: WriteContext) -> None:
    """Keep who is named in texts that are new or have changed, and tell those who were not named before (`after_all`)."""
    for record, draft in written:
        if "text" in draft.values or "subject" in draft.values:
            _keep(record, context)


def _keep(record: Interaction, context: WriteContext) -> None:
    session = context.session
    text = f"{record.subject}\n{record.text or ''}"
    people = named_in(text, context.formats.references.items("users")) if "@" in text else []
    known = set(
        session.scalars(sa.select(Mention.user_id).where(Mention.interaction_id == record.id), **_UNSCOPED)
    )
    wanted = {each.id for each in people if each.id in known or _may_see(record, each.id, context)}
    if gone := known - wanted:
        of_it = sa.and_(Mention.interaction_id == record.id, Mention.user_id.in_(gone))
        session.execute(sa.delete(Mention).where(of_it), **_UNSCOPED)
    if fresh := sorted(wanted - known):
        rows = [{"interaction_id": record.id, "user_id": id} for id in fresh]
        session.execute(sa.insert(Mention), rows, **_UNSCOPED)
        _tell(record, fresh, context)


def _may_see(record: Interaction, user_id: int, context: WriteContext) -> bool:
    try:
        actor = actor_for(context.session, user_id)
    except LookupError:
        return False
    return may(context.house.resources["interactions"], record, "view", actor, context.house)


def _tell(record: Interaction, user_ids: Sequence[int], context: WriteContext) -> None:
    me = context.actor.user_id if context.actor else None
    name = context.formats.references.record_name(record.resource, record.record_id) or ""
    said = record.text or record.subject
    values = {
        "actor": (context.actor.name or context.actor.email) if context.actor else "Prospecto",
        "record": name,
        "text": said if len(said) <= LONGEST else f"{said[:LONGEST]}…",
    }
    notify(
        context.session,
        [each for each in user_ids if each != me],
        MENTIONED.name,
        values,
        resource=record.resource,
        record_id=record.record_id,
        url=f"/{record.resource}/{record.record_id}#interaction-{record.id}",
    )


def _begins(rest: str, word: str) -> bool:
    """Whether the text begins with this word, and not with a longer one."""
    return rest.startswith(word) and not rest[len(word) : len(word) + 1].isalnum()


_UNSCOPED: dict[str, Any] = {"execution_options": {"unscoped": True}}
"""Who wrote the text was allowed to; its mentions follow it."""
